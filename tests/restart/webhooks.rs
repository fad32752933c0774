//! Messages to webhooks survive the death of the server: those that waited, and those on their way.

use std::time::Duration;

use serde_json::json;

use super::receiver::{Receiver, Reply};
use super::rig::{Rig, clips};

/// Killed between the commit and the sending, and again while the receiver has the message and has not answered.
async fn nothing_is_lost(mut rig: Rig) {
    rig.set("VLOG_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8");
    rig.set("VLOG_TRANSCODING_PAUSED", "encode,light,webhooks");
    let receiver = Receiver::answering(|_| Reply { after: Duration::from_secs(60), ..Reply::of(200) });
    let server = rig.start();
    let body = json!({ "name": "Chat", "url": receiver.url("/"), "events": ["video.uploaded"] });
    let made = rig.client.post(format!("{}/api/webhooks", server.admin_url)).json(&body).send().await.unwrap();
    let made: serde_json::Value = made.json().await.unwrap();
    let (id, secret) = (made["webhook"]["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    rig.upload(&server, &clips().copied).await;
    server.kill9(); // as soon as the upload was answered
    assert_eq!(receiver.received().len(), 0);

    rig.set("VLOG_TRANSCODING_PAUSED", "encode,light");
    let server = rig.start();
    let first = receiver.until(1).await.remove(0);
    server.kill9(); // the receiver may have taken it
    receiver.answer_with(|_| Reply::of(200));
    let server = rig.start();
    let received = receiver.until(2).await;
    assert_eq!((received[1].id(), &received[1].body), (first.id(), &first.body), "the receiver knows it by its id");
    assert!(received.iter().all(|message| message.is_signed_with(secret)));
    let hook = rig.json(&server, &format!("/api/webhooks/{id}")).await;
    assert_eq!(hook["failed_deliveries"], 0, "{hook}");
}

#[tokio::test]
async fn nothing_is_lost_on_sqlite() {
    nothing_is_lost(Rig::new(&[])).await;
}

#[tokio::test]
async fn nothing_is_lost_on_postgres() {
    nothing_is_lost(Rig::new(&[("VLOG_DATABASE_URL", &super::postgres::new_database())])).await;
}
