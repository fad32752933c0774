//! `/videos/{slug}/...`: types, ranges, validators, and paths that must lead nowhere.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response};
use vlog::domain::video::VideoStatus;

use crate::support::{At, SEGMENT_BYTES, Server, segment};

const SEGMENT: &str = "/videos/clip/g1/720p/seg_00000.m4s";

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    server.request(At::Public, method, path).headers(map).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn types_and_freshness() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Playable).await;
    let forever = "public, max-age=31536000, immutable";
    let minute = "public, max-age=60";
    let check = async |path: &str, kind: &str, keep: &str| {
        let response = server.get(At::Public, &format!("/videos/clip/{path}")).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!((header(&response, "content-type"), header(&response, "cache-control")), (kind, keep), "{path}");
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert!(header(&response, "access-control-expose-headers").contains("Content-Range"));
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "accept-ranges"), "bytes");
        assert!(!header(&response, "etag").is_empty() && !header(&response, "last-modified").is_empty(), "{path}");
    };
    check("master.m3u8", "application/vnd.apple.mpegurl", "no-cache").await;
    check("g1/720p/stream.m3u8", "application/vnd.apple.mpegurl", "no-cache").await;
    check("g1/720p/init.mp4", "video/mp4", forever).await;
    check("g1/720p/seg_00000.m4s", "video/iso.segment", forever).await;
    check("g1/audio-0/seg_00000.m4s", "video/iso.segment", forever).await;
    check("g1/thumbnail-640.webp", "image/webp", forever).await;
    check("g1/thumbnail-320.jpg", "image/jpeg", forever).await;
    check("thumbnail.jpg", "image/jpeg", minute).await;
    check("captions.vtt", "text/vtt; charset=utf-8", minute).await;
    check("g1/text-0/captions.vtt", "text/vtt; charset=utf-8", minute).await;
    server.publish(vlog::domain::id::VideoId(1), VideoStatus::Ready).await;
    check("g1/720p/stream.m3u8", "application/vnd.apple.mpegurl", minute).await;
    check("manifest.mpd", "application/dash+xml", "no-cache").await;
    let thumbnail = server.get(At::Public, "/videos/clip/thumbnail.jpg").await;
    assert_eq!(thumbnail.text().await.unwrap(), "large", "the one of 640 pixels");
}

#[actix_web::test]
async fn whole_files_arrive_whole_cold_and_hot() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    for round in 0..4 {
        let response = server.get(At::Public, SEGMENT).await;
        assert_eq!(header(&response, "content-length"), SEGMENT_BYTES.to_string());
        assert!(response.bytes().await.unwrap() == segment(), "round {round}");
        let hot = server.app.media().hot_weight() >= 64 << 10;
        assert_eq!(hot, round >= 1, "kept from the second time on");
    }
}

/// Several requests in one piece, as HTTP/1.1 allows: what the connection sends by itself stays in its place.
#[actix_web::test]
async fn answers_come_one_after_the_other() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    for _ in 0..2 {
        assert_eq!(server.get(At::Public, SEGMENT).await.bytes().await.unwrap().len(), SEGMENT_BYTES);
    }
    let ask = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n");
    let asked = [
        ask(SEGMENT, ""),
        ask("/videos/clip/g1/720p/init.mp4", ""),
        ask(SEGMENT, "Range: bytes=100000-199999\r\n"),
        ask("/health", ""),
        ask(SEGMENT, "Connection: close\r\n"),
    ];
    let got = server.raw(At::Public, asked.concat()).await;
    let (mut left, mut bodies) = (got.as_slice(), Vec::new());
    while let Some(end) = left.windows(4).position(|four| four == b"\r\n\r\n") {
        let head = str::from_utf8(&left[..end]).unwrap().to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        let (body, rest) = left[end + 4..].split_at(length);
        bodies.push((head.split(' ').nth(1).unwrap().to_owned(), body));
        left = rest;
    }
    assert!(left.is_empty(), "{} bytes too many", left.len());
    let (statuses, bodies): (Vec<_>, Vec<_>) = bodies.into_iter().unzip();
    assert_eq!(statuses, ["200", "200", "206", "200", "200"]);
    let segment = segment();
    assert!(bodies[0] == segment && bodies[2] == &segment[100_000..200_000] && bodies[4] == segment);
    assert_eq!(bodies[1], b"init");
}

#[actix_web::test]
async fn ranges() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    let segment = segment();
    let size = SEGMENT_BYTES;
    for _ in 0..3 {
        for (range, start, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=0-", 0, size),
            ("bytes=100-199", 100, 200),
            ("bytes=-100", size - 100, size),
            ("bytes=524287-524289", 524_287, 524_290),
            ("bytes=699999-9999999", size - 1, size),
            ("bytes=1-", 1, size),
        ] {
            let response = ask(&server, Method::GET, SEGMENT, &[("range", range)]).await;
            assert_eq!(response.status(), 206, "{range}");
            assert_eq!(header(&response, "content-range"), format!("bytes {start}-{}/{size}", end - 1), "{range}");
            assert_eq!(header(&response, "content-length"), (end - start).to_string(), "{range}");
            assert!(response.bytes().await.unwrap() == segment[start..end], "{range}");
        }
        // make it hot for the next rounds
        assert_eq!(server.get(At::Public, SEGMENT).await.bytes().await.unwrap().len(), size);
    }
    let beyond = ask(&server, Method::GET, SEGMENT, &[("range", "bytes=700000-")]).await;
    assert_eq!((beyond.status().as_u16(), header(&beyond, "content-range")), (416, "bytes */700000"));
    for whole in ["bytes=0-1,5-9", "seconds=1-2", "bytes=x", "bytes=9-1"] {
        let response = ask(&server, Method::GET, SEGMENT, &[("range", whole)]).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-length")), (200, "700000"), "{whole}");
    }
}

#[actix_web::test]
async fn validators() {
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    let first = ask(&server, Method::HEAD, SEGMENT, &[]).await;
    assert_eq!((first.status().as_u16(), header(&first, "content-length")), (200, "700000"));
    let (etag, modified) = (header(&first, "etag").to_owned(), header(&first, "last-modified").to_owned());
    assert!(etag.starts_with('"'), "segments have a strong tag: {etag}");
    assert!(first.bytes().await.unwrap().is_empty());
    let status = async |headers: &[(&str, &str)]| ask(&server, Method::GET, SEGMENT, headers).await.status().as_u16();
    assert_eq!(status(&[("if-none-match", &etag)]).await, 304);
    assert_eq!(status(&[("if-none-match", &format!("\"x\", W/{etag}"))]).await, 304);
    assert_eq!(status(&[("if-none-match", "*")]).await, 304);
    assert_eq!(status(&[("if-none-match", "\"x\"")]).await, 200);
    assert_eq!(status(&[("if-none-match", "\"x\""), ("if-modified-since", &modified)]).await, 200, "the tag decides");
    assert_eq!(status(&[("if-modified-since", &modified)]).await, 304);
    assert_eq!(status(&[("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT")]).await, 200);
    let range = ("range", "bytes=0-9");
    assert_eq!(status(&[range, ("if-range", &etag)]).await, 206);
    assert_eq!(status(&[range, ("if-range", &modified)]).await, 206);
    assert_eq!(status(&[range, ("if-range", "\"x\"")]).await, 200);
    let manifest = ask(&server, Method::GET, "/videos/clip/master.m3u8", &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&manifest, "content-encoding"), "gzip");
    assert!(header(&manifest, "etag").starts_with("W/"), "compressing may change the bytes");
    let segment = ask(&server, Method::GET, SEGMENT, &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&segment, "content-encoding"), "");
}

#[actix_web::test]
async fn other_sites_may_ask_first() {
    let server = Server::start().await;
    let response = ask(&server, Method::OPTIONS, SEGMENT, &[("origin", "https://a.example")]).await;
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    assert!(header(&response, "access-control-allow-headers").contains("Range"));
    assert_eq!(header(&server.get(At::Public, SEGMENT).await, "access-control-allow-origin"), "*", "also on a 404");
    let admin = server.get(At::Admin, SEGMENT).await;
    assert_eq!(header(&admin, "access-control-allow-origin"), "", "unpublished files are for their own pages");
}

#[actix_web::test]
async fn unpublished_files_are_for_admins() {
    let server = Server::start().await;
    let video = server.pending("Secret").await;
    let path = server.path(&format!("videos/{}/g1/720p", video.id));
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("init.mp4"), "init").unwrap();
    let file = "/videos/secret/g1/720p/init.mp4";
    let response = server.get(At::Public, file).await;
    server.problem(response, 404, "not_found").await;
    assert_eq!(server.get(At::Admin, file).await.text().await.unwrap(), "init");
    server.publish(video.id, VideoStatus::Playable).await;
    assert_eq!(server.get(At::Public, file).await.status(), 200);
    std::fs::create_dir_all(server.path("videos/1/g2/720p")).unwrap();
    std::fs::write(server.path("videos/1/g2/720p/init.mp4"), "next").unwrap();
    assert_eq!(server.get(At::Public, "/videos/secret/g2/720p/init.mp4").await.status(), 404, "not published yet");
}

/// Raw bytes: a client library would tidy the paths up.
#[actix_web::test]
async fn paths_lead_nowhere_else() {
    let server = Server::start().await;
    let video = server.published("Clip", VideoStatus::Ready).await;
    std::fs::write(server.path("secret.m4s"), "secret").unwrap();
    std::fs::write(server.path("videos/secret.m4s"), "secret").unwrap();
    std::fs::write(server.path("videos/1/secret.m4s"), "secret").unwrap();
    let outside = server.path("secret.m4s");
    std::os::unix::fs::symlink(outside.parent().unwrap(), server.path(&format!("videos/{}/g1/up", video.id))).unwrap();
    for path in [
        "/videos/clip/../../secret.m4s",
        "/videos/clip/g1/../secret.m4s",
        "/videos/clip/g1/../../secret.m4s",
        "/videos/clip/g1/%2e%2e/secret.m4s",
        "/videos/clip/g1/..%2fsecret.m4s",
        "/videos/clip/g1/..%2f..%2fsecret.m4s",
        "/videos/clip/g1/%252e%252e%252fsecret.m4s",
        "/videos/clip/g1/..%5csecret.m4s",
        "/videos/clip/g1/....//secret.m4s",
        "/videos/clip//etc/passwd",
        "/videos/clip/g1//etc/passwd",
        "/videos/../videos/clip/g1/720p",
        "/videos/clip/g1",
        "/videos/clip/g1/",
        "/videos/clip/g1/720p",
        "/videos/clip/g1/720p/",
        "/videos/clip/g1/plan.json",
        "/videos/clip/g1/720p/init.mp4%00.jpg",
        "/videos/clip/g1/720p/init.mp4/",
        "/videos/clip/g01/720p/init.mp4",
        "/videos/clip/g1/720p/./init.mp4",
        "/videos/clip/secret.m4s",
        "/videos/%2e%2e/secret.m4s",
        "/videos/1/g1/720p/init.mp4",
        "/videos//g1/720p/init.mp4",
        "/videos/clip%00/master.m3u8",
        "/videos/CLIP/master.m3u8",
        "/videos/clip/g1/720p/\u{ff}.m4s",
        "/videos/clip/%ff%fe/x.m4s",
        "/assets/../pages/index.html",
        "/assets/..%2fpages%2findex.html",
        "/watch/..%2f..%2f",
    ] {
        let answer = raw(&server, path).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "404" | "400"), "{path}: {answer}");
        assert!(!answer.contains("secret\n") && !answer.ends_with("secret"), "{path}: {answer}");
    }
    assert!(raw(&server, "/videos/clip/g1/720p/init.mp4").await.ends_with("init"));
}

async fn raw(server: &Server, path: &str) -> String {
    let asked = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    String::from_utf8_lossy(&server.raw(At::Public, asked).await).into_owned()
}
