//! Second factors: each code is taken once, whoever comes at the same time.

use vlog::db::users::{self, totp};
use vlog::db::{Conn, Db};
use vlog::domain::account::Role;

use crate::accounts::add;
use crate::database::{on, on_both};

on_both!(an_app_is_confirmed_once, codes_are_used_up, of_many_with_one_code_one_is_first);

async fn an_app_is_confirmed_once(db: Db) {
    on(&db, |conn| {
        let (anna, bert) = (add(conn, "anna", Role::Viewer)?.id, add(conn, "bert", Role::Viewer)?.id);
        assert_eq!(totp::find(conn, anna)?, None);
        assert!(!totp::confirm(conn, anna, 1)?, "nothing was begun");
        assert!(totp::begin(conn, anna, "one", 1)? && totp::begin(conn, anna, "two", 2)?);
        assert_eq!(totp::find(conn, anna)?.unwrap().secret, "two");
        assert_eq!(totp::holders(conn)?, []);
        assert!(totp::confirm(conn, anna, 3)? && !totp::confirm(conn, anna, 4)?);
        assert_eq!(totp::find(conn, anna)?.unwrap().confirmed_at_ms, Some(3));
        assert_eq!((totp::holders(conn)?, totp::find(conn, bert)?), (vec![anna], None));
        assert!(!totp::begin(conn, anna, "three", 5)?, "what is in force is not replaced");
        assert_eq!(totp::find(conn, anna)?.unwrap().secret, "two");
        assert!(totp::remove(conn, anna)? && !totp::remove(conn, anna)?);
        assert_eq!(totp::holders(conn)?, []);
        Ok(())
    })
    .await;
}

async fn codes_are_used_up(db: Db) {
    on(&db, |conn| {
        let (anna, bert) = (add(conn, "anna", Role::Viewer)?.id, add(conn, "bert", Role::Viewer)?.id);
        totp::begin(conn, anna, "secret", 1)?;
        assert!(totp::use_step(conn, anna, 100)?);
        assert!(!totp::use_step(conn, anna, 100)? && !totp::use_step(conn, anna, 99)?);
        assert!(totp::use_step(conn, anna, 101)? && !totp::use_step(conn, bert, 200)?);

        let hashes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        totp::set_recovery_codes(conn, anna, &hashes(&["a", "b"]))?;
        totp::set_recovery_codes(conn, bert, &hashes(&["a"]))?;
        assert!(totp::use_recovery_code(conn, anna, "a")? && !totp::use_recovery_code(conn, anna, "a")?);
        assert!(!totp::use_recovery_code(conn, bert, "b")?);
        assert_eq!((totp::count_recovery_codes(conn, anna)?, totp::count_recovery_codes(conn, bert)?), (1, 1));
        totp::set_recovery_codes(conn, anna, &hashes(&["c", "d", "e"]))?;
        assert!(!totp::use_recovery_code(conn, anna, "b")?);
        assert_eq!(totp::count_recovery_codes(conn, anna)?, 3);
        users::delete(conn, anna)?;
        assert_eq!((totp::count_recovery_codes(conn, anna)?, totp::find(conn, anna)?), (0, None));
        Ok(())
    })
    .await;
}

async fn of_many_with_one_code_one_is_first(db: Db) {
    let anna = on(&db, |conn| {
        let anna = add(conn, "anna", Role::Viewer)?.id;
        totp::begin(conn, anna, "secret", 1)?;
        totp::set_recovery_codes(conn, anna, &["a".to_owned()])?;
        Ok(anna)
    })
    .await;
    let tries = (0..8).map(|_| {
        let both =
            move |conn: &mut Conn| Ok((totp::use_step(conn, anna, 7)?, totp::use_recovery_code(conn, anna, "a")?));
        db.write(both)
    });
    let done: Vec<(bool, bool)> = futures_util::future::try_join_all(tries).await.unwrap();
    assert_eq!((done.iter().filter(|d| d.0).count(), done.iter().filter(|d| d.1).count()), (1, 1));
}
