//! A failing history made short: steps are taken out as long as the same promise is broken without them.

use crate::history::run;
use crate::mutants::Rule;
use crate::oracle::Oracle;
use crate::plan::{Shape, Step};

/// The plan, cut by ddmin (Zeller and Hildebrandt 2002), and how many runs that took.
pub fn shrink(seed: u64, shape: Shape, steps: &[Step], rule: Option<Rule>, oracle: Oracle) -> (Vec<Step>, u32) {
    let mut runs = 0;
    let mut still_fails = |steps: &[Step]| {
        runs += 1;
        run(seed, shape, steps, rule, false).failure.is_some_and(|failure| failure.violation.oracle == oracle)
    };
    let mut left = steps.to_vec();
    let mut parts = 2;
    while left.len() >= 2 {
        let size = left.len().div_ceil(parts);
        let without = (0..left.len()).step_by(size).find_map(|from| {
            let rest: Vec<Step> = [&left[..from], &left[(from + size).min(left.len())..]].concat();
            still_fails(&rest).then_some(rest)
        });
        match without {
            Some(rest) => {
                left = rest;
                parts = 2.max(parts - 1);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(left.len()),
        }
    }
    if left.len() == 1 && still_fails(&[]) {
        left.clear();
    }
    (left, runs)
}

/// Rust source to paste into `regressions.rs`.
pub fn source(seed: u64, shape: Shape, steps: &[Step]) -> String {
    let mut text = format!("    Regression {{\n        seed: {seed},\n        shape: {shape:?},\n        steps: &[\n");
    for step in steps {
        text.push_str(&format!("            {step:?},\n"));
    }
    text.push_str("        ],\n    },\n");
    text
}
