//! When a schedule ticks.

use std::fmt;
use std::time::Duration;

use cronexpr::{Crontab, FallbackTimezoneOption, MakeTimestamp, ParseOptions, parse_crontab_with};
use serde::{Deserialize, Serialize};

/// Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub(super) enum Timing {
    Cron { expression: String, table: Box<Crontab> },
    Every(i64),
}

/// As a store keeps it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Cron(String),
    EveryMs(i64),
}

impl From<Timing> for Stored {
    fn from(timing: Timing) -> Self {
        match timing {
            Timing::Cron { expression, .. } => Self::Cron(expression),
            Timing::Every(interval) => Self::EveryMs(interval),
        }
    }
}

impl TryFrom<Stored> for Timing {
    type Error = CronError;

    fn try_from(stored: Stored) -> Result<Self, CronError> {
        match stored {
            Stored::Cron(expression) => Self::cron(&expression),
            Stored::EveryMs(interval) => Ok(Self::Every(interval)),
        }
    }
}

impl PartialEq for Timing {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cron { expression: one, .. }, Self::Cron { expression: two, .. }) => one == two,
            (Self::Every(one), Self::Every(two)) => one == two,
            _ => false,
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron { expression, .. } => f.write_str(expression),
            Self::Every(interval) => {
                write!(f, "every {:?}", Duration::from_millis(u64::try_from(*interval).unwrap_or_default()))
            }
        }
    }
}

impl Timing {
    pub(super) fn cron(expression: &str) -> Result<Self, CronError> {
        // One space between fields, so that what is the same is also stored so.
        let expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        let table = parse(&expression).map_err(|error| explain(&expression, &error))?;
        let timing = Self::Cron { expression: expression.clone(), table: Box::new(table) };
        // It may name a day that never comes, such as the 30th of February.
        match timing.after(0) {
            Some(_) => Ok(timing),
            None => Err(CronError { expression, field: None, why: "no such time ever comes".to_owned() }),
        }
    }

    pub(super) fn every(interval: Duration) -> Self {
        Self::Every(i64::try_from(interval.as_millis()).unwrap_or(i64::MAX))
    }

    /// The first tick after a time.
    pub(super) fn after(&self, time: i64) -> Option<i64> {
        match self {
            Self::Cron { table, .. } => {
                let time = MakeTimestamp::from_millisecond(time).ok()?;
                table.find_next(time).ok().map(|next| next.timestamp().as_millisecond())
            }
            Self::Every(interval) => Some(time.saturating_add(*interval)),
        }
    }

    /// The last tick up to `now`, where `first` is one of them.
    pub(super) fn latest(&self, first: i64, now: i64) -> i64 {
        match self {
            Self::Every(interval) => first + (now - first).max(0) / (*interval).max(1) * interval,
            Self::Cron { .. } => self.latest_by_looking(first, now),
        }
    }

    /// Looks back from now, ever further, until there is a tick, and then forward to the last one.
    fn latest_by_looking(&self, first: i64, now: i64) -> i64 {
        let mut back = 60_000_i64;
        loop {
            let from = now.saturating_sub(back);
            if from <= first {
                return self.forward(first, now);
            }
            if let Some(found) = self.after(from).filter(|found| *found <= now) {
                return self.forward(found, now);
            }
            back = back.saturating_mul(4);
        }
    }

    fn forward(&self, mut tick: i64, now: i64) -> i64 {
        while let Some(next) = self.after(tick).filter(|next| *next <= now) {
            tick = next;
        }
        tick
    }
}

fn parse(expression: &str) -> Result<Crontab, cronexpr::Error> {
    let mut options = ParseOptions::default();
    options.fallback_timezone_option = FallbackTimezoneOption::UTC;
    parse_crontab_with(expression, options)
}

const FIELDS: [&str; 5] = ["minute", "hour", "day of month", "month", "day of week"];

/// A cron expression that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronError {
    expression: String,
    /// Which field is wrong, and what it says.
    field: Option<(&'static str, String)>,
    why: String,
}

impl CronError {
    /// The field that is wrong, such as `hour`; `None` where it is the whole.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.field.as_ref().map(|(field, _)| *field)
    }
}

/// Which field it is: the one that is wrong also when every other one is fine.
fn explain(expression: &str, error: &cronexpr::Error) -> CronError {
    let said = |error: &cronexpr::Error| {
        let text = error.to_string();
        text.split_once("^ ").map_or(text.clone(), |(_, why)| why.to_owned())
    };
    let words: Vec<&str> = expression.split(' ').filter(|word| !word.is_empty()).collect();
    let wrong = |field, word: &str, why| CronError {
        expression: expression.to_owned(),
        field: Some((field, word.to_owned())),
        why,
    };
    if !(FIELDS.len()..=FIELDS.len() + 1).contains(&words.len()) {
        let why = format!("it has {} fields instead of five and perhaps a time zone", words.len());
        return CronError { expression: expression.to_owned(), field: None, why };
    }
    for (place, (field, word)) in FIELDS.into_iter().zip(&words).enumerate() {
        let mut alone = ["*"; FIELDS.len()];
        if let Some(of_this) = alone.get_mut(place) {
            *of_this = word;
        }
        if let Err(error) = parse(&alone.join(" ")) {
            return wrong(field, word, said(&error));
        }
    }
    match words.get(FIELDS.len()) {
        Some(zone) => wrong("time zone", zone, "there is no such zone in the time zone database".to_owned()),
        None => CronError { expression: expression.to_owned(), field: None, why: said(error) },
    }
}

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, field, why } = self;
        match field {
            Some((field, word)) => {
                write!(f, "the {field} of the cron expression `{expression}` cannot be `{word}`: {why}")
            }
            None => write!(
                f,
                "`{expression}` is no cron expression: {why}; write `minute hour day-of-month month day-of-week`, such as \
                 `0 3 * * *`"
            ),
        }
    }
}

impl std::error::Error for CronError {}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn the_latest_tick_is_the_one_that_walking_finds() -> Result<(), CronError> {
        let tables = ["0 3 * * *", "*/7 * * * *", "30 2 * * SUN", "* 3 1 * *", "0 0 29 2 *", "15 10 L * *"];
        for table in tables {
            let timing = Timing::cron(table)?;
            let first = timing.after(0).unwrap_or_default();
            for now in [first, first + 1, first + HOUR, first + 40 * 24 * HOUR, first + 90 * 24 * HOUR] {
                assert_eq!(timing.latest(first, now), timing.forward(first, now), "{table} at {now}");
            }
        }
        let every = Timing::every(Duration::from_secs(7));
        assert_eq!([20_999, 21_000, 27_999].map(|now| every.latest(7_000, now)), [14_000, 21_000, 21_000]);
        Ok(())
    }

    #[test]
    fn utc_unless_said_otherwise() -> Result<(), CronError> {
        assert_eq!(Timing::cron("0 3 * * *")?.after(0), Some(3 * HOUR));
        assert_eq!(Timing::cron("0 3 * * * Asia/Tokyo")?.after(0), Some(18 * HOUR));
        Ok(())
    }

    #[test]
    fn an_error_names_the_field() {
        let wrong = [
            ("61 3 * * *", Some("minute")),
            ("0 3 32 * *", Some("day of month")),
            ("0 3 * FOO *", Some("month")),
            ("0 3 * * 9", Some("day of week")),
            ("0 3 * * * Mars/Olympus", Some("time zone")),
            ("0 3 * *", None),
            ("", None),
            ("0 0 30 2 *", None),
        ];
        let told: Vec<String> = wrong
            .into_iter()
            .map(|(expression, field)| match Timing::cron(expression) {
                Ok(_) => format!("`{expression}` passes"),
                Err(error) => {
                    assert_eq!(error.field(), field, "{error}");
                    error.to_string()
                }
            })
            .collect();
        assert!(told.iter().all(|told| !told.contains('\n') && !told.contains("passes")), "{told:#?}");
    }
}
