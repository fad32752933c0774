//! Pictures of the seek bar in manifests, for players that never saw our page: named when they are made, replaced, encoded
//! beside or switched off, also by a server that was killed in between. Others read the manifests as before.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::reencode::{again, change, listed, until_job};
use super::rig::{JOB_LIMIT, Rig};
use super::server::Server;

/// Of a picture a second, 30 stand on a second sheet.
const SECONDS: u32 = 130;

fn film(rig: &Rig) -> PathBuf {
    let path = rig.directory.path().join("film.mp4");
    let args = format!(
        "-v error -f lavfi -i testsrc2=s=320x180:r=10:d={SECONDS} -f lavfi -i sine=f=440:d={SECONDS} \
         -c:v libx264 -preset ultrafast -g 20 -pix_fmt yuv420p -c:a aac"
    );
    assert!(Command::new("ffmpeg").args(args.split_whitespace()).arg(&path).status().unwrap().success());
    path
}

/// Where a video's files are, as its public page says.
async fn base(rig: &Rig, server: &Server, video: i64) -> Url {
    let found = rig.json(server, &format!("/api/videos/{video}")).await;
    format!("{}/videos/{}/", server.public_url, found["slug"].as_str().unwrap()).parse().unwrap()
}

async fn text(url: Url) -> String {
    let answer = reqwest::get(url.clone()).await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    answer.text().await.unwrap()
}

/// The sheets that a manifest names.
async fn sheets(rig: &Rig, base: &Url) -> [Vec<Url>; 2] {
    let of_hls = listed(rig, base.join("master.m3u8").unwrap()).await;
    let of_hls = of_hls.into_iter().filter(|url| url.path().ends_with(".jpg")).collect();
    let mpd = dash_mpd_core::parse(&text(base.join("manifest.mpd").unwrap()).await).unwrap();
    assert!(dash_mpd_core::check_conformity(&mpd).is_empty());
    let sets = mpd.periods.iter().flat_map(|period| &period.adaptations);
    let images = sets.filter(|set| set.contentType.as_deref() == Some("image"));
    let of_dash = images.flat_map(|set| {
        let template = set.representations[0].SegmentTemplate.as_ref().unwrap();
        let (media, first, last) = (template.media.as_ref().unwrap(), template.startNumber, template.endNumber);
        let name = move |number: u64| media.replace("$Number%03d$", &format!("{number:03}"));
        (first.unwrap()..=last.unwrap()).map(move |number| base.join(&name(number)).unwrap())
    });
    [of_hls, of_dash.collect()]
}

/// Waits until both manifests name sheets of this number, or none. Each answers with a picture.
async fn until_named(rig: &Rig, server: &Server, video: i64) -> Vec<Url> {
    let (begun, base) = (Instant::now(), base(rig, server, video).await);
    let index = rig.json(server, &format!("/api/videos/{video}")).await["sprites_url"].clone();
    let place = index.as_str().map(|index| index.trim_end_matches("sprites.vtt"));
    let wanted: Vec<Url> = place
        .into_iter()
        .flat_map(|place| [0, 1].map(|n| format!("{place}sheet-00{n}.jpg")))
        .map(|path| base.join(&path).unwrap())
        .collect();
    loop {
        let found = sheets(rig, &base).await;
        if found.iter().all(|named| *named == wanted) {
            break;
        }
        assert!(begun.elapsed() < JOB_LIMIT, "{found:#?} instead of {wanted:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for url in &wanted {
        is_a_sheet(url).await;
    }
    wanted
}

async fn is_a_sheet(url: &Url) {
    let answer = reqwest::get(url.clone()).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"), "{answer:?}");
    let picture = probe(url, &["-show_entries", "stream=width,height"]);
    assert_eq!((&picture["streams"][0]["width"], &picture["streams"][0]["height"]), (&json!(1600), &json!(900)));
}

/// What ffprobe says without a complaint.
fn probe(url: &Url, what: &[&str]) -> Value {
    let output = Command::new("ffprobe")
        .args(["-v", "warning", "-print_format", "json"])
        .args(what)
        .arg(url.as_str())
        .output()
        .unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{url}: {complaints}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Everything that ffprobe reads of both manifests, every packet included.
fn views(base: &Url) -> [Value; 2] {
    let what = ["-show_streams", "-show_format", "-show_programs", "-count_packets"];
    ["master.m3u8", "manifest.mpd"].map(|name| {
        let mut view = probe(&base.join(name).unwrap(), &what);
        // of the manifest's own text
        view["format"].as_object_mut().unwrap().retain(|name, _| name != "size" && name != "bit_rate");
        view
    })
}

async fn make(rig: &Rig, server: &Server, video: i64) {
    rig.order(server, Method::POST, &format!("/api/videos/{video}/sprites/generate")).await;
    let begun = Instant::now();
    while rig.json(server, &format!("/api/videos/{video}/sprites")).await["status"] != "completed" {
        assert!(begun.elapsed() < JOB_LIMIT, "{:#?}", rig.tasks().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn manifests_name_the_pictures_that_there_are() {
    let rig = Rig::new(&[("VLOG_SPRITE_SHEET_FRAME_INTERVAL", "1")]);
    let server = rig.start();
    let id = rig.upload(&server, &film(&rig)).await;
    rig.until_status(&server, id, "ready").await;
    let place = base(&rig, &server, id).await;
    assert_eq!(until_named(&rig, &server, id).await, []);
    let before = views(&place);
    for view in &before {
        assert_eq!(view["streams"].as_array().unwrap().len(), 2, "{view:#}");
    }

    make(&rig, &server, id).await;
    let first = until_named(&rig, &server, id).await;
    assert_eq!(first.len(), 2);
    assert_eq!(views(&place), before, "who knows nothing of pictures reads the same");
    make(&rig, &server, id).await;
    let second = until_named(&rig, &server, id).await;
    assert_ne!(first, second);
    is_a_sheet(&first[0]).await; // for those who have the old list

    // a new version of the film has the same moments
    let generation = newest(&rig, id);
    let job = again(&rig, &server, id).await;
    until_job(&rig, &server, (job, id), "succeeded").await;
    assert_ne!(newest(&rig, id), generation);
    assert_eq!(until_named(&rig, &server, id).await, second);

    // killed before the manifests were written, or updated from a version that wrote none
    server.kill9();
    let forget =
        |conn: &mut vlog::db::Conn| vlog::db::videos::set_sprites_shown(conn, vlog::domain::id::VideoId(1), None);
    rig.run(forget).await.unwrap();
    let old = rig.files().into_keys().filter(|path| path.ends_with("master.m3u8") || path.ends_with(".mpd"));
    for path in old {
        let path = rig.storage.join(path);
        let plain = std::fs::read_to_string(&path).unwrap();
        let plain: Vec<_> = plain.lines().filter(|line| !line.contains("IMAGE-STREAM")).collect();
        std::fs::write(&path, plain.join("\n").replace("sprites/", "nowhere/")).unwrap();
    }
    let server = rig.start();
    assert_eq!(until_named(&rig, &server, id).await.len(), 2);

    // switched off and on again
    change(&rig, &server, &json!({ "sprites.enabled": false })).await;
    server.kill9();
    let server = rig.start();
    assert_eq!(until_named(&rig, &server, id).await, []);
    assert!(!rig.files().keys().any(|path| path.ends_with("sprites.m3u8") && path.contains(&newest(&rig, id))));
    change(&rig, &server, &json!({ "sprites.enabled": true })).await;
    server.kill9();
    let server = rig.start();
    assert_eq!(until_named(&rig, &server, id).await.len(), 2);

    // a sheet that is gone is not named, and nobody tries for ever
    server.kill9();
    let sheet = rig.files().into_keys().rfind(|path| path.ends_with("sheet-001.jpg")).unwrap();
    std::fs::remove_file(rig.storage.join(sheet)).unwrap();
    rig.run(forget).await.unwrap();
    let server = rig.start();
    let place = base(&rig, &server, id).await;
    let begun = Instant::now();
    while sheets(&rig, &place).await != [Vec::new(), Vec::new()] {
        assert!(begun.elapsed() < JOB_LIMIT);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let missing = |conn: &mut vlog::db::Conn| vlog::db::videos::list_sprites_not_shown(conn, true);
    while !rig.run(missing).await.unwrap().is_empty() {
        assert!(begun.elapsed() < JOB_LIMIT);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Directory of the generation that is watched.
fn newest(rig: &Rig, video: i64) -> String {
    let names = rig.names(&format!("videos/{video}"));
    names.into_iter().filter(|name| name.starts_with('g')).max().unwrap()
}
