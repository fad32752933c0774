//! Walks a real server from its public pages, as four people, and follows every address it is given: in HTML, in JSON, in
//! HLS playlists, in DASH manifests and in the index of seek bar pictures. Nothing of a private video comes to those it is not for, and all of it to those
//! it is for, by signed addresses.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test may fail by panicking")]

#[allow(dead_code, reason = "shared by test programs that use different parts")]
#[path = "support/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, UNIX_EPOCH};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use server::Server;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(90);
const PASSWORD: &str = "correct horse battery";

struct Site {
    server: Server,
    client: Client,
    key: String,
    directory: tempfile::TempDir,
}

/// One who walks, and what they show.
struct Walker {
    name: &'static str,
    cookie: Option<String>,
    sees_private: bool,
}

/// What somebody got from an address.
struct Got {
    status: StatusCode,
    kind: String,
    keep: String,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Site {
    fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default(); // again is no harm
        let directory = tempfile::tempdir().unwrap();
        let env = [("VLOG_STREAMING_SEGMENT_DURATION", "2"), ("VLOG_SPRITE_SHEET_AUTO_GENERATE", "true")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let server = Server::start(directory.path(), &env);
        let key = server::make_key(directory.path(), &env);
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { server, client, key, directory }
    }

    async fn upload(&self, title: &str, colour: &str, sharing: &[(&'static str, &'static str)]) -> i64 {
        let clip = clip(self.directory.path(), colour);
        let mut form = reqwest::multipart::Form::new().text("title", title.to_owned());
        for (name, value) in sharing {
            form = form.text(*name, *value);
        }
        let part = reqwest::multipart::Part::bytes(std::fs::read(clip).unwrap()).file_name("clip.mkv");
        let request = self.client.post(format!("{}/api/videos", self.server.admin_url)).bearer_auth(&self.key);
        let body: Value = request.multipart(form.part("file", part)).send().await.unwrap().json().await.unwrap();
        let id = body["video_id"].as_i64().unwrap_or_else(|| panic!("{body}"));
        let begun = Instant::now();
        loop {
            let address = format!("{}/api/videos/{id}", self.server.admin_url);
            let request = self.client.get(address).bearer_auth(&self.key);
            let video: Value = request.send().await.unwrap().json().await.unwrap();
            let pictures = !video["thumbnails"].as_array().unwrap().is_empty() && video["sprites_url"].is_string();
            if video["status"] == "ready" && pictures && self.names_pictures(id) {
                return id;
            }
            assert!(begun.elapsed() < PATIENCE && video["status"] != "failed", "{video}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether all manifests of a video are as they stay.
    fn names_pictures(&self, id: i64) -> bool {
        let text: Vec<u8> = self
            .files(id)
            .into_iter()
            .filter(|(_, path)| path.ends_with("master.m3u8"))
            .flat_map(|(text, _)| text)
            .collect();
        String::from_utf8_lossy(&text).contains("#EXT-X-IMAGE-STREAM-INF:")
    }

    async fn log_in(&self, name: &str, role: &str) -> String {
        let user = json!({ "username": name, "password": PASSWORD, "role": role });
        let users = format!("{}/api/users", self.server.admin_url);
        let made = self.client.post(users).bearer_auth(&self.key).json(&user).send().await.unwrap();
        assert_eq!(made.status(), 200, "{}", made.text().await.unwrap());
        self.cookie(name).await
    }

    async fn cookie(&self, name: &str) -> String {
        let body = json!({ "username": name, "password": PASSWORD });
        let address = format!("{}/api/auth/login", self.server.public_url);
        let answer = self.client.post(address).json(&body).send().await.unwrap();
        let cookies = answer.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
        cookies
            .filter_map(|line| line.split(';').next().map(str::to_owned))
            .find(|c| c.starts_with("vlog_access="))
            .unwrap()
    }

    async fn get(&self, walker: &Walker, address: &str) -> Got {
        let mut request = self.client.get(address);
        if let Some(cookie) = &walker.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.unwrap();
        let header =
            |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let (status, kind, keep) = (answer.status(), header("content-type"), header("cache-control"));
        Got { status, kind, keep, body: answer.bytes().await.unwrap().to_vec() }
    }

    fn public(&self, path: &str) -> String {
        format!("{}{path}", self.server.public_url)
    }

    /// Everything that can be reached, each address once.
    async fn walk(&self, walker: &Walker, from: Vec<String>) -> BTreeMap<String, Got> {
        let mut open = from;
        let mut got = BTreeMap::new();
        while let Some(address) = open.pop() {
            if got.contains_key(&address) {
                continue;
            }
            let answer = self.get(walker, &address).await;
            if answer.status.is_success() {
                let base = Url::parse(&address).unwrap();
                open.extend(links(&base, &answer).into_iter().filter(|link| link.starts_with(&self.public("/"))));
            }
            got.insert(address, answer);
        }
        got
    }

    async fn patch(&self, id: i64, change: Value) {
        let request = self.client.patch(format!("{}/api/videos/{id}", self.server.admin_url)).bearer_auth(&self.key);
        let answer = request.json(&change).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// The files of a video that are served, by their contents.
    fn files(&self, id: i64) -> BTreeMap<Vec<u8>, PathBuf> {
        let mut open = vec![self.directory.path().join(format!("storage/videos/{id}"))];
        let mut found = BTreeMap::new();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|kind| kind != "json") {
                found.insert(std::fs::read(&path).unwrap(), path);
            }
        }
        found
    }
}

/// Five seconds with a colour of its own, sound and subtitles.
fn clip(directory: &Path, colour: &str) -> PathBuf {
    let (path, subtitles) = (directory.join(format!("{colour}.mkv")), directory.join(format!("{colour}.srt")));
    std::fs::write(&subtitles, format!("1\n00:00:00,500 --> 00:00:02,000\nWords of {colour}\n")).unwrap();
    let frequency = 200 + 10 * colour.len() * usize::from(colour.as_bytes()[0]);
    let args = format!(
        "-v error -nostdin -y -f lavfi -i color={colour}:s=320x180:r=25:d=5 -f lavfi -i sine={frequency}:d=5 \
         -i {} -c:v libx264 -g 25 -bf 0 -pix_fmt yuv420p -c:a aac -c:s srt",
        subtitles.display()
    );
    assert!(Command::new("ffmpeg").args(args.split_whitespace()).arg(&path).status().unwrap().success());
    path
}

/// Every address in an answer.
fn links(base: &Url, got: &Got) -> Vec<String> {
    let text = got.text();
    let found: Vec<String> = match got.kind.split(';').next().unwrap() {
        "text/html" => {
            let attributes = ["href=\"", "src=\"", "content=\""];
            let quoted = attributes.iter().flat_map(|attribute| between(&text, attribute, "\""));
            let quoted = quoted.map(|link| link.replace("&amp;", "&"));
            let quoted = quoted.filter(|link| link.starts_with('/') || link.starts_with("http"));
            let data = between(&text, "id=\"page-data\">", "</script>").into_iter().next().unwrap_or_default();
            quoted.chain(in_json(&serde_json::from_str(&data).unwrap_or_default())).collect()
        }
        "application/json" => in_json(&serde_json::from_str(&text).unwrap()),
        "application/vnd.apple.mpegurl" => {
            let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned);
            lines.chain(between(&text, "URI=\"", "\"")).collect()
        }
        "application/dash+xml" => {
            let plain = ["initialization=\"", "media=\""].into_iter().flat_map(|name| between(&text, name, "\""));
            let numbered = |link: String| match link.contains("$Number%03d$") {
                // seek bar pictures: of so short a film there is one sheet
                true => vec![link.replace("$Number%03d$", "000")],
                false => [0, 1].map(|n| link.replace("$Number%05d$", &format!("{n:05}"))).to_vec(),
            };
            plain.flat_map(numbered).chain(between(&text, "<BaseURL>", "</BaseURL>")).collect()
        }
        // of captions each line is none
        "text/vtt" => text.lines().filter(|line| line.contains("#xywh=")).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let absolute = found.iter().filter_map(|link| base.join(link).ok());
    absolute
        .map(|mut link| {
            link.set_fragment(None);
            link.to_string()
        })
        .collect()
}

fn between(text: &str, start: &str, end: &str) -> Vec<String> {
    text.split(start).skip(1).filter_map(|rest| rest.split_once(end).map(|(found, _)| found.to_owned())).collect()
}

fn in_json(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with('/') && !text.starts_with("//") => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(in_json).collect(),
        Value::Object(fields) => {
            let slug = fields.get("slug").and_then(Value::as_str);
            // what the pages make of a name
            let made = slug.into_iter().flat_map(|slug| [format!("/watch/{slug}"), format!("/api/videos/{slug}")]);
            made.chain(fields.values().flat_map(in_json)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whoever has the address may keep the file, but no longer than the link in it is good.
fn kept_as_long_as_the_link(address: &str, keep: &str) -> bool {
    let (_, signed) = address.split_once("/s/").unwrap();
    let ends: u64 = signed.split('.').next().unwrap().parse().unwrap();
    let left = ends.saturating_sub(UNIX_EPOCH.elapsed().unwrap().as_secs());
    let seconds = |name: &str| keep.split(", ").find_map(|part| part.strip_prefix(name)?.parse::<u64>().ok());
    // asked a moment ago
    let within =
        seconds("max-age=").is_none_or(|kept| kept <= left + 60) && seconds("s-maxage=").is_none_or(|kept| kept <= 600);
    within && (seconds("max-age=").is_some() || keep == "private, no-cache")
}

#[tokio::test]
async fn nothing_of_a_private_video_comes_to_those_it_is_not_for() {
    let site = Site::start();
    let walkers = [
        Walker { name: "nobody", cookie: None, sees_private: false },
        Walker { name: "stranger", cookie: Some(site.log_in("stranger", "viewer").await), sees_private: false },
        Walker { name: "friend", cookie: Some(site.log_in("friend", "viewer").await), sees_private: true },
        Walker { name: "editor", cookie: Some(site.log_in("editor", "editor").await), sees_private: true },
    ];
    let open = site.upload("Open film", "red", &[]).await;
    let hidden = site.upload("Hidden film", "green", &[("visibility", "unlisted")]).await;
    let secret = site.upload("Secret film", "blue", &[("visibility", "private"), ("shared_users", "friend")]).await;
    let files = site.files(secret);
    assert!(files.len() > 14, "{files:#?}");
    assert!(files.values().any(|path| path.ends_with("sheet-000.jpg")), "{files:#?}");
    // a playlist of as many segments is the same in each
    let others: Vec<_> = [open, hidden].into_iter().flat_map(|id| site.files(id).into_keys()).collect();
    let own: HashSet<_> = files.keys().filter(|bytes| !others.contains(bytes)).collect();
    assert!(own.len() > 8, "{}", own.len());

    let mut signed = BTreeSet::new();
    for walker in &walkers {
        let who = walker.name;
        let listed = site.walk(walker, vec![site.public("/"), site.public("/api/videos?limit=100")]).await;
        assert!(!listed.keys().any(|address| address.contains("hidden-film")), "{who} finds what is unlisted");
        assert_eq!(listed.keys().any(|address| address.contains("secret-film")), walker.sees_private, "{who}");

        let known = ["/watch/S", "/api/videos/S", "/api/videos/S/progress"];
        let slugs = ["open-film", "hidden-film", "secret-film"];
        let known = known.iter().flat_map(|path| slugs.map(|slug| site.public(&path.replace('S', slug)))).collect();
        let got = site.walk(walker, known).await;
        for (address, answer) in listed.iter().chain(&got) {
            let of_secret = address.contains("secret-film");
            let expected = if of_secret && !walker.sees_private { 404 } else { 200 };
            assert_eq!(answer.status, expected, "{who}: {address}");
            if of_secret && address.contains("/videos/secret-film/") && !address.contains("/api/") {
                assert!(address.contains("/videos/secret-film/s/"), "{who}: not signed: {address}");
                assert!(kept_as_long_as_the_link(address, &answer.keep), "{who}: {address}: {}", answer.keep);
                signed.insert(address.clone());
            }
            if !walker.sees_private {
                assert!(!own.contains(&answer.body), "{who} got a file of the private video: {address}");
                assert!(!answer.text().contains("Secret"), "{who} reads of it: {address}");
            }
        }
        if walker.sees_private {
            let bodies: HashSet<&Vec<u8>> = got.values().map(|answer| &answer.body).collect();
            // pictures of other sizes are named, and everything else in the playlists; nothing is left over
            let missed: Vec<_> = files.iter().filter(|(bytes, _)| !bodies.contains(bytes)).collect();
            let missed: Vec<_> = missed.into_iter().map(|(_, path)| path).collect();
            assert!(missed.is_empty(), "{who} did not get {missed:?}");
        }
        let hidden_page = got[&site.public("/watch/hidden-film")].text();
        assert!(hidden_page.contains("noindex") && hidden_page.contains("og:title"), "{hidden_page}");
        let pages = [site.public("/watch/secret-film"), site.public("/watch/open-film")];
        let [secret_page, open_page] = pages.map(|address| got[&address].text());
        assert!(secret_page.contains("noindex") && !secret_page.contains("og:"), "{secret_page}");
        assert!(!open_page.contains("noindex"));
        assert!(got.keys().filter(|address| address.ends_with(".m4s")).count() > 10, "{who} found segments");

        for path in files.values() {
            let path = path.strip_prefix(site.directory.path().join("storage/videos")).unwrap();
            let below = path.strip_prefix(secret.to_string()).unwrap().display().to_string();
            let unsigned = site.get(walker, &site.public(&format!("/videos/secret-film/{below}"))).await;
            assert_eq!(unsigned.status, 404, "{who}: {below} without a link");
        }
        for name in ["master.m3u8", "manifest.mpd", "thumbnail.jpg", "captions.vtt"] {
            let unsigned = site.get(walker, &site.public(&format!("/videos/secret-film/{name}"))).await;
            assert_eq!(unsigned.status, 404, "{who}: {name} without a link");
        }
    }
    assert!(signed.len() > 15, "{signed:#?}");
    for name in ["/sprites.m3u8", "/sheet-000.jpg"] {
        assert!(signed.iter().any(|address| address.ends_with(name)), "no {name}: {signed:#?}");
    }

    // what a friend may pass on for some hours, until the friend is no friend any more
    let nobody = &walkers[0];
    let link = signed.iter().find(|address| address.ends_with(".m4s")).unwrap();
    assert_eq!(site.get(nobody, link).await.status, 200);
    let forged = link.replacen("/s/", "/s/9", 1);
    assert_eq!(site.get(nobody, &forged).await.status, 404);
    let elsewhere = link.replace("secret-film", "open-film");
    assert_eq!(site.get(nobody, &elsewhere).await.status, 404, "a link is for one video");
    site.patch(secret, json!({ "shared_with": { "roles": [] } })).await;
    for address in &signed {
        let over = site.get(nobody, address).await;
        assert_eq!(over.status, 403, "{address}");
        assert!(over.text().contains("\"link_expired\""), "{}", over.text());
    }
    let friend = &walkers[2];
    assert_eq!(site.get(friend, &site.public("/api/videos/secret-film")).await.status, 404);

    // what becomes private is gone at once, and what becomes public is there
    site.patch(open, json!({ "visibility": "private" })).await;
    site.patch(secret, json!({ "visibility": "public" })).await;
    site.patch(hidden, json!({ "visibility": "public" })).await;
    assert_eq!(site.get(nobody, &site.public("/videos/open-film/master.m3u8")).await.status, 404);
    let now = site.walk(nobody, vec![site.public("/")]).await;
    assert!(!now.keys().any(|address| address.contains("open-film")));
    let segments =
        |slug| now.keys().filter(|a| a.contains(&format!("/videos/{slug}/g")) && a.ends_with(".m4s")).count();
    assert!(segments("secret-film") > 3 && segments("hidden-film") > 3);
    assert!(now.values().all(|answer| answer.status == 200));
}
