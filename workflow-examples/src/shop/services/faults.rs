//! Faults as services really have them: before the effect, after it, and as silence.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::ServiceError;

/// How long a call may stay silent; longer than any step waits.
const SILENCE: Duration = Duration::from_secs(60);

/// Decides which calls go wrong, and how.
///
/// The choice depends on the seed, the operation, its idempotency key and how often that was called before, not on
/// the order in which concurrent calls arrive: one seed gives one run.
#[derive(Debug)]
pub struct Faults {
    seed: u64,
    rate: f64,
    calls: Mutex<BTreeMap<String, u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Refused at the door: nothing happened.
    Unavailable,
    /// No answer, and nothing happened.
    Silent,
    /// It happened, but the answer was lost.
    AnswerLost,
    /// It happened, and then no answer came.
    SilentAfterwards,
}

impl Faults {
    /// This share of all calls goes wrong, from 0 to 1.
    #[must_use]
    pub fn new(seed: u64, rate: f64) -> Self {
        Self { seed, rate, calls: Mutex::default() }
    }

    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::new(0, 0.0)
    }

    /// Calls `effect` as a remote service would be called: with some latency, and sometimes with a fault.
    ///
    /// # Errors
    /// Those of the effect, and those of a bad connection.
    pub async fn call<T>(
        &self,
        service: &'static str,
        operation: &str,
        key: &str,
        effect: impl FnOnce() -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let (latency, fault) = self.draw(operation, key);
        tokio::time::sleep(latency).await;
        match fault {
            None => effect(),
            Some(Fault::Unavailable) => Err(ServiceError::Unavailable(service)),
            Some(Fault::Silent) => silence(service).await,
            Some(Fault::AnswerLost) => effect().and(Err(ServiceError::ConnectionLost(service))),
            Some(Fault::SilentAfterwards) => {
                effect()?;
                silence(service).await
            }
        }
    }

    fn draw(&self, operation: &str, key: &str) -> (Duration, Option<Fault>) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let count = calls.entry(format!("{operation} {key}")).or_default();
        *count += 1;
        let mut hasher = DefaultHasher::new();
        (self.seed, operation, key, *count).hash(&mut hasher);
        drop(calls);
        let mut random = fastrand::Rng::with_seed(hasher.finish());
        let latency = Duration::from_micros(random.u64(500..4_000));
        let fault = (random.f64() < self.rate).then(|| match random.u32(0..100) {
            0..50 => Fault::Unavailable,
            50..60 => Fault::Silent,
            60..90 => Fault::AnswerLost,
            _ => Fault::SilentAfterwards,
        });
        (latency, fault)
    }
}

async fn silence<T>(service: &'static str) -> Result<T, ServiceError> {
    tokio::time::sleep(SILENCE).await;
    Err(ServiceError::ConnectionLost(service))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn one_seed_gives_one_run_and_the_rate_is_kept() {
        let draws = |seed| {
            let faults = Faults::new(seed, 0.3);
            (0..2_000).map(|n| faults.draw("reserve", &n.to_string()).1).collect::<Vec<_>>()
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
        let failing = draws(7).iter().flatten().count();
        assert!((500..700).contains(&failing), "{failing} of 2,000 at a rate of 0.3");
        let kinds: BTreeSet<_> = draws(7).iter().flatten().map(|fault| format!("{fault:?}")).collect();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
    }

    #[test]
    fn without_a_rate_nothing_fails() {
        let faults = Faults::none();
        assert!((0..2_000).all(|n| faults.draw("reserve", &n.to_string()).1.is_none()));
    }
}
