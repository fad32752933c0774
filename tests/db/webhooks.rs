//! The outbox, and messages on their way, on both databases.

use serde_json::json;
use vlog::db::webhooks::deliveries::{self, Next};
use vlog::db::webhooks::{self, Change};
use vlog::db::{Conn, Db, DbError};
use vlog::domain::id::WebhookId;
use vlog::domain::video::Failure;
use vlog::domain::webhook::{Answer, DeliveryStatus, FAILURES_MAX, Notice, REST_MS, Webhook, WebhookEvent};

use crate::database::{on, on_both, video};

on_both!(
    what_is_rolled_back_is_not_told,
    those_who_asked_are_told,
    alerts_are_held_back,
    claims_are_exclusive_and_expire,
    a_receiver_gets_one_at_a_time_and_rests,
);

fn webhook(conn: &mut Conn, events: &[WebhookEvent]) -> Webhook {
    let webhook = Webhook {
        id: WebhookId::new(),
        name: "Chat".to_owned(),
        origin: "https://example.org".to_owned(),
        events: events.to_vec(),
        active: true,
        managed: false,
        disabled_reason: None,
        created_at_ms: 1,
        updated_at_ms: 1,
        last_success_at_ms: None,
        last_failure_at_ms: None,
        failures: 0,
        rest_until_ms: 0,
    };
    webhooks::insert(conn, &webhook, "sealed").unwrap();
    assert_eq!(webhooks::get(conn, webhook.id).unwrap(), webhook);
    webhook
}

fn notice(event: WebhookEvent) -> Notice {
    Notice { event, data: json!({ "a": 1 }), text: "A".to_owned() }
}

fn refused() -> Answer {
    let error = Failure { code: "not_taken".to_owned(), message: "500".to_owned() };
    Answer { status: Some(500), body: Some("no".to_owned()), duration_ms: Some(3), error: Some(error) }
}

async fn what_is_rolled_back_is_not_told(db: Db) {
    on(&db, |conn| {
        webhook(conn, &[WebhookEvent::VideoUploaded]);
        let failed = conn.write(|conn| {
            video(conn, "Clip", 1);
            webhooks::record(conn, &notice(WebhookEvent::VideoUploaded), 0, 5)?;
            Err::<(), _>(DbError::NotFound)
        });
        assert!(failed.is_err());
        assert_eq!(deliveries::next_run_at(conn, 10)?, None);
        Ok(())
    })
    .await;
}

async fn those_who_asked_are_told(db: Db) {
    on(&db, |conn| {
        let one = webhook(conn, &[WebhookEvent::VideoReady, WebhookEvent::VideoFailed]);
        let two = webhook(conn, &[WebhookEvent::VideoReady]);
        let off = webhook(conn, &[WebhookEvent::VideoReady]);
        webhooks::update(conn, off.id, &Change { active: Some(false), ..Change::default() }, 2)?;
        assert_eq!(webhooks::record(conn, &notice(WebhookEvent::VideoReady), 0, 5)?, 2);
        assert_eq!(webhooks::record(conn, &notice(WebhookEvent::VideoFailed), 0, 6)?, 1);
        assert_eq!(webhooks::record(conn, &notice(WebhookEvent::VideoDeleted), 0, 7)?, 0);
        let of = |id| deliveries::Filter { webhook_id: Some(id), ..deliveries::Filter::default() };
        let found = deliveries::list(conn, &of(one.id), 10)?;
        let events: Vec<_> = found.iter().map(|delivery| delivery.event).collect();
        assert_eq!(events, [WebhookEvent::VideoFailed, WebhookEvent::VideoReady]);
        assert_ne!(found[0].message_id, found[1].message_id);
        assert!(found[0].payload.contains(&found[0].message_id));
        let rest = deliveries::Filter { before_id: Some(found[0].id), ..of(one.id) };
        assert_eq!(deliveries::list(conn, &rest, 10)?, found[1..]);
        let failed = deliveries::Filter { event: Some(WebhookEvent::VideoFailed), ..of(two.id) };
        assert_eq!(deliveries::list(conn, &failed, 10)?, []);
        assert_eq!(webhooks::counts(conn, None)?[&one.id].waiting, 2);
        webhooks::delete(conn, one.id)?;
        assert!(matches!(deliveries::get(conn, found[0].id), Err(DbError::NotFound)), "its messages go with it");
        assert!(matches!(webhooks::delete(conn, one.id), Err(DbError::NotFound)));
        Ok(())
    })
    .await;
}

async fn alerts_are_held_back(db: Db) {
    on(&db, |conn| {
        webhook(conn, &WebhookEvent::alerts());
        let mut alert = |event, now| webhooks::record(conn, &notice(event), 100, now).unwrap();
        assert_eq!(alert(WebhookEvent::AlertJobFailed, 1000), 1);
        assert_eq!(alert(WebhookEvent::AlertJobFailed, 1099), 0);
        assert_eq!(alert(WebhookEvent::AlertStorageLow, 1050), 1, "of each kind by itself");
        assert_eq!(alert(WebhookEvent::AlertJobFailed, 1101), 1);
        Ok(())
    })
    .await;
}

async fn claims_are_exclusive_and_expire(db: Db) {
    on(&db, |conn| {
        webhook(conn, &[WebhookEvent::VideoReady]);
        webhooks::record(conn, &notice(WebhookEvent::VideoReady), 0, 5)
    })
    .await;
    let claimers = (0..8).map(|n| {
        let db = db.clone();
        async move { on(&db, move |conn| conn.write(|conn| deliveries::claim(conn, &format!("t{n}"), 10, 30))).await }
    });
    let claimed: Vec<_> = futures_util::future::join_all(claimers).await.into_iter().flatten().collect();
    let [delivery] = claimed.as_slice() else { panic!("{claimed:?}") };
    let delivery = delivery.clone();
    on(&db, move |conn| {
        let of = (delivery.id, delivery.webhook_id);
        assert_eq!(delivery.status, DeliveryStatus::Sending);
        assert_eq!((deliveries::next_run_at(conn, 10)?, deliveries::next_run_at(conn, 30)?), (None, Some(30)));
        assert!(deliveries::claim(conn, "other", 29, 50)?.is_none());
        assert!(!deliveries::heartbeat(conn, delivery.id, "other", 60)?);
        // nobody was heard of any more: it is sent again, under the same id
        let again = deliveries::claim(conn, "other", 30, 50)?.unwrap();
        assert_eq!((again.id, &again.message_id, again.attempts), (delivery.id, &delivery.message_id, 0));
        let late = deliveries::finish(conn, of, "t0", (&Answer::default(), Next::Delivered), 31)?;
        assert!(!late, "the first one comes too late");
        assert!(deliveries::heartbeat(conn, delivery.id, "other", 60)?);
        assert!(deliveries::release(conn, delivery.id, "other", 40)?);
        let last = deliveries::claim(conn, "last", 40, 50)?.unwrap();
        assert!(!deliveries::retry(conn, last.id, 41)?, "not while it is on its way");
        assert!(deliveries::finish(conn, of, "last", (&refused(), Next::Again(90)), 41)?);
        let waits = deliveries::get(conn, last.id)?;
        assert_eq!((waits.status, waits.attempts, waits.run_at_ms), (DeliveryStatus::Pending, 1, 90));
        assert_eq!(waits.answer, refused());
        assert!(deliveries::retry(conn, last.id, 42)?);
        assert_eq!(deliveries::claim(conn, "x", 42, 60)?.unwrap().attempts, 0);
        Ok(())
    })
    .await;
}

async fn a_receiver_gets_one_at_a_time_and_rests(db: Db) {
    on(&db, |conn| {
        let (bad, good) = (webhook(conn, &[WebhookEvent::VideoReady]), webhook(conn, &[WebhookEvent::VideoReady]));
        for at in 1..=9 {
            webhooks::record(conn, &notice(WebhookEvent::VideoReady), 0, at)?;
        }
        let mut now = 10;
        for failures in 1..=FAILURES_MAX {
            let first = deliveries::claim(conn, "a", now, now + 100)?.unwrap();
            let second = deliveries::claim(conn, "b", now, now + 100)?.unwrap();
            assert_ne!(first.webhook_id, second.webhook_id);
            assert!(deliveries::claim(conn, "c", now, now + 100)?.is_none(), "each has one already");
            now += 1;
            for (delivery, token) in [(first, "a"), (second, "b")] {
                let ended = if delivery.webhook_id == bad.id {
                    (&refused(), Next::GiveUp)
                } else {
                    (&Answer::default(), Next::Delivered)
                };
                assert!(deliveries::finish(conn, (delivery.id, delivery.webhook_id), token, ended, now)?);
            }
            assert_eq!(webhooks::get(conn, bad.id)?.failures, failures);
        }
        let rests = webhooks::get(conn, bad.id)?;
        assert_eq!((rests.rest_until_ms, rests.last_failure_at_ms), (now + REST_MS, Some(now)));
        for _ in 0..4 {
            let other = deliveries::claim(conn, "d", now, now + 100)?.unwrap();
            assert_eq!(other.webhook_id, good.id, "the other one goes on");
            deliveries::finish(conn, (other.id, good.id), "d", (&Answer::default(), Next::Delivered), now)?;
        }
        assert!(deliveries::claim(conn, "e", now, now + 100)?.is_none());
        assert_eq!(deliveries::next_run_at(conn, now)?, Some(now + REST_MS));
        let later = now + REST_MS;
        let probe = deliveries::claim(conn, "f", later, later + 100)?.unwrap();
        deliveries::finish(conn, (probe.id, bad.id), "f", (&Answer::default(), Next::Delivered), later)?;
        let well = webhooks::get(conn, bad.id)?;
        assert_eq!((well.failures, well.rest_until_ms, well.last_success_at_ms), (0, 0, Some(later)));
        let gone = deliveries::claim(conn, "g", later, later + 100)?.unwrap();
        deliveries::finish(conn, (gone.id, bad.id), "g", (&refused(), Next::SwitchOff), later)?;
        let off = webhooks::get(conn, bad.id)?;
        assert_eq!((off.active, off.disabled_reason.as_deref()), (false, Some("gone")));
        assert_eq!(deliveries::next_run_at(conn, later)?, None);
        let totals = deliveries::totals(conn, 0)?;
        assert_eq!((totals.waiting, totals.failed, totals.recent_delivered), (2, 6, 10));
        assert_eq!(deliveries::remove_before(conn, 100)?, 16);
        Ok(())
    })
    .await;
}
