//! Passwords: Argon2id (RFC 9106), hashed on blocking threads, few at a time, because each takes memory and a core. How
//! much work it is follows from how fast the machine is, within bounds.

use std::time::{Duration, Instant};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::random;

/// Memory of one hash, KiB. With [`FEWEST_PASSES`] the least that OWASP's password storage cheat sheet asks for.
const MEMORY_KIB: u32 = 19 * 1024;
const FEWEST_PASSES: u32 = 2;
/// However fast a machine is: a slower one may have the database after it.
const MOST_PASSES: u32 = 10;
const LANES: u32 = 1;
/// What a password's hash may take.
const TARGET: Duration = Duration::from_millis(75);
/// Hashes that are measured; the fastest counts, because others were kept waiting.
const MEASURED: usize = 3;
/// Hashes at once.
const AT_ONCE: usize = 2;
/// Whoever waits longer for their turn is sent away.
const WAIT: Duration = Duration::from_secs(10);
const SALT_BYTES: usize = 16;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait.
    #[error("too many passwords are being checked")]
    Busy,
    /// A stored hash that is none, or a fault of the library.
    #[error("hashing a password: {0}")]
    Hash(argon2::password_hash::Error),
    /// The work was cut off, or the system gives no random numbers.
    #[error("hashing a password was cut off")]
    Stopped,
}

/// How much work a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Over the memory.
    pub passes: u32,
    /// On this machine, when nothing else runs; zero where it was not measured.
    pub takes: Duration,
}

impl Cost {
    /// Memory of one hash, bytes.
    pub const MEMORY_BYTES: u64 = (MEMORY_KIB as u64) << 10;
    /// What a hash should take at most.
    pub const TARGET: Duration = TARGET;
    const LEAST: Self = Self { passes: FEWEST_PASSES, takes: Duration::ZERO };

    /// As many passes as fit into [`Cost::TARGET`] here. Blocks for a fifth of a second.
    pub fn measure() -> Result<Self, PasswordError> {
        let mut fastest = Duration::MAX;
        for _ in 0..MEASURED {
            let begun = Instant::now();
            spend(FEWEST_PASSES)?;
            fastest = fastest.min(begun.elapsed());
        }
        Ok(Self::of_fewest(fastest))
    }

    /// Where the fewest passes take so long.
    fn of_fewest(takes: Duration) -> Self {
        let pass = takes / FEWEST_PASSES;
        let fit = TARGET.as_nanos() / pass.as_nanos().max(1);
        let passes = u32::try_from(fit).unwrap_or(MOST_PASSES).clamp(FEWEST_PASSES, MOST_PASSES);
        Self { passes, takes: pass * passes }
    }

    /// No less than a hash that is stored already.
    fn at_least(self, passes: u32) -> Self {
        let passes = passes.min(MOST_PASSES).max(self.passes);
        Self { passes, takes: self.takes / self.passes * passes }
    }
}

/// Hashes passwords.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    cost: OnceCell<Cost>,
}

impl Default for Passwords {
    /// At the cost that [`Passwords::cost`] finds when it is first needed.
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), cost: OnceCell::new() }
    }
}

impl Passwords {
    /// At the least cost: for keys, which are too long to be guessed.
    pub fn for_keys() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), cost: OnceCell::new_with(Some(Cost::LEAST)) }
    }

    /// What a hash costs, measured once. `stored` gives the hashes there are: it costs as much as the strongest of them,
    /// so that nothing is renewed for less, and nobody's password takes longer than nobody's.
    pub async fn cost<E: From<PasswordError>>(
        &self,
        stored: impl Future<Output = Result<Vec<String>, E>>,
    ) -> Result<Cost, E> {
        let find = || async {
            let strongest = stored.await?.iter().filter_map(|hash| passes_of(hash)).max();
            let _turn = self.turn().await?;
            let measured = tokio::task::spawn_blocking(Cost::measure).await.map_err(|_| PasswordError::Stopped)??;
            Ok(measured.at_least(strongest.unwrap_or(0)))
        };
        self.cost.get_or_try_init(find).await.copied()
    }

    /// The hash of a password, in the PHC form, with a salt of its own.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let passes = self.passes().await?;
        let _turn = self.turn().await?;
        let password = password.to_owned();
        let work = tokio::task::spawn_blocking(move || {
            let salt: [u8; SALT_BYTES] = random().map_err(|_| PasswordError::Stopped)?;
            let salt = SaltString::encode_b64(&salt).map_err(PasswordError::Hash)?;
            let hash = argon2(passes)?.hash_password(password.as_bytes(), &salt).map_err(PasswordError::Hash)?;
            Ok(hash.to_string())
        });
        work.await.map_err(|_| PasswordError::Stopped)?
    }

    /// True when `hash` is of this password. Without a hash, or with a weaker one than those of today, it takes as long.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
        let passes = self.passes().await?;
        let _turn = self.turn().await?;
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        let work = tokio::task::spawn_blocking(move || {
            let Some(hash) = hash else { return spend(passes).map(|()| false) };
            let parsed = PasswordHash::new(&hash).map_err(PasswordError::Hash)?;
            let fits = match argon2(passes)?.verify_password(password.as_bytes(), &parsed) {
                Ok(()) => true,
                Err(argon2::password_hash::Error::Password) => false,
                Err(error) => return Err(PasswordError::Hash(error)),
            };
            let missing = passes.saturating_sub(passes_of(&hash).unwrap_or(passes));
            if missing > 0 { spend(missing).map(|()| fits) } else { Ok(fits) }
        });
        work.await.map_err(|_| PasswordError::Stopped)?
    }

    /// True for a hash that is less work than those of today.
    pub fn is_weak(&self, hash: &str) -> bool {
        let made = PasswordHash::new(hash).and_then(|hash| Params::try_from(&hash));
        let passes = self.cost.get().map_or(FEWEST_PASSES, |cost| cost.passes);
        made.is_ok_and(|made| made.m_cost() < MEMORY_KIB || made.t_cost() < passes)
    }

    async fn passes(&self) -> Result<u32, PasswordError> {
        self.cost(async { Ok::<_, PasswordError>(Vec::new()) }).await.map(|cost| cost.passes)
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, PasswordError> {
        let turn = tokio::time::timeout(WAIT, self.turns.acquire()).await.map_err(|_| PasswordError::Busy)?;
        turn.map_err(|_| PasswordError::Stopped)
    }
}

fn argon2(passes: u32) -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, passes, LANES, None).map_err(|error| PasswordError::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The work of so many passes, for nothing.
fn spend(passes: u32) -> Result<(), PasswordError> {
    let mut out = [0; 32];
    let spent = argon2(passes)?.hash_password_into(b"nobody's", &[0; SALT_BYTES], &mut out);
    std::hint::black_box(out);
    spent.map_err(|error| PasswordError::Hash(error.into()))
}

fn passes_of(hash: &str) -> Option<u32> {
    PasswordHash::new(hash).and_then(|hash| Params::try_from(&hash)).ok().map(|made| made.t_cost())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const STORED: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn stored(passes: u32) -> String {
        STORED.replace("t=2", &format!("t={passes}"))
    }

    fn at(passes: u32) -> Passwords {
        Passwords { cost: OnceCell::new_with(Some(Cost::LEAST.at_least(passes))), ..Passwords::default() }
    }

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let passwords = Passwords::default();
        let (one, other) =
            (passwords.hash("correct horse").await.unwrap(), passwords.hash("correct horse").await.unwrap());
        assert_ne!(one, other, "each has a salt of its own");
        assert!(passwords.verify("correct horse", Some(&one)).await.unwrap());
        assert!(!passwords.verify("correct horse ", Some(&one)).await.unwrap());
        assert!(!passwords.verify("correct horse", None).await.unwrap());
        assert!(passwords.verify("x", Some("no hash")).await.is_err());
    }

    #[test]
    fn a_hash_takes_what_it_may_within_bounds() {
        let passes = |milliseconds| Cost::of_fewest(Duration::from_millis(milliseconds)).passes;
        assert_eq!([0, 1, 15, 30, 50, 75, 2000].map(passes), [10, 10, 10, 5, 3, 2, 2]);
        let cost = Cost::of_fewest(Duration::from_millis(30));
        assert_eq!(cost.takes, Duration::from_millis(75));
        assert_eq!([cost.at_least(3).passes, cost.at_least(7).passes, cost.at_least(400).passes], [5, 7, MOST_PASSES]);
        assert_eq!(cost.at_least(10).takes, Duration::from_millis(150));
    }

    #[tokio::test]
    async fn it_costs_no_less_than_what_is_stored() {
        let passwords = Passwords::default();
        let hashes = || async { Ok::<_, PasswordError>(vec![stored(2), "no hash".to_owned(), stored(MOST_PASSES)]) };
        let cost = passwords.cost(hashes()).await.unwrap();
        assert_eq!(cost.passes, MOST_PASSES);
        assert!(cost.takes > Duration::ZERO);
        let again = passwords.cost(async { Ok::<_, PasswordError>(Vec::new()) }).await.unwrap();
        assert_eq!(again, cost, "measured once");
        assert!(passwords.hash("x").await.unwrap().contains("$m=19456,t=10,p=1$"));
        assert!(Passwords::for_keys().hash("x").await.unwrap().contains("$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn weaker_ones_are_seen() {
        let passwords = at(5);
        assert!(!passwords.is_weak(&passwords.hash("x").await.unwrap()));
        assert!(!passwords.is_weak(&stored(6)));
        assert!(passwords.is_weak(&stored(4)));
        assert!(passwords.is_weak(&stored(6).replace("m=19456", "m=8192")));
    }

    /// Compared with what the strongest costs, so that a busy machine does not matter much.
    #[tokio::test]
    async fn nobody_and_weak_hashes_cost_as_much_as_others() {
        let passwords = at(MOST_PASSES);
        let hashes = [Some(stored(MOST_PASSES)), None, Some(stored(2))];
        // in turns, and the fastest of each: other work on the machine slows some of them down
        let mut fastest = [f64::MAX; 3];
        let alike = |[strong, others @ ..]: [f64; 3]| others.iter().all(|other| (0.5..2.0).contains(&(other / strong)));
        for round in 0..20 {
            for (hash, fastest) in hashes.iter().zip(&mut fastest) {
                let begun = Instant::now();
                assert!(!passwords.verify("x", hash.as_deref()).await.unwrap());
                *fastest = fastest.min(begun.elapsed().as_secs_f64());
            }
            if round >= 2 && alike(fastest) {
                break;
            }
        }
        assert!(alike(fastest), "{fastest:?}");
    }
}
