//! What several instances on one database share, in Redis: counts of requests, and word of what changed. Nothing depends
//! on it: while Redis is gone, each counts for itself, and notices changes when what it remembers gets stale.

mod breaker;

use std::sync::OnceLock;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError, Script};
use serde::{Deserialize, Serialize};

use self::breaker::Breaker;
use crate::domain::id::SessionId;
use crate::domain::rate::{Quota, Rate};

/// A request waits no longer than this for Redis.
const PATIENCE: Duration = Duration::from_millis(250);
/// Time until it is tried again to listen.
const LISTEN_AGAIN: Duration = Duration::from_secs(2);
const CHANNEL: &str = "vlog:changes";
const RATES: &str = "vlog:rate:";

/// Counts by the generic cell rate algorithm, as memory does: one number for each who asks, the time by which all is there
/// again. Redis' clock is everybody's.
const COUNT: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, count = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + interval
local room = now + interval * count - full
if room < 0 then return {-1, -room} end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return {math.floor(room / interval), 0}
";

/// What one instance tells the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// This session has ended, or goes on with another token.
    Session(SessionId),
    /// Accounts, their sessions or their keys are no longer what they were.
    Accounts,
    /// Who may see the video of this slug is no longer what it was.
    Video(String),
}

/// What is heard of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Something changed.
    Change(Change),
    /// Anything may have changed: nobody listened for a time.
    Anything,
}

/// The way to Redis.
pub struct Shared {
    client: Client,
    connection: OnceLock<Option<ConnectionManager>>,
    breaker: Breaker,
    script: Script,
}

impl Shared {
    /// At this address; connects when it is first needed.
    pub fn new(address: &str) -> Option<Self> {
        let client = match Client::open(address) {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(%error, "redis.url is no address of Redis; going on without");
                return None;
            }
        };
        let (connection, breaker, script) = (OnceLock::new(), Breaker::default(), Script::new(COUNT));
        Some(Self { client, connection, breaker, script })
    }

    /// Counts a request; none when Redis cannot be asked.
    pub async fn count(&self, who: &str, rate: Rate) -> Option<Quota> {
        let interval = u64::try_from(rate.interval().as_micros()).unwrap_or(u64::MAX).max(1);
        let mut counting = self.script.key(format!("{RATES}{who}"));
        counting.arg(interval).arg(rate.count);
        let ask = |mut connection| async move { counting.invoke_async::<(i64, i64)>(&mut connection).await };
        let (remaining, wait) = self.ask(ask).await?;
        let wait = (remaining < 0).then(|| Duration::from_micros(u64::try_from(wait).unwrap_or(0)));
        Some(Quota { rate, remaining: u32::try_from(remaining).unwrap_or(0), wait })
    }

    /// Tells the other instances, if they can be told.
    pub async fn tell(&self, change: &Change) {
        let text = serde_json::to_string(change).unwrap_or_default();
        let told = |mut connection: ConnectionManager| async move { connection.publish(CHANNEL, text).await };
        let _: Option<()> = self.ask(told).await;
    }

    /// True when Redis answers.
    pub async fn works(&self) -> bool {
        let ping = |mut connection: ConnectionManager| async move { connection.ping::<String>().await };
        self.ask(ping).await.is_some()
    }

    /// Listens for as long as it is asked to, also to what this instance tells itself.
    pub async fn listen(&self, heard: impl Fn(Heard)) {
        loop {
            match self.subscribe().await {
                Ok(subscription) => {
                    heard(Heard::Anything);
                    let mut messages = subscription.into_on_message();
                    while let Some(message) = messages.next().await {
                        let text: String = message.get_payload().unwrap_or_default();
                        // what another version says that this one does not know may be anything
                        heard(serde_json::from_str(&text).map_or(Heard::Anything, Heard::Change));
                    }
                }
                Err(error) => self.breaker.failed(&error),
            }
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
    }

    async fn subscribe(&self) -> Result<redis::aio::PubSub, RedisError> {
        let mut subscription = self.client.get_async_pubsub().await?;
        subscription.subscribe(CHANNEL).await?;
        Ok(subscription)
    }

    async fn ask<T, F>(&self, ask: impl FnOnce(ConnectionManager) -> F) -> Option<T>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        if !self.breaker.may_try() {
            return None;
        }
        let connection = self.connection.get_or_init(|| {
            let config = ConnectionManagerConfig::new()
                .set_connection_timeout(Some(PATIENCE))
                .set_response_timeout(Some(PATIENCE))
                .set_number_of_retries(1);
            ConnectionManager::new_lazy_with_config(self.client.clone(), config).ok()
        });
        match tokio::time::timeout(PATIENCE, ask(connection.clone()?)).await {
            Ok(Ok(value)) => {
                self.breaker.worked();
                Some(value)
            }
            Ok(Err(error)) => {
                self.breaker.failed(&error);
                None
            }
            Err(error) => {
                self.breaker.failed(&error);
                None
            }
        }
    }
}
