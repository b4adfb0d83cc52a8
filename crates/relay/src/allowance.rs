//! How much one device may still upload: two buckets that fill up again over a day.

use allymap_wire::Timestamp;
use minicbor::{Decode, Encode};

use crate::Settings;

const DAY_MS: u64 = 24 * 3_600_000;

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Allowance {
    /// When the two below were true.
    #[n(0)]
    at: u64,
    #[n(1)]
    bytes: u64,
    #[n(2)]
    records: u64,
}

impl Allowance {
    pub(crate) fn full(now: Timestamp, settings: &Settings) -> Allowance {
        Allowance { at: now.0, bytes: settings.device_burst_bytes, records: settings.device_records_per_day.into() }
    }

    pub(crate) fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.at > now.0
    }

    /// The same, later. A clock that was set back neither fills nor empties it.
    pub(crate) fn at(mut self, now: Timestamp, settings: &Settings) -> Allowance {
        let passed = now.0.saturating_sub(self.at).min(DAY_MS);
        let refill = |per_day: u64| (u128::from(per_day) * u128::from(passed) / u128::from(DAY_MS)) as u64;
        let (bytes, records) = (refill(settings.device_bytes_per_day), refill(settings.device_records_per_day.into()));
        // Whoever asks every millisecond would otherwise lose what rounds to nothing.
        if now.0 < self.at || (bytes > 0 && records > 0) {
            self.at = now.0;
            self.bytes = self.bytes.saturating_add(bytes).min(settings.device_burst_bytes);
            self.records = self.records.saturating_add(records).min(settings.device_records_per_day.into());
        }
        self
    }

    /// Takes one record of so many bytes out of it, if it is in it.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        if self.records == 0 || self.bytes < bytes {
            return false;
        }
        self.records -= 1;
        self.bytes -= bytes;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            device_bytes_per_day: 2_400,
            device_burst_bytes: 1_000,
            device_records_per_day: 240,
            ..Settings::default()
        }
    }

    #[test]
    fn what_was_used_comes_back_over_a_day_and_not_above_the_burst() {
        let settings = settings();
        let mut allowance = Allowance::full(Timestamp(0), &settings);
        assert!(allowance.take(1_000));
        assert!(!allowance.take(1));
        let mut later = allowance.clone().at(Timestamp(DAY_MS / 24), &settings);
        assert!(later.take(100), "an hour brings a twenty-fourth");
        assert!(!later.take(1));
        assert_eq!(allowance.at(Timestamp(DAY_MS * 9), &settings).bytes, 1_000);
    }

    #[test]
    fn asking_all_the_time_loses_nothing() {
        let settings = settings();
        let mut allowance = Allowance::full(Timestamp(0), &settings);
        assert!(allowance.take(1_000));
        for second in 0..=3_600 {
            allowance = allowance.at(Timestamp(second * 1_000), &settings);
        }
        assert!(allowance.bytes >= 95, "{allowance:?}");
    }

    #[test]
    fn a_clock_set_back_years_does_not_stop_the_refill() {
        let settings = settings();
        let mut allowance = Allowance::full(Timestamp(100 * DAY_MS), &settings);
        assert!(allowance.take(1_000));
        let back = allowance.at(Timestamp(DAY_MS), &settings);
        assert_eq!(back.bytes, 0);
        assert_eq!(back.at(Timestamp(2 * DAY_MS), &settings).bytes, 1_000);
    }
}
