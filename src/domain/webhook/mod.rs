//! Webhooks: addresses elsewhere that are told what happens here, and what becomes of each message to them.

mod event;

use std::time::Duration;

pub use event::{Notice, WebhookEvent};

use super::error::UnknownText;
use super::id::WebhookId;

/// Failures in a row after which an endpoint is left alone for [`REST_MS`].
pub const FAILURES_MAX: u32 = 5;
/// How long an endpoint that only ever fails is left alone, milliseconds; then one message tries it again.
pub const REST_MS: i64 = 5 * 60 * 1000;
/// Longest name, characters.
const NAME_MAX_CHARS: usize = 100;
/// An endpoint may ask for no longer rest than this.
const ASKED_REST_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Further rest by chance, so that not all come back at once: at most this share of the rest.
const JITTER: f64 = 0.25;

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Row id.
    pub id: WebhookId,
    /// What the admin calls it.
    pub name: String,
    /// Scheme, host and port of its address. The rest is a secret, as many services put their key there.
    pub origin: String,
    /// What it is told of.
    pub events: Vec<WebhookEvent>,
    /// It is told of something at all.
    pub active: bool,
    /// It is the one of `alerts.webhook_url`, which alone changes it.
    pub managed: bool,
    /// Stable code of why the server switched it off: `gone`.
    pub disabled_reason: Option<String>,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// When an admin last changed it.
    pub updated_at_ms: i64,
    /// When it last took a message.
    pub last_success_at_ms: Option<i64>,
    /// When it last did not.
    pub last_failure_at_ms: Option<i64>,
    /// Messages that it did not take since then, in a row.
    pub failures: u32,
    /// It is left alone until then; in the past: it is not.
    pub rest_until_ms: i64,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It waits for its first or its next attempt.
    Pending,
    /// It is on its way.
    Sending,
    /// The endpoint took it.
    Delivered,
    /// It is not tried any more.
    Failed,
}

impl DeliveryStatus {
    const ALL: [Self; 4] = [Self::Pending, Self::Sending, Self::Delivered, Self::Failed];

    /// The text stored in the database and shown in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for DeliveryStatus {
    type Err = UnknownText;
    fn from_str(text: &str) -> Result<Self, UnknownText> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownText::new("delivery status", text))
    }
}

/// A message to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Row id.
    pub id: i64,
    /// To whom.
    pub webhook_id: WebhookId,
    /// What the receiver knows it by: the same at each attempt.
    pub message_id: String,
    /// What it tells of.
    pub event: WebhookEvent,
    /// The body, as it is signed.
    pub payload: String,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Attempts that ended.
    pub attempts: u32,
    /// When it is due; while it is sent, when its lease ends. Milliseconds since 1970.
    pub run_at_ms: i64,
    /// When it was written down.
    pub created_at_ms: i64,
    /// When the latest attempt began.
    pub tried_at_ms: Option<i64>,
    /// When it was taken, or given up.
    pub finished_at_ms: Option<i64>,
    /// How the latest attempt ended.
    pub answer: Answer,
}

/// How an attempt ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Status of the response; none: there was none.
    pub status: Option<u16>,
    /// The beginning of its body.
    pub body: Option<String>,
    /// Milliseconds until then.
    pub duration_ms: Option<i64>,
    /// Why it does not count; none: it was taken.
    pub error: Option<super::video::Failure>,
}

/// How often and how fast a message is tried again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// Attempts after the first.
    pub retries: u32,
    /// Rest after the first.
    pub base: Duration,
    /// How much longer each rest is than the one before.
    pub multiplier: f64,
}

impl Patience {
    /// Rest before the next attempt after `attempts` failed, milliseconds; none when there is none. `chance` is 0 to 1,
    /// `asked` what the endpoint asked for.
    pub fn rest_ms(&self, attempts: u32, chance: f64, asked: Option<Duration>) -> Option<i64> {
        if attempts > self.retries {
            return None;
        }
        let power = i32::try_from(attempts.saturating_sub(1)).unwrap_or(i32::MAX);
        let longest = ASKED_REST_MAX.as_secs_f64();
        let rest = (self.base.as_secs_f64() * self.multiplier.powi(power)).min(longest) * (1.0 + JITTER * chance);
        let rest = asked.map_or(rest, |asked| rest.max(asked.min(ASKED_REST_MAX).as_secs_f64()));
        Some((rest * 1000.0) as i64)
    }
}

/// A name without what is around it; none when it is empty or too long.
pub fn check_name(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_MAX_CHARS && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_slower_and_slower_and_end() {
        let patience = Patience { retries: 3, base: Duration::from_secs(30), multiplier: 2.0 };
        let rests = [1, 2, 3, 4].map(|attempts| patience.rest_ms(attempts, 0.0, None));
        assert_eq!(rests, [Some(30_000), Some(60_000), Some(120_000), None]);
        assert_eq!(patience.rest_ms(1, 1.0, None), Some(37_500), "by chance up to a quarter more");
        let asked = |seconds| patience.rest_ms(1, 0.0, Some(Duration::from_secs(seconds)));
        assert_eq!((asked(5), asked(90)), (Some(30_000), Some(90_000)), "never sooner than we would");
        assert_eq!(asked(u64::MAX), Some(24 * 60 * 60 * 1000));
        let long = Patience { retries: 1000, ..patience };
        assert_eq!(long.rest_ms(900, 0.0, None), Some(24 * 60 * 60 * 1000), "no number runs over");
    }

    #[test]
    fn names_are_short_lines() {
        assert_eq!(check_name("  Home Assistant "), Some("Home Assistant".to_owned()));
        for bad in ["", "   ", "a\nb", &"x".repeat(101)] {
            assert_eq!(check_name(bad), None, "{bad:?}");
        }
    }
}
