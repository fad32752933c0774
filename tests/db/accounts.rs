//! Accounts, sessions, API keys and the audit log.

use std::time::Instant;

use uuid::Uuid;
use vlog::db::users::sessions::Used;
use vlog::db::users::{self, Changes, api_keys, sessions};
use vlog::db::{Conn, Db, DbError, audit};
use vlog::domain::account::{ApiKey, Role, Session, User};
use vlog::domain::audit::{Actor, Entry, NewEntry, Outcome};
use vlog::domain::id::{ApiKeyId, SessionId, UserId};

use crate::database::{execute, on, on_both};

on_both!(
    names_differ_by_more_than_case,
    changes_and_deletion,
    sessions_live_until_they_end,
    a_token_is_used_once,
    keys_are_found_by_prefix,
    many_sessions_are_listed_quickly,
    the_audit_log_is_filtered,
);

fn user(name: &str, role: Role) -> User {
    User {
        id: UserId::new(),
        username: name.to_owned(),
        display_name: name.to_owned(),
        role,
        has_password: false,
        created_at_ms: 1,
        disabled_at_ms: None,
    }
}

pub fn add(conn: &mut Conn, name: &str, role: Role) -> Result<User, DbError> {
    let user = user(name, role);
    users::insert(conn, &user, None).map(|()| user)
}

fn session(of: &User, now_ms: i64, expires_at_ms: i64) -> Session {
    Session {
        id: SessionId::new(),
        user_id: of.id,
        created_at_ms: now_ms,
        last_used_at_ms: now_ms,
        expires_at_ms,
        user_agent: "a browser".to_owned(),
        address: "192.0.2.1".to_owned(),
    }
}

async fn names_differ_by_more_than_case(db: Db) {
    on(&db, |conn| {
        let first = add(conn, "Änne", Role::Viewer)?;
        assert!(matches!(add(conn, "änNE", Role::Admin), Err(DbError::Conflict(_))));
        let (found, hash) = users::find_by_name(conn, "ÄNNE")?.unwrap();
        assert_eq!((found, hash), (first.clone(), None));
        assert_eq!(users::find_by_name(conn, "anne")?, None);
        assert_eq!(users::get(conn, first.id)?, first);
        assert!(matches!(users::get(conn, UserId::new()), Err(DbError::NotFound)));
        Ok(())
    })
    .await;
}

async fn changes_and_deletion(db: Db) {
    on(&db, |conn| {
        assert!(!users::any(conn)?);
        let (anna, bert) = (add(conn, "anna", Role::Admin)?, add(conn, "bert", Role::Admin)?);
        assert!(users::any(conn)? && users::is_other_admin(conn, anna.id)?);
        let disabled = Changes { disabled_at_ms: Some(Some(5)), ..Changes::default() };
        users::update(conn, bert.id, &disabled)?;
        assert!(!users::is_other_admin(conn, anna.id)?, "one who is disabled does not count");
        let all = Changes {
            display_name: Some("B.".to_owned()),
            role: Some(Role::Editor),
            disabled_at_ms: Some(None),
            password_hash: Some("hash".to_owned()),
        };
        users::update(conn, bert.id, &all)?;
        let changed = users::get(conn, bert.id)?;
        assert_eq!((changed.display_name.as_str(), changed.role), ("B.", Role::Editor));
        assert!(changed.has_password && changed.disabled_at_ms.is_none());
        users::update(conn, bert.id, &Changes::default())?;
        assert!(matches!(users::update(conn, UserId::new(), &all), Err(DbError::NotFound)));
        assert_eq!(users::list(conn, 10)?.iter().map(|u| u.username.as_str()).collect::<Vec<_>>(), ["anna", "bert"]);
        assert_eq!(users::list(conn, 1)?.len(), 1);
        conn.write(users::lock)?;
        // sessions, tokens and keys go along
        let session = session(&bert, 1, 100);
        sessions::insert(conn, &session)?;
        sessions::insert_token(conn, Uuid::now_v7(), session.id, 100)?;
        assert!(users::delete(conn, bert.id)? && !users::delete(conn, bert.id)?);
        assert_eq!(sessions::find_live(conn, session.id, 2)?, None);
        assert_eq!(execute(conn, "DELETE FROM refresh_tokens"), 0);
        Ok(())
    })
    .await;
}

async fn sessions_live_until_they_end(db: Db) {
    on(&db, |conn| {
        let anna = add(conn, "anna", Role::Viewer)?;
        let (one, two, three) = (session(&anna, 1, 100), session(&anna, 2, 100), session(&anna, 3, 10));
        for session in [&one, &two, &three] {
            sessions::insert(conn, session)?;
        }
        assert_eq!(sessions::find_live(conn, one.id, 50)?, Some(one.clone()));
        assert_eq!(sessions::find_live(conn, three.id, 10)?, None, "it has expired");
        let live = |conn: &mut Conn| -> Result<Vec<SessionId>, DbError> {
            Ok(sessions::list_live(conn, anna.id, None, 50, 10)?.into_iter().map(|session| session.id).collect())
        };
        assert_eq!(live(conn)?, [two.id, one.id]);
        sessions::touch(conn, one.id, "192.0.2.2", 40, 200)?;
        assert_eq!(live(conn)?, [one.id, two.id], "the one used last is first");
        assert!(sessions::end(conn, two.id, 50)? && !sessions::end(conn, two.id, 51)?);
        assert_eq!(sessions::find_live(conn, two.id, 50)?, None);
        sessions::insert(conn, &session(&anna, 60, 300))?;
        assert_eq!(sessions::end_all(conn, anna.id, Some(one.id), 61)?, 2, "all that had not ended");
        assert_eq!(live(conn)?, [one.id]);
        sessions::tidy(conn, 100, 100)?;
        assert_eq!(execute(conn, "DELETE FROM sessions"), 2, "those that expire later stay");
        Ok(())
    })
    .await;
}

async fn a_token_is_used_once(db: Db) {
    on(&db, |conn| {
        let anna = add(conn, "anna", Role::Viewer)?;
        let (one, other) = (session(&anna, 1, 100), session(&anna, 1, 100));
        sessions::insert(conn, &one)?;
        sessions::insert(conn, &other)?;
        let jti = Uuid::now_v7();
        sessions::insert_token(conn, jti, one.id, 100)?;
        assert_eq!(sessions::use_token(conn, jti, other.id, 2)?, Used::Unknown, "it is of another session");
        assert_eq!(sessions::use_token(conn, jti, one.id, 100)?, Used::Unknown, "it has expired");
        assert_eq!(sessions::use_token(conn, jti, one.id, 2)?, Used::Fresh);
        assert_eq!(sessions::use_token(conn, jti, one.id, 3)?, Used::Again);
        assert_eq!(sessions::use_token(conn, Uuid::now_v7(), one.id, 3)?, Used::Unknown);
        let next = Uuid::now_v7();
        sessions::insert_token(conn, next, one.id, 100)?;
        assert_eq!(sessions::successor(conn, jti, one.id, 2)?, Some(next));
        assert_eq!(sessions::successor(conn, jti, one.id, 3)?, None, "that was long ago");
        assert_eq!(sessions::successor(conn, jti, other.id, 2)?, None, "of another session");
        assert_eq!(sessions::use_token(conn, next, one.id, 4)?, Used::Fresh);
        sessions::insert_token(conn, Uuid::now_v7(), one.id, 100)?;
        assert_eq!(sessions::successor(conn, jti, one.id, 2)?, None, "what came of it was used");
        sessions::tidy(conn, 99, 0)?;
        assert_eq!(sessions::use_token(conn, jti, one.id, 3)?, Used::Again, "known until it expires");
        Ok(())
    })
    .await;
}

async fn keys_are_found_by_prefix(db: Db) {
    on(&db, |conn| {
        let anna = add(conn, "anna", Role::Viewer)?;
        let key = ApiKey {
            id: ApiKeyId::new(),
            user_id: anna.id,
            name: "backup".to_owned(),
            prefix: "abc".to_owned(),
            role: Role::Viewer,
            created_at_ms: 1,
            expires_at_ms: Some(9),
            last_used_at_ms: None,
            revoked_at_ms: None,
        };
        api_keys::insert(conn, &key, "hash")?;
        let same = ApiKey { id: ApiKeyId::new(), ..key.clone() };
        assert!(matches!(api_keys::insert(conn, &same, "hash"), Err(DbError::Conflict(_))));
        assert_eq!(api_keys::find_by_prefix(conn, "abc")?, Some((key.clone(), "hash".to_owned())));
        assert_eq!(api_keys::find_by_prefix(conn, "ab")?, None);
        api_keys::touch(conn, key.id, 5)?;
        assert_eq!(api_keys::list(conn, Some(anna.id), None, 10)?[0].last_used_at_ms, Some(5));
        assert_eq!(api_keys::list(conn, Some(UserId::new()), None, 10)?, []);
        assert_eq!(api_keys::revoke(conn, key.id, 6)?.unwrap().revoked_at_ms, Some(6));
        assert_eq!(api_keys::revoke(conn, key.id, 7)?, None);
        assert_eq!(api_keys::list(conn, None, None, 10)?, []);
        assert!(api_keys::find_by_prefix(conn, "abc")?.unwrap().0.revoked_at_ms.is_some());
        Ok(())
    })
    .await;
}

async fn many_sessions_are_listed_quickly(db: Db) {
    on(&db, |conn| {
        let (anna, bert) = (add(conn, "anna", Role::Viewer)?, add(conn, "bert", Role::Viewer)?);
        conn.write::<_, DbError>(|conn| {
            for n in 0..10_000 {
                sessions::insert(conn, &session(if n % 2 == 0 { &anna } else { &bert }, n, 100_000))?;
            }
            Ok(())
        })?;
        execute(conn, "ANALYZE sessions");
        let best = (0..5).map(|_| {
            let begun = Instant::now();
            assert_eq!(sessions::list_live(conn, anna.id, None, 50_000, 500).unwrap().len(), 500);
            begun.elapsed()
        });
        let best = best.min().unwrap();
        println!("500 sessions of 10,000 were listed in {best:?}");
        assert!(best.as_millis() < 100, "{best:?}: 20 ms are the goal, and this is not optimised");
        Ok(())
    })
    .await;
}

async fn the_audit_log_is_filtered(db: Db) {
    on(&db, |conn| {
        let anna = Actor { name: "anna".to_owned(), ..Actor::cli() };
        for n in 0..4_i64 {
            let entry = NewEntry::done(&anna, "user_created", format!("user:{n}"));
            let entry = entry.changing(Some(serde_json::json!({ "n": n })), None);
            audit::insert(conn, &entry, n * 10)?;
        }
        let refused = NewEntry::refused(&Actor::anonymous("x", Some("2001:db8::1".parse().unwrap())), "login");
        audit::insert(conn, &refused, 100)?;
        let list = |conn: &mut Conn, filter: audit::Filter| audit::list(conn, &filter, 10).unwrap();
        let all = list(conn, audit::Filter::default());
        assert_eq!(all.len(), 5);
        assert_eq!((all[0].result, all[0].address.as_deref()), (Outcome::Refused, Some("2001:db8::1")));
        assert_eq!(all[1].before, Some(serde_json::json!({ "n": 3 })));
        let count = |conn: &mut Conn, filter| list(conn, filter).len();
        assert_eq!(count(conn, audit::Filter { actor: Some("anna".to_owned()), ..Default::default() }), 4);
        assert_eq!(count(conn, audit::Filter { action: Some("login".to_owned()), ..Default::default() }), 1);
        assert_eq!(count(conn, audit::Filter { result: Some(Outcome::Ok), ..Default::default() }), 4);
        let between = audit::Filter { from_ms: Some(10), to_ms: Some(30), ..Default::default() };
        assert_eq!(count(conn, between), 2, "the end is not part of it");
        assert_eq!(count(conn, audit::Filter { before_id: Some(all[1].id), ..Default::default() }), 3);
        let newest = audit::newest_id(conn)?;
        assert_eq!(newest, all[0].id);
        let ids = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>();
        let mut oldest_first: Vec<i64> = all.iter().map(|entry| entry.id).collect();
        oldest_first.reverse();
        assert_eq!(ids(audit::list_after(conn, 0, 1000, 10)?), oldest_first);
        assert_eq!(ids(audit::list_after(conn, oldest_first[0], 1000, 2)?), oldest_first[1..3]);
        assert_eq!(ids(audit::list_after(conn, 0, 100, 10)?), oldest_first[..oldest_first.len() - 1], "older than 100");
        assert!(ids(audit::list_after(conn, newest, 1000, 10)?).is_empty());
        assert_eq!(audit::list(conn, &audit::Filter::default(), 2)?.len(), 2);
        Ok(())
    })
    .await;
}
