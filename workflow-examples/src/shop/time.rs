//! Times as people read them. All are UTC.

/// Date and time of this many milliseconds since the Unix epoch.
#[must_use]
pub fn date(millis: i64) -> String {
    let (year, month, day) = civil(millis.div_euclid(86_400_000));
    format!("{year:04}-{month:02}-{day:02} {}", hours(millis))
}

/// The time of the day, to the millisecond.
#[must_use]
pub fn clock(millis: i64) -> String {
    format!("{}.{:03}", hours(millis), millis.rem_euclid(1_000))
}

fn hours(millis: i64) -> String {
    let seconds = millis.div_euclid(1_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of a number of days since 1970-01-01. Years begin in March here, so that a leap day is the last
/// day of one.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_dates() {
        assert_eq!(date(0), "1970-01-01 00:00:00");
        assert_eq!(date(951_782_399_000), "2000-02-28 23:59:59");
        assert_eq!(date(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(date(1_798_761_599_999), "2026-12-31 23:59:59");
        assert_eq!(clock(1_798_761_599_042), "23:59:59.042");
    }
}
