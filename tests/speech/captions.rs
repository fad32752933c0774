//! What is said becomes text and captions that players show, and a person may change and remove it.

use reqwest::Method;
use serde_json::json;

use super::receiver::{Receiver, Reply};
use super::rig::{Rig, error_rate, read_aloud, words};

/// A caption as a player reads it: from, to, lines.
type Cue = (f64, f64, Vec<String>);

fn parse(vtt: &str) -> Vec<Cue> {
    let seconds = |stamp: &str| stamp.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap());
    let mut blocks = vtt.trim_end().split("\n\n");
    assert_eq!(blocks.next(), Some("WEBVTT"));
    let cue = |block: &str| {
        let mut lines = block.lines().skip(1);
        let (from, to) = lines.next().unwrap().split_once(" --> ").unwrap();
        (seconds(from), seconds(to), lines.map(str::to_owned).collect())
    };
    blocks.map(cue).collect()
}

fn assert_readable(cues: &[Cue], duration: f64) {
    for (from, to, lines) in cues {
        assert!(to > from && to - from <= 7.01 && *from < duration, "{cues:?}");
        assert!((1..=2).contains(&lines.len()) && lines.iter().all(|line| line.chars().count() <= 42), "{lines:?}");
    }
    assert!(cues.windows(2).all(|two| two[0].1 <= two[1].0), "no two at once: {cues:?}");
}

#[tokio::test]
async fn what_people_say_becomes_captions_that_can_be_changed_and_removed() {
    let receiver = Receiver::answering(|_| Reply::of(200));
    let rig = Rig::new();
    let server = rig.start();
    rig.set(&server, "webhooks.allow_networks", json!(["127.0.0.0/8"])).await;
    let hook = json!({ "name": "Chat", "url": receiver.url("/"), "events": ["transcription.completed"] });
    assert_eq!(rig.call(&server, Method::POST, "/api/webhooks", Some(hook)).await.0, 200);
    let id = rig.upload(&server, &rig.people()).await;
    let heard = rig.transcript(&server, id, "completed").await;

    let text = heard["text"].as_str().unwrap();
    let rate = error_rate(&read_aloud(), &words(text));
    assert!(rate <= 0.05, "{rate:.3} of the words are wrong: {text}");
    assert_eq!(
        (&heard["language"], &heard["edited"], &heard["progress_percent"]),
        (&json!("en"), &json!(false), &json!(100))
    );
    assert!(
        heard["word_count"].as_u64().unwrap() > 60 && heard["duration_seconds"].as_f64().unwrap() > 24.0,
        "{heard}"
    );

    // what players get
    let message = receiver.until(1).await.remove(0).json();
    assert_eq!((&message["type"], &message["data"]["language"]), (&json!("transcription.completed"), &json!("en")));
    let slug = rig.get(&server, &format!("/api/videos/{id}")).await["slug"].as_str().unwrap().to_owned();
    let master =
        rig.until_public(&server, &format!("/videos/{slug}/master.m3u8"), |text| text.contains("SUBTITLES=")).await;
    assert!(master.contains("NAME=\"English (automatic)\"") && master.contains("LANGUAGE=\"en\""), "{master}");
    let mpd = rig.public(&server, &format!("/videos/{slug}/manifest.mpd")).await.unwrap();
    let url = heard["vtt_url"].as_str().unwrap();
    let (directory, _) = url.rsplit_once('/').unwrap();
    assert!(mpd.contains(url.strip_prefix(&format!("/videos/{slug}/")).unwrap()), "{mpd}");
    assert!(rig.public(&server, &format!("{directory}/stream.m3u8")).await.unwrap().contains("captions.vtt"));
    let cues = parse(&rig.public(&server, url).await.unwrap());
    assert_readable(&cues, 24.8);
    assert!(cues.len() >= 5 && cues[0].0 < 1.0 && cues.last().unwrap().1 > 22.0, "{cues:?}");

    // changed
    let edit = json!({ "text": text.replace("disposed", "inclined") });
    let (status, edited) = rig.call(&server, Method::PUT, &format!("/api/videos/{id}/transcript"), Some(edit)).await;
    assert_eq!((status.as_u16(), &edited["edited"]), (200, &json!(true)), "{edited}");
    let changed_url = edited["vtt_url"].as_str().unwrap();
    let changed = parse(&rig.public(&server, changed_url).await.unwrap());
    let all: String = changed.iter().flat_map(|cue| cue.2.iter().map(|line| format!("{line} "))).collect();
    assert!(changed_url != url && all.contains("inclined") && !all.contains("disposed"), "{all}");
    assert!((changed[0].0 - cues[0].0).abs() < 0.01, "times stay: {changed:?}");
    let master = rig.public(&server, &format!("/videos/{slug}/master.m3u8")).await.unwrap();
    assert!(master.contains("NAME=\"English\""), "{master}");

    // who may not see the video
    let path = format!("/api/videos/{id}");
    assert_eq!(rig.call(&server, Method::PATCH, &path, Some(json!({ "visibility": "private" }))).await.0, 200);
    assert_eq!(rig.public(&server, changed_url).await, None);
    assert_eq!(rig.public(&server, &format!("/api/videos/{slug}/transcript")).await, None);
    assert_eq!(rig.call(&server, Method::PATCH, &path, Some(json!({ "visibility": "public" }))).await.0, 200);
    assert!(rig.public(&server, &format!("/api/videos/{slug}/transcript")).await.unwrap().contains("inclined"));

    // removed, and made again when asked for
    assert_eq!(rig.call(&server, Method::DELETE, &format!("{path}/transcript"), None).await.0, 200);
    assert_eq!(rig.get(&server, &format!("{path}/transcript")).await["status"], "none");
    assert_eq!(rig.call(&server, Method::DELETE, &format!("{path}/transcript"), None).await.0, 404);
    assert_eq!(rig.public(&server, changed_url).await, None);
    let master = rig.public(&server, &format!("/videos/{slug}/master.m3u8")).await.unwrap();
    assert!(!master.contains("SUBTITLES"), "{master}");
    let (status, queued) = rig.call(&server, Method::POST, &format!("{path}/transcribe"), None).await;
    assert_eq!(status, 202, "{queued}");
    rig.transcript(&server, id, "completed").await;
}

#[tokio::test]
async fn where_nobody_speaks_nothing_is_shown() {
    let rig = Rig::new();
    let server = rig.start();
    let id = rig.upload(&server, &rig.silence()).await;
    let heard = rig.transcript(&server, id, "completed").await;
    assert_eq!(
        (&heard["text"], &heard["word_count"], &heard["vtt_url"]),
        (&json!(""), &json!(0), &json!(null)),
        "{heard}"
    );
    let slug = rig.get(&server, &format!("/api/videos/{id}")).await["slug"].as_str().unwrap().to_owned();
    let master = rig.public(&server, &format!("/videos/{slug}/master.m3u8")).await.unwrap();
    assert!(!master.contains("SUBTITLES"), "{master}");
}

#[tokio::test]
async fn without_a_model_nothing_is_begun_and_everybody_is_told_how_to_get_one() {
    let rig = Rig::with(&[]);
    let server = rig.start();
    let id = rig.upload(&server, &rig.silence()).await;
    rig.ready(&server, id).await;
    assert_eq!(rig.get(&server, &format!("/api/videos/{id}/transcript")).await["status"], "none");
    let (status, refused) = rig.call(&server, Method::POST, &format!("/api/videos/{id}/transcribe"), None).await;
    assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("model_missing")), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("vlog models pull base"), "{refused}");
    let system = rig.get(&server, "/api/system").await;
    assert!(system.to_string().contains("vlog models pull base"), "{system}");
}
