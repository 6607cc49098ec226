//! What a process has used: time, processor time, and bytes written.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What was used at a moment, or between two of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// Time on the wall.
    pub time: Duration,
    /// Of all threads of this process together.
    pub processor: Duration,
    /// Given to the operating system to write; 0 where it does not tell.
    pub written: u64,
    /// Of whatever is counted.
    pub count: u64,
    /// Waits for the disk.
    pub commits: u64,
}

impl Used {
    /// Adds up what was used at several times.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            time: self.time + other.time,
            processor: self.processor + other.processor,
            written: self.written + other.written,
            count: self.count + other.count,
            commits: self.commits + other.commits,
        }
    }

    /// How many a second.
    #[must_use]
    pub fn rate(self) -> f64 {
        self.count as f64 / self.time.as_secs_f64()
    }

    /// Nanoseconds of the processor for each.
    #[must_use]
    pub fn processor_each(self) -> f64 {
        self.processor.as_secs_f64() * 1e9 / self.count.max(1) as f64
    }

    /// Bytes written for each.
    #[must_use]
    pub fn written_each(self) -> f64 {
        self.written as f64 / self.count.max(1) as f64
    }
}

/// Measures from its making on.
#[derive(Debug)]
pub struct Meter {
    began: Instant,
    processor: Duration,
    written: u64,
}

impl Meter {
    /// Begins.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), processor: processor(), written: written() }
    }

    /// What was used since the beginning.
    #[must_use]
    pub fn stop(&self, count: u64, commits: u64) -> Used {
        Used {
            time: self.began.elapsed(),
            processor: processor() - self.processor,
            written: written() - self.written,
            count,
            commits,
        }
    }
}

fn processor() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn written() -> u64 {
    let told = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or_default()
}
