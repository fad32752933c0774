//! Random numbers that a seed brings back.

use std::time::{Duration, SystemTime};

/// splitmix64.
pub struct Random(u64);

impl Random {
    /// From `VLOG_TEST_SEED`, or the clock. The seed is printed, and shown when the test fails.
    pub fn new() -> Self {
        let given = std::env::var("VLOG_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = given.unwrap_or_else(clock);
        println!("VLOG_TEST_SEED={seed}");
        Self(seed)
    }

    /// A number below `limit`; 0 for 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    /// Up to so many.
    pub fn milliseconds(&mut self, limit: u64) -> Duration {
        Duration::from_micros(self.below(limit * 1000))
    }
}
