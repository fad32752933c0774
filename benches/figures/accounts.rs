//! Logging in, what knowing the caller costs a request, the heartbeat of a worker, and the sessions of somebody who has
//! 10,000.

use std::time::Instant;

use anyhow::{Context, ensure};
use reqwest::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use vlog::db::users::{self, sessions};
use vlog::db::{Conn, Db, DbError, now_ms};
use vlog::domain::account::Session;
use vlog::domain::id::SessionId;

use super::process::cpu_seconds;
use super::server::{Home, Server};
use super::table::{Goal, Table, median};

/// Fewer than are throttled.
const LOGINS: usize = 8;
/// Requests of each kind of caller.
const REQUESTS: usize = 4_000;
const HEARTBEATS: usize = 1_000;
const SESSIONS: i64 = 10_000;
const LISTS: usize = 15;
const NAME: &str = "viewer";
const PASSWORD: &str = "correct horse battery";

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &[]).await?;
    let account = json!({ "username": NAME, "password": PASSWORD, "role": "viewer" });
    server.post(&server.admin, "/api/users", &account).await?;

    let login = json!({ "username": NAME, "password": PASSWORD });
    let (mut cookie, mut times) = (String::new(), Vec::new());
    let before = cpu_seconds(server.pid()?, false)?;
    for _ in 0..LOGINS {
        let begun = Instant::now();
        let answer = server.post(&server.public, "/api/auth/login", &login).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let mut set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let access = set.find(|cookie| cookie.starts_with("vlog_access=")).context("no cookie")?;
        cookie = access.split(';').next().unwrap_or_default().to_owned();
    }
    let cpu = (cpu_seconds(server.pid()?, false)? - before) / LOGINS as f64;
    table.value("login, half of them within", median(times), "ms", Goal::None);
    table.value("login, CPU", cpu * 1e3, "ms", Goal::None);

    let client = Client::builder().no_proxy().build()?;
    // the same answer for all of them
    let address = format!("http://{}/api/auth/setup", server.public);
    let key = format!("Bearer {}", server.key());
    let asks: [&dyn Fn() -> RequestBuilder; 3] =
        [&|| client.get(&address), &|| client.get(&address).header(COOKIE, &cookie), &|| {
            client.get(&address).header(AUTHORIZATION, &key)
        }];
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..REQUESTS {
        for (ask, times) in asks.iter().zip(&mut times) {
            let begun = Instant::now();
            ensure!(ask().send().await?.error_for_status()?.bytes().await?.len() > 10, "no answer");
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
    }
    let [nobody, by_session, by_key] = times.map(median);
    table.value("request of nobody", nobody, "us", Goal::None);
    table.value("request of somebody logged in takes longer by", by_session - nobody, "us", Goal::Most(50.0));
    table.value("request by API key takes longer by", by_key - nobody, "us", Goal::Most(50.0));

    let key = server.worker_key(&home, "bench").await?;
    let heartbeat = client.post(format!("http://{}/api/worker/heartbeat", server.worker));
    let heartbeat = heartbeat.bearer_auth(&key).header("x-vlog-protocol", "1").json(&json!({ "load": {} }));
    let mut times = Vec::new();
    for _ in 0..HEARTBEATS {
        let again = heartbeat.try_clone().context("a heartbeat cannot be sent twice")?;
        let begun = Instant::now();
        again.send().await?.error_for_status()?.bytes().await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    table.value("heartbeat of a worker, half of them within", median(times), "ms", Goal::Most(1.0));

    let database = home.database();
    let db = tokio::task::spawn_blocking(move || Db::open(&database, 1)).await??;
    db.write(fill).await?;
    let (mut all, mut slowest) = (Vec::new(), Vec::new());
    for _ in 0..LISTS {
        let mut pages = Vec::new();
        let (mut cursor, mut listed) = (String::new(), 0);
        loop {
            let begun = Instant::now();
            let page = format!("http://{}/api/auth/sessions?limit=500&cursor={cursor}", server.public);
            let list = client.get(page).header(COOKIE, &cookie).send().await?.error_for_status()?;
            let list: serde_json::Value = list.json().await?;
            listed += list["sessions"].as_array().map_or(0, Vec::len);
            pages.push(begun.elapsed().as_secs_f64() * 1e3);
            match list["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        ensure!(i64::try_from(listed)? > SESSIONS, "{listed} sessions are listed");
        all.push(pages.iter().sum());
        slowest.push(pages.into_iter().fold(0.0, f64::max));
    }
    table.value("10,000 sessions, all pages of 500 one after the other", median(all), "ms", Goal::None);
    table.value("  of which the slowest page", median(slowest), "ms", Goal::Most(20.0));
    server.stop().await
}

fn fill(conn: &mut Conn) -> Result<(), DbError> {
    let (user, _) = users::find_by_name(conn, NAME)?.ok_or(DbError::NotFound)?;
    let now = now_ms();
    for n in 0..SESSIONS {
        let session = Session {
            id: SessionId::new(),
            user_id: user.id,
            created_at_ms: now - n,
            last_used_at_ms: now - n,
            expires_at_ms: now + 86_400_000,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
            address: "192.0.2.17".to_owned(),
        };
        sessions::insert(conn, &session)?;
    }
    Ok(())
}
