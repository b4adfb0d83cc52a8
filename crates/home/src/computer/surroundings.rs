//! What surrounds a home: clock, ids, chance and the machine. Handed in, so that whoever tells them decides them.
#![allow(clippy::disallowed_methods, reason = "the one place where this computer's clock and chance are opened")]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use allymap_domain::date::Date;
use rand_core::{TryCryptoRng, TryRng};

/// Until a relay that stopped in the middle counts as away.
const ANSWER: Duration = Duration::from_secs(30);

/// Cheap to copy: each part is shared.
#[derive(Clone)]
pub struct Surroundings {
    /// Milliseconds since 1970, as this computer tells them. They decide nothing.
    pub clock: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// What the calendar on the wall says.
    pub calendar: Arc<dyn Fn() -> Date + Send + Sync>,
    /// Names for rows and entries; nothing secret is made of them.
    pub ids: Arc<dyn Fn(&mut [u8]) + Send + Sync>,
    /// What keys are made of.
    pub chance: Chance,
    /// What tells this computer from another, as far as it says.
    pub machine: Arc<[u8]>,
    /// How long a relay may take to answer.
    pub patience: Duration,
}

impl Surroundings {
    pub fn of_this_computer() -> Surroundings {
        Surroundings {
            clock: Arc::new(now_ms),
            calendar: Arc::new(today),
            ids: Arc::new(fill),
            chance: Chance(Arc::new(fill)),
            machine: std::fs::read("/etc/machine-id").unwrap_or_default().into(),
            patience: ANSWER,
        }
    }

    pub(crate) fn id<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.ids)(&mut bytes);
        bytes
    }
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Surroundings")
    }
}

/// A generator for keys, as the crates without IO take it.
#[derive(Clone)]
pub struct Chance(pub Arc<dyn Fn(&mut [u8]) + Send + Sync>);

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Chance {}

/// The operating system's generator does not fail on any system that has started: if it did, going on would mean guessable
/// keys.
fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn today() -> Date {
    let today = jiff::ZonedDateTime::now().date();
    let parts = (i32::from(today.year()), today.month(), today.day());
    Date::new(parts.0, parts.1.unsigned_abs().into(), parts.2.unsigned_abs().into()).unwrap_or(Date::of_ms(now_ms()))
}
