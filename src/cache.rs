//! Values that are at hand for a while.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

/// Values by key, up to so many, and each for a time. Beyond that the one goes whose time began first.
pub struct Cache<K, V> {
    entries: Mutex<Entries<K, V>>,
}

struct Entries<K, V> {
    /// From those that go last to those that go first. What strangers send are keys here, so the hashes are keyed too.
    order: LruCache<K, Entry<V>, RandomState>,
    weight: u64,
    capacity: u64,
    weigh: fn(&V) -> u64,
    time: Time,
}

struct Entry<V> {
    value: V,
    /// When its time began.
    begun: Instant,
}

/// How long a value is kept.
#[derive(Clone, Copy)]
enum Time {
    SinceWritten(Duration),
    SinceUsed(Duration),
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// Keeps `capacity` values, each so long after it was written.
    pub fn since_written(capacity: u64, time: Duration) -> Self {
        Self::new(capacity, Time::SinceWritten(time), |_| 1)
    }

    /// Keeps `capacity` values, each until it was not asked for during that time.
    pub fn since_used(capacity: u64, time: Duration) -> Self {
        Self::new(capacity, Time::SinceUsed(time), |_| 1)
    }

    /// Like [`Cache::since_used`], but what the values weigh together is limited, not their number.
    pub fn weighed(capacity: u64, weigh: fn(&V) -> u64, time: Duration) -> Self {
        Self::new(capacity, Time::SinceUsed(time), weigh)
    }

    fn new(capacity: u64, time: Time, weigh: fn(&V) -> u64) -> Self {
        let order = LruCache::unbounded_with_hasher(RandomState::new());
        Self { entries: Mutex::new(Entries { order, weight: 0, capacity, weigh, time }) }
    }

    /// The value, if it is there.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.entries().get(key, Instant::now())
    }

    /// Puts a value there, in place of the one that was.
    pub fn insert(&self, key: K, value: V) {
        self.entries().insert(key, value, Instant::now());
    }

    /// The value, or this one, which then is there.
    pub fn get_or_insert(&self, key: K, value: V) -> V {
        let (mut entries, now) = (self.entries(), Instant::now());
        entries.get(&key, now).unwrap_or_else(|| {
            entries.insert(key, value.clone(), now);
            value
        })
    }

    /// Takes the value away.
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.entries().remove(key);
    }

    /// Takes all values away.
    pub fn clear(&self) {
        let mut entries = self.entries();
        entries.order.clear();
        entries.weight = 0;
    }

    /// Takes away whose time is over. Adding does so too.
    pub fn trim(&self) {
        self.entries().trim(Instant::now());
    }

    /// What the values weigh together; their number where they are not weighed.
    pub fn weight(&self) -> u64 {
        let mut entries = self.entries();
        entries.trim(Instant::now());
        entries.weight
    }

    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq> Cache<K, ()> {
    /// Notes a key; true when it was not there.
    pub fn note(&self, key: K) -> bool {
        let (mut entries, now) = (self.entries(), Instant::now());
        let fresh = entries.get(&key, now).is_none();
        if fresh {
            entries.insert(key, (), now);
        }
        fresh
    }
}

impl<K: Hash + Eq, V: Clone> Entries<K, V> {
    fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q, now: Instant) -> Option<V>
    where
        K: Borrow<Q>,
    {
        match self.time {
            Time::SinceWritten(time) => {
                let entry = self.order.peek(key).filter(|entry| !is_over(entry.begun, time, now));
                entry.map(|entry| entry.value.clone())
            }
            Time::SinceUsed(time) => {
                let entry = self.order.get_mut(key)?;
                if !is_over(entry.begun, time, now) {
                    entry.begun = now;
                    return Some(entry.value.clone());
                }
                self.remove(key); // it would stand among those that were just used
                None
            }
        }
    }

    fn insert(&mut self, key: K, value: V, now: Instant) {
        let weight = (self.weigh)(&value);
        if weight > self.capacity {
            return self.remove(&key);
        }
        self.weight += weight;
        if let Some(before) = self.order.put(key, Entry { value, begun: now }) {
            self.weight -= (self.weigh)(&before.value);
        }
        self.trim(now);
        while self.weight > self.capacity {
            self.drop_first();
        }
    }

    fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(entry) = self.order.pop(key) {
            self.weight -= (self.weigh)(&entry.value);
        }
    }

    fn trim(&mut self, now: Instant) {
        let (Time::SinceWritten(time) | Time::SinceUsed(time)) = self.time;
        while self.order.peek_lru().is_some_and(|(_, entry)| is_over(entry.begun, time, now)) {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some((_, entry)) = self.order.pop_lru() {
            self.weight -= (self.weigh)(&entry.value);
        }
    }
}

fn is_over(begun: Instant, time: Duration, now: Instant) -> bool {
    now.saturating_duration_since(begun) >= time
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The keys that are there, `seconds` after the beginning.
    fn there(entries: &mut Entries<&'static str, u64>, begin: Instant, seconds: u32) -> Vec<&'static str> {
        let now = begin + seconds * SECOND;
        ["a", "b", "c", "d"].into_iter().filter(|key| entries.get(key, now).is_some()).collect()
    }

    fn of(cache: Cache<&'static str, u64>) -> Entries<&'static str, u64> {
        cache.entries.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn a_value_is_kept_for_its_time_since_it_was_written() {
        let begin = Instant::now();
        let mut entries = of(Cache::since_written(9, 10 * SECOND));
        entries.insert("a", 1, begin);
        entries.insert("b", 2, begin + 5 * SECOND);
        assert_eq!(there(&mut entries, begin, 9), ["a", "b"]);
        assert_eq!(there(&mut entries, begin, 10), ["b"], "using it does not prolong its time");
        assert_eq!(entries.weight, 2);
        entries.trim(begin + 10 * SECOND);
        assert_eq!(entries.weight, 1, "it is gone");
        entries.insert("b", 3, begin + 14 * SECOND);
        assert_eq!(entries.get("b", begin + 20 * SECOND), Some(3), "its time began anew");
    }

    #[test]
    fn or_since_it_was_used() {
        let begin = Instant::now();
        let mut entries = of(Cache::since_used(9, 10 * SECOND));
        entries.insert("a", 1, begin);
        entries.insert("b", 2, begin);
        assert_eq!(entries.get("a", begin + 9 * SECOND), Some(1));
        entries.trim(begin + 15 * SECOND);
        assert_eq!(entries.weight, 1);
        assert_eq!(there(&mut entries, begin, 15), ["a"]);
        assert_eq!(entries.get("a", begin + 25 * SECOND), None);
        assert_eq!(entries.weight, 0, "what is over does not stay because it was asked for");
        let mut forever = of(Cache::since_used(9, Duration::MAX));
        forever.insert("a", 1, begin);
        assert_eq!(there(&mut forever, begin, u32::MAX / 4), ["a"]);
    }

    #[test]
    fn beyond_the_capacity_the_one_used_longest_ago_goes() {
        let begin = Instant::now();
        let mut entries = of(Cache::since_used(3, Duration::MAX));
        for key in ["a", "b", "c"] {
            entries.insert(key, 1, begin);
        }
        assert_eq!(entries.get("a", begin), Some(1));
        entries.insert("d", 1, begin);
        assert_eq!(there(&mut entries, begin, 0), ["a", "c", "d"]);
    }

    #[test]
    fn weights_are_summed_whatever_comes_and_goes() {
        let begin = Instant::now();
        let mut entries = of(Cache::weighed(10, |value| *value, Duration::MAX));
        entries.insert("a", 4, begin);
        entries.insert("b", 4, begin);
        entries.insert("a", 6, begin);
        assert_eq!((entries.weight, there(&mut entries, begin, 0)), (10, vec!["a", "b"]));
        entries.insert("c", 1, begin);
        assert_eq!((entries.weight, there(&mut entries, begin, 0)), (5, vec!["b", "c"]));
        entries.insert("b", 11, begin);
        assert_eq!((entries.weight, there(&mut entries, begin, 0)), (1, vec!["c"]), "too large to be kept");
        entries.remove("c");
        entries.remove("c");
        assert_eq!(entries.weight, 0);
    }

    #[test]
    fn a_key_is_noted_once() {
        let cache = Cache::since_written(9, 10 * SECOND);
        assert!(cache.note("a"));
        assert!(!cache.note("a"));
        assert_eq!(cache.get_or_insert("b", ()), ());
        assert!(!cache.note("b"));
        cache.clear();
        assert_eq!(cache.weight(), 0);
        assert!(cache.note("a"));
    }
}
