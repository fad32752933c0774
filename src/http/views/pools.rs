//! Wire types of `/api/pools`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::pools;

/// What runs tasks; also the data of a `pools` event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PoolList {
    /// Those of heavy work first.
    pub pools: Vec<Pool>,
}

/// Slots for tasks of some kinds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Pool {
    /// `encode`, `light` for all that is quick, `sprites`, `reencode` for what can be watched already, `transcription`, or
    /// `webhooks` for messages.
    pub name: &'static str,
    /// Tasks it runs at once, on this machine.
    pub slots: u32,
    /// Tasks it is running.
    pub busy: u32,
    /// True while an admin lets it begin nothing, here and on workers.
    pub paused: bool,
    /// Why it begins nothing although there is work; null when it does, or there is none.
    #[schema(required)]
    pub waiting: Option<PoolWaiting>,
}

/// Why a pool begins nothing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PoolWaiting {
    /// `paused`, `outside_schedule`, `storage_full`, `storage_unavailable`, `memory_low`, `uploads_first` or `webhooks_off`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl From<Vec<pools::Pool>> for PoolList {
    fn from(pools: Vec<pools::Pool>) -> Self {
        Self { pools: pools.into_iter().map(Pool::from).collect() }
    }
}

impl From<pools::Pool> for Pool {
    fn from(pools::Pool { status, paused }: pools::Pool) -> Self {
        let waiting = status.waiting.map(|reason| PoolWaiting { code: reason.code, message: reason.message });
        Self { name: status.name, slots: status.slots, busy: status.busy, paused, waiting }
    }
}
