//! A receiver of webhooks: a real HTTP server on loopback that remembers what it got and answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// How long tests wait for a message.
const PATIENCE: Duration = Duration::from_secs(40);

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
    pub at: Instant,
}

impl Received {
    pub fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// By the library of those who wrote the specification.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        webhook.verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: &'static str,
    pub body: String,
    pub after: Duration,
}

impl Reply {
    pub fn of(status: u16) -> Self {
        Self { status, headers: "", body: "thanks".to_owned(), after: Duration::ZERO }
    }
}

type Answering = dyn Fn(usize) -> Reply + Send + Sync;

#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<Arc<Answering>>>,
    now: Arc<AtomicUsize>,
    /// Most messages it was busy with at once.
    pub most: Arc<AtomicUsize>,
}

impl Receiver {
    /// Takes everything.
    pub fn start() -> Self {
        Self::answering(|_| Reply::of(200))
    }

    /// Answers the message of that number as this says.
    pub fn answering(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            answer: Arc::new(Mutex::new(Arc::new(answer))),
            now: Arc::default(),
            most: Arc::default(),
        };
        let here = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let here = here.clone();
                std::thread::spawn(move || here.serve(stream));
            }
        });
        receiver
    }

    /// From now on answers so.
    pub fn answer_with(&self, answer: impl Fn(usize) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until so many came.
    pub async fn until(&self, count: usize) -> Vec<Received> {
        let begun = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(begun.elapsed() < PATIENCE, "{count} messages did not come: {received:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = HeaderMap::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap();
            headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value.trim()).unwrap());
        }
        let length = headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body = String::from_utf8(body).unwrap();
        let number = {
            let mut received = self.received.lock().unwrap();
            received.push(Received { path, headers, body, at: Instant::now() });
            received.len() - 1
        };
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let answer = Arc::clone(&self.answer.lock().unwrap());
        let Reply { status, headers, body, after } = answer(number);
        std::thread::sleep(after);
        self.now.fetch_sub(1, Ordering::SeqCst);
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
        let _ = (&stream).write_all(text.as_bytes());
    }
}
