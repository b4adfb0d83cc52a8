//! Waiting for something that another process or thread will let go of.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// Tries at once, then again and again after growing pauses until it succeeds or `limit` has passed; then the last refusal is the
/// answer. A lock has no event that could be waited for with a limit, so this is the one place that sleeps.
#[expect(clippy::disallowed_methods, reason = "a driver's wait, bounded by its caller")]
pub(crate) fn patiently<T, E>(limit: Duration, mut attempt: impl FnMut() -> ControlFlow<T, E>) -> Result<T, E> {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match attempt() {
            ControlFlow::Break(done) => return Ok(done),
            ControlFlow::Continue(refused) => {
                let left = limit.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    return Err(refused);
                }
                std::thread::sleep(pause.min(left));
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
