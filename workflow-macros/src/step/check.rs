//! Options that are fine alone but not together. The later of the two is the one to point at.

use super::policies::{Policies, Retry};
use crate::diagnostics::Diagnostics;

/// Reports options that contradict each other.
pub(crate) fn policies(policies: &Policies, sink: &mut Diagnostics) {
    if let Some(retry) = &policies.retry {
        self::retry(retry, sink);
        if policies.at_most_once.is_some() {
            sink.error(
                &retry.key,
                "`retry` contradicts `at_most_once`: a retried step can have its effect twice",
                "keep `at_most_once` alone, or keep `retry` and make the step idempotent with `ctx.idempotency_key()`",
            );
        }
    }
    if let (Some(pivot), Some(_)) = (&policies.pivot, &policies.compensate) {
        sink.error(
            pivot,
            "`pivot` contradicts `compensate`: after a pivot there is no way back, so it is never undone",
            "keep `compensate` for a step that can be undone, or `pivot` for one that cannot",
        );
    }
}

fn retry(retry: &Retry, sink: &mut Diagnostics) {
    match (&retry.attempts, &retry.forever) {
        (Some(_), Some(forever)) => sink.error(
            forever,
            "`forever` contradicts `attempts`",
            "keep `attempts` for a limit, or `forever` for none",
        ),
        (None, None) if !retry.broken => {
            sink.error(&retry.key, "`retry` does not say how often", "write `retry(attempts = 3)`, or `retry(forever)`")
        }
        _ => {}
    }
}
