//! Two instances on one database with one Redis, which comes and goes.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::json;
use vlog::app::instances;
use vlog::config::{RateLimit, RedisUrl};
use vlog::domain::rate::Rate;

use crate::support::{At, Server};

/// As long as nobody who forgets what is stale would notice by himself.
const AT_ONCE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(20);

struct Redis {
    port: u16,
    process: Child,
}

impl Redis {
    fn start() -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        drop(socket);
        Self { port, process: spawn(port) }
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(port: u16) -> Child {
    let arguments = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"];
    let mut command = Command::new("redis-server");
    let mut process = command.args(arguments).arg(port.to_string()).stdout(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < PATIENCE && process.try_wait().unwrap().is_none(), "redis-server does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}

/// One instance; the second takes the first one's database.
async fn instance(redis: &Redis, of: Option<&Server>) -> Server {
    let database = of.map(|first| first.app.config().database.url.clone());
    let address = format!("redis://127.0.0.1:{}", redis.port);
    let limit = RateLimit(Some(Rate { count: 4, window: Duration::from_secs(3600) }));
    let change = |config: &mut vlog::config::Config| {
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        config.rate_limiting.public_videos_list = limit;
        config.redis.url = RedisUrl::new(&address);
        if let Some(database) = database {
            config.database.url = database;
        }
    };
    let server = match of {
        None => Server::with(change).await,
        Some(_) => Server::second(change).await,
    };
    actix_web::rt::spawn(instances::listen(server.app.clone()));
    server
}

async fn list(server: &Server, address: &str) -> Response {
    let request = server.anonymous(At::Public, Method::GET, "/api/videos").header("x-forwarded-for", address);
    request.send().await.unwrap()
}

async fn redis_check(server: &Server) -> String {
    let ready = server.json(At::Public, "/ready").await;
    assert_eq!(ready["status"], "ok", "it goes on without Redis: {ready}");
    ready["checks"]["redis"].as_str().unwrap_or("none").to_owned()
}

#[actix_web::test]
async fn instances_count_together_and_go_on_alone() {
    let mut redis = Redis::start();
    let one = instance(&redis, None).await;
    let other = instance(&redis, Some(&one)).await;
    assert_eq!(redis_check(&one).await, "ok");
    let mut left = Vec::new();
    for server in [&one, &other, &one, &other] {
        let answer = list(server, "203.0.113.7").await;
        assert_eq!(answer.status(), 200);
        left.push(answer.headers()["ratelimit"].to_str().unwrap().split(';').nth(1).unwrap().to_owned());
    }
    assert_eq!(left, ["r=3", "r=2", "r=1", "r=0"]);
    for server in [&one, &other] {
        let answer = list(server, "203.0.113.7").await;
        let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((890..=900).contains(&wait), "a quarter of an hour: {wait}");
        server.problem(answer, 429, "rate_limited").await;
    }
    assert_eq!(list(&other, "203.0.113.8").await.status(), 200);

    redis.kill();
    let begun = Instant::now();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(list(&one, "203.0.113.7").await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 200, 429], "counted by this instance alone");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(list(&one, "203.0.113.9").await.status(), 200);
    assert!(begun.elapsed() < Duration::from_millis(200), "nobody waits for it any more: {:?}", begun.elapsed());
    assert_eq!(redis_check(&one).await, "failing");

    redis.process = spawn(redis.port);
    let begun = Instant::now();
    while redis_check(&one).await != "ok" {
        assert!(begun.elapsed() < PATIENCE, "it is tried again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(list(&one, "203.0.113.7").await.headers()["ratelimit"].to_str().unwrap().split(';').nth(1), Some("r=3"));
}

#[actix_web::test]
async fn who_is_thrown_out_of_one_instance_is_out_of_all() {
    let redis = Redis::start();
    let one = instance(&redis, None).await;
    let other = instance(&redis, Some(&one)).await;
    let (name, password) = ("anna", "correct horse battery");
    let user = json!({ "username": name, "password": password, "role": "viewer" });
    let made = one.request(At::Admin, Method::POST, "/api/users").json(&user).send().await.unwrap();
    assert_eq!(made.status(), 200);
    let log_in = json!({ "username": name, "password": password });
    let answer = one.anonymous(At::Public, Method::POST, "/api/auth/login").json(&log_in).send().await.unwrap();
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    let cookies: Vec<_> = cookies.iter().map(|line| line.split(';').next().unwrap()).collect();
    let cookies = cookies.join("; ");
    let ask = |server: &Server, method, path: &str| {
        let request = server.anonymous(At::Public, method, path);
        request.header("cookie", &cookies).header("sec-fetch-site", "same-origin").send()
    };
    // until it listens
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ask(&other, Method::GET, "/api/auth/me").await.unwrap().status(), 200, "and remembered from now on");
    assert_eq!(ask(&one, Method::POST, "/api/auth/logout").await.unwrap().status(), 200);
    let begun = Instant::now();
    while ask(&other, Method::GET, "/api/auth/me").await.unwrap().status() != 401 {
        assert!(begun.elapsed() < AT_ONCE, "the other instance does not hear of it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whoever guesses gets no more tries by asking several.
#[actix_web::test]
async fn guesses_are_counted_together() {
    let redis = Redis::start();
    let one = instance(&redis, None).await;
    let other = instance(&redis, Some(&one)).await;
    let guess = async |server: &Server, n: usize| {
        let body = json!({ "username": "root", "password": "a guess" });
        let request = server.anonymous(At::Public, Method::POST, "/api/auth/login").json(&body);
        request.header("x-forwarded-for", format!("203.0.113.{n}")).send().await.unwrap()
    };
    for n in 0..10 {
        assert_eq!(guess(if n % 2 == 0 { &one } else { &other }, n).await.status(), 401, "guess {n}");
    }
    for server in [&one, &other] {
        server.problem(guess(server, 10).await, 429, "too_many_attempts").await;
    }
}
