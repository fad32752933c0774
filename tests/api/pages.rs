//! The web pages and their files.

use reqwest::Method;
use vlog::domain::video::VideoStatus;

use crate::support::{At, Server};

fn built() -> bool {
    std::path::Path::new("assets/dist/pages/index.html").exists()
}

/// The JSON a page carries.
fn data(html: &str) -> serde_json::Value {
    let start = html.find("id=\"page-data\">").expect("a page with data") + "id=\"page-data\">".len();
    let end = start + html[start..].find("</script>").unwrap();
    serde_json::from_str(&html[start..end]).unwrap()
}

#[actix_web::test]
async fn pages_answer_even_when_they_are_not_built() {
    let server = Server::start().await;
    for (at, path, status) in [
        (At::Public, "/", 200),
        (At::Public, "/watch/nothing", 404),
        (At::Public, "/api/docs", 200),
        (At::Admin, "/", 200),
    ] {
        let response = server.get(at, path).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let keep = if matches!(at, At::Admin) { "private, no-cache" } else { "no-cache" };
        assert_eq!(response.headers()["cache-control"], keep, "what is for somebody is not kept for others");
        let head = server.request(at, Method::HEAD, path).send().await.unwrap();
        assert_eq!(head.status(), status, "HEAD {path}");
    }
    let etag = server.get(At::Public, "/api/docs").await.headers()["etag"].clone();
    let again = server.request(At::Public, Method::GET, "/api/docs").header("if-none-match", etag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    assert!(server.get(At::Public, "/robots.txt").await.text().await.unwrap().starts_with("User-agent"));
}

#[actix_web::test]
async fn pages_carry_their_data() {
    if !built() {
        eprintln!("skipped: the web pages are not built");
        return;
    }
    let server = Server::with(|config| config.http.public_url = "https://video.example.org".to_owned()).await;
    let title = "</script><!-- \"Tom\" & Jerry";
    let video = server.published(title, VideoStatus::Ready).await;
    server.published("Other", VideoStatus::Ready).await;
    let home = server.get(At::Public, "/").await.text().await.unwrap();
    assert_eq!(data(&home)["videos"]["videos"].as_array().unwrap().len(), 2);
    let watch = server.get(At::Public, &format!("/watch/{}", video.slug)).await.text().await.unwrap();
    let page = data(&watch);
    assert_eq!(page["video"]["title"], title);
    assert_eq!(page["related"]["videos"].as_array().unwrap().len(), 1, "not the video itself");
    assert!(watch.contains("<title>&lt;/script&gt;&lt;!-- &quot;Tom&quot; &amp; Jerry · vlog</title>"), "{watch}");
    let canonical = format!("<link rel=\"canonical\" href=\"https://video.example.org/watch/{}\">", video.slug);
    assert!(watch.contains(&canonical), "{watch}");
    assert!(watch.contains("property=\"og:image\" content=\"https://video.example.org/videos/"), "{watch}");
    let admin = server.get(At::Admin, "/").await.text().await.unwrap();
    assert_eq!(data(&admin)["public_url"], "https://video.example.org");
    assert!(data(&admin)["limits"]["max_upload_size_bytes"].as_u64().unwrap() > 0);
}

#[actix_web::test]
async fn assets_are_compressed_and_kept() {
    if !built() {
        eprintln!("skipped: the web pages are not built");
        return;
    }
    let server = Server::start().await;
    let mut names =
        std::fs::read_dir("assets/dist/static").unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let name = names.find(|name| name.ends_with(".css")).unwrap();
    for (accepted, encoding) in [("gzip, br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let request = server.request(At::Public, Method::GET, &format!("/assets/{name}"));
        let response = request.header("accept-encoding", accepted).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let got = response.headers().get("content-encoding").map_or("", |value| value.to_str().unwrap());
        assert_eq!(got, encoding);
        assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
        assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
    }
}

/// As HTTP/1.0 allows: what is then known of the server is where it listens.
#[actix_web::test]
async fn a_request_that_names_no_host_gets_addresses_of_the_listener() {
    if !built() {
        return;
    }
    let server = Server::start().await;
    server.published("Clip", VideoStatus::Ready).await;
    let page = server.raw(At::Public, "GET /watch/clip HTTP/1.0\r\n\r\n".to_owned()).await;
    let (page, address) = (String::from_utf8(page).unwrap(), server.address(At::Public));
    assert!(page.contains(&format!("content=\"http://{address}/videos/clip/")), "{page}");
}
