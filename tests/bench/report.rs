//! Numbers of several runs, and the table that they are printed in.

use std::fmt;
use std::time::{Duration, Instant};

/// What several runs of one thing gave, in one unit.
#[derive(Clone, Debug)]
pub(crate) struct Runs(Vec<f64>);

impl Runs {
    /// So many runs of something that says its own number.
    pub(crate) fn of(runs: usize, mut one: impl FnMut() -> f64) -> Runs {
        Runs::from((0..runs).map(|_| one()).collect::<Vec<_>>())
    }

    /// Milliseconds of so many runs, after one that is not counted.
    pub(crate) fn milliseconds(runs: usize, mut one: impl FnMut()) -> Runs {
        one();
        Runs::of(runs, || {
            let began = Instant::now();
            one();
            ms(began.elapsed())
        })
    }

    /// Microseconds of one call, each run being the mean over `calls` of them.
    pub(crate) fn microseconds(calls: usize, mut one: impl FnMut()) -> Runs {
        one();
        Runs::of(9, || {
            let began = Instant::now();
            for _ in 0..calls {
                one();
            }
            began.elapsed().as_secs_f64() * 1e6 / calls as f64
        })
    }

    pub(crate) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

impl From<Vec<f64>> for Runs {
    fn from(mut runs: Vec<f64>) -> Runs {
        runs.sort_by(f64::total_cmp);
        Runs(runs)
    }
}

/// Median (least–greatest).
impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, greatest) = (self.0[0], self.0[self.0.len() - 1]);
        write!(f, "{} ({}–{})", short(self.median()), short(least), short(greatest))
    }
}

pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Three digits that matter.
pub(crate) fn short(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 0.1 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

/// Prints one table after another.
#[derive(Default)]
pub(crate) struct Report {
    sections: usize,
}

impl Report {
    pub(crate) fn section(&mut self, title: &str) {
        self.sections += 1;
        println!("\n## {title}\n\n| What | Measured | Budget |\n| --- | --- | --- |");
    }

    pub(crate) fn line(&mut self, what: &str, measured: impl fmt::Display, budget: &str) {
        println!("| {what} | {measured} | {budget} |");
    }
}
