//! What listens is stopped, killed, and left alone by a server that dies.

use reqwest::Method;
use serde_json::json;

use super::rig::{Rig, kill9};

#[tokio::test]
async fn a_cancelled_job_ends_what_listens() {
    let rig = Rig::new();
    rig.hold();
    let server = rig.start();
    let id = rig.upload(&server, &rig.silence()).await;
    rig.listeners(1).await;
    let running = rig.transcript(&server, id, "processing").await;
    let path = format!("/api/jobs/{}/cancel", running["job_id"]);
    assert_eq!(rig.call(&server, Method::POST, &path, None).await.0, 200);
    rig.listeners(0).await;
    rig.transcript(&server, id, "cancelled").await;
    assert_eq!(rig.get(&server, &format!("/api/videos/{id}")).await["status"], "ready");
}

#[tokio::test]
async fn what_is_killed_begins_again() {
    let rig = Rig::new();
    rig.hold();
    let server = rig.start();
    let id = rig.upload(&server, &rig.silence()).await;
    let (pid, _) = rig.listeners(1).await.remove(0);
    kill9(pid);
    rig.listeners(0).await;
    rig.go_on();
    let heard = rig.transcript(&server, id, "completed").await;
    let job = rig.get(&server, &format!("/api/jobs/{}", heard["job_id"])).await;
    assert!(job.to_string().contains("listening_killed"), "it says why it took two: {job}");
}

#[tokio::test]
async fn a_server_that_dies_takes_what_listens_along_and_finishes_later() {
    let rig = Rig::new();
    rig.hold();
    let server = rig.start();
    let id = rig.upload(&server, &rig.people()).await;
    rig.listeners(1).await;
    server.kill9();
    rig.listeners(0).await;
    rig.go_on();
    let server = rig.start();
    let heard = rig.transcript(&server, id, "completed").await;
    assert!(heard["word_count"].as_u64().unwrap() > 60, "{heard}");
    let slug = rig.get(&server, &format!("/api/videos/{id}")).await["slug"].as_str().unwrap().to_owned();
    rig.until_public(&server, &format!("/videos/{slug}/master.m3u8"), |text| text.contains("SUBTITLES=")).await;
}

#[tokio::test]
async fn what_is_set_holds_for_the_next_film() {
    let models = super::rig::models();
    let rig = Rig::with(&[]);
    let here = rig.directory.path().join("storage/models");
    std::fs::create_dir_all(&here).unwrap();
    for (from, to) in [
        ("ggml-silero-v6.2.0.bin", "ggml-silero-v6.2.0.bin"),
        ("ggml-tiny.en-q8_0.bin", "ggml-tiny.en-q8_0.bin"),
        ("ggml-tiny.en-q8_0.bin", "ggml-base-q8_0.bin"),
    ] {
        std::os::unix::fs::symlink(models.join(from), here.join(to)).unwrap();
    }
    rig.hold();
    let server = rig.start();
    rig.set(&server, "transcription.on_upload", json!(false)).await;
    let id = rig.upload(&server, &rig.silence()).await;
    rig.ready(&server, id).await;
    let (transcript, transcribe) = (format!("/api/videos/{id}/transcript"), format!("/api/videos/{id}/transcribe"));
    assert_eq!(rig.get(&server, &transcript).await["status"], "none");
    rig.set(&server, "transcription.enabled", json!(false)).await;
    let (status, refused) = rig.call(&server, Method::POST, &transcribe, None).await;
    assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("transcription_disabled")));
    rig.set(&server, "transcription.enabled", json!(true)).await;
    rig.set(&server, "transcription.slots", json!(0)).await;
    rig.set(&server, "transcription.whisper_model", json!("tiny.en")).await;
    rig.set(&server, "transcription.language", json!("de")).await;
    rig.set(&server, "transcription.threads", json!(3)).await;
    assert_eq!(rig.call(&server, Method::POST, &transcribe, None).await.0, 202);
    let (status, refused) = rig.call(&server, Method::POST, &transcribe, None).await;
    assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("already_running")));
    assert_eq!(rig.get(&server, &transcript).await["status"], "pending");
    rig.set(&server, "transcription.slots", json!(1)).await;
    let (_, line) = rig.listeners(1).await.remove(0);
    for part in ["ggml-tiny.en-q8_0.bin", "--language de", "--ears 3"] {
        assert!(line.contains(part), "{line}");
    }
    let job = rig.transcript(&server, id, "processing").await["job_id"].clone();
    assert_eq!(rig.call(&server, Method::POST, &format!("/api/jobs/{job}/cancel"), None).await.0, 200);
    rig.listeners(0).await;
    // what is held takes too long for that
    rig.set(&server, "transcription.timeout", json!("1s")).await;
    assert_eq!(rig.call(&server, Method::POST, &transcribe, Some(json!({ "language": "fr" }))).await.0, 202);
    let failed = rig.transcript(&server, id, "failed").await;
    assert_eq!(failed["error_code"], "listening_timed_out", "{failed}");
}
