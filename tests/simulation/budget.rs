//! How much a run of the tests plays. What is asked for in the environment is read here and nowhere else.

/// Histories on each change.
const HISTORIES: u64 = 400;
/// Histories of a full run. A planted break is hunted in all of them, however many are played.
const ALL_HISTORIES: u64 = 2_000;
const STEPS: usize = 300;
/// How often a full run must catch each planted break, so that one with other seeds would catch it too.
const ALL_CATCHES: usize = 5;

pub struct Budget {
    pub histories: u64,
    pub hunted: u64,
    pub steps: usize,
    pub catches: usize,
    /// The only history that is played.
    pub seed: Option<u64>,
    /// The only breaks that are planted; all, if this is empty.
    pub rule: String,
}

impl Budget {
    pub fn of_this_run() -> Budget {
        let full = word("ALLYMAP_FULL").is_some();
        let seeds = number("SEEDS");
        Budget {
            histories: seeds.unwrap_or(if full { ALL_HISTORIES } else { HISTORIES }),
            hunted: seeds.unwrap_or(ALL_HISTORIES),
            steps: number("STEPS").map_or(STEPS, |steps| steps as usize),
            catches: if full { ALL_CATCHES } else { 1 },
            seed: number("SEED"),
            rule: word("RULE").unwrap_or_default(),
        }
    }

    /// Enough is played for everything to happen that is meant to happen sometimes.
    pub fn shows_everything(&self) -> bool {
        self.histories >= HISTORIES && self.steps >= STEPS
    }
}

#[expect(clippy::disallowed_methods, reason = "the budget of a run of the tests is set from outside")]
fn word(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str) -> Option<u64> {
    word(name).and_then(|value| value.parse().ok())
}
