//! A process that works through workflows of ten steps is killed at 200 random moments, and started again each time.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod records;
mod ten_steps;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use records::Records;

/// Set for the process that is killed: its folder.
const FOLDER: &str = "WORKFLOW_CRASH_TEST_FOLDER";
const KILLS: u32 = 200;
/// So many at most until a folder's executions may come to their ends.
const OF_ONE: u32 = 25;

/// What the process does that is killed. In the first one, where the variable is not set, there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_the_process_that_is_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        ten_steps::work_through(&PathBuf::from(folder)).await.unwrap();
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["as_the_process_that_is_killed", "--exact"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// How the process ends by itself within this time, if it does.
fn ended(child: &mut Child, within: Duration) -> Option<ExitStatus> {
    let started = Instant::now();
    loop {
        let status = child.try_wait().unwrap();
        if status.is_some() || started.elapsed() >= within {
            return status;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn killed_two_hundred_times_every_acknowledged_step_ran_once() {
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("CRASH_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut kills, mut again, mut longest) = (0, 0, 150);
    while kills < KILLS {
        let folder = tempfile::tempdir().unwrap();
        let mut records = Records::new(folder.path());
        let mut left = OF_ONE.min(KILLS - kills);
        loop {
            let mut child = start(folder.path());
            let patience = if left == 0 { 60_000 } else { random.u64(5..longest) };
            let status = ended(&mut child, Duration::from_millis(patience));
            if status.is_none() {
                assert!(left > 0, "CRASH_SEED={seed}: it does not come to its end");
                child.kill().unwrap();
                child.wait().unwrap();
                (kills, left) = (kills + 1, left - 1);
            }
            records.read().await.unwrap_or_else(|wrong| panic!("CRASH_SEED={seed}, after {kills} kills: {wrong:#}"));
            if let Some(status) = status {
                assert!(status.success(), "CRASH_SEED={seed}: {status}");
                break;
            }
        }
        records.close().unwrap_or_else(|wrong| panic!("CRASH_SEED={seed}, after {kills} kills: {wrong:#}"));
        again += records.again;
        if left == 0 && records.again == 0 && longest < 2_000 {
            // Processes start slowly here: a kill has to come later to meet one at work.
            longest *= 2;
        }
    }
    println!("{again} steps and compensations were in flight at a kill, and ran again");
    assert!(again > 20, "the kills met nothing in flight: {again}");
}
