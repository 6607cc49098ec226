//! Four branches of which any may fail, at one and the same moment, in any way.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Outcome, Partial, Status, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum How {
    Well,
    Error,
    Panic,
    Timeout,
    Partial,
}

impl How {
    /// What the compensation hears.
    fn heard(self, branch: usize) -> String {
        match self {
            Self::Well => format!("Done({branch})"),
            Self::Error | Self::Panic | Self::Timeout => "Unknown".to_owned(),
            Self::Partial => format!("Partial({branch})"),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Well => "it went well",
            Self::Error => "an error",
            Self::Panic => "panicked: a panic",
            Self::Timeout => "timed out after 2s",
            Self::Partial => "half of it",
        }
    }
}

#[step(compensate = undo_risky, timeout = "2s")]
async fn risky(branch: usize, how: How) -> Result<usize, Partial<usize>> {
    let hangs = matches!(how, How::Timeout);
    // The attempt is asked once more at the very moment of its timeout.
    tokio::time::sleep(Duration::from_secs(if hangs { 3600 } else { 2 })).await;
    match how {
        How::Error => Err(anyhow!("an error").into()),
        How::Panic => panic!("a panic"),
        How::Partial => Err(Partial::new(anyhow!("half of it"), branch)),
        How::Well | How::Timeout => Ok(branch),
    }
}

/// Of a doubtful end it knows the branch by its path.
#[step]
async fn undo_risky(heard: Outcome<usize>, log: &Log, ctx: &workflow_runtime::StepContext) -> Result<()> {
    log.add(format!("{} {heard:?}", ctx.node_path()));
    Ok(())
}

workflow! {
    async fn four_at_once(ways: [How; 4]) -> Result<usize> {
        a(x()).await?;
        let (one, two, three, four) =
            parallel!(risky(0, ways[0]), risky(1, ways[1]), risky(2, ways[2]), risky(3, ways[3])).await?;
        Ok(one + two + three + four)
    }
}

fn path(branch: usize) -> String {
    format!("parallel#1/{branch}/risky")
}

/// Every subset of the branches fails, each branch in its way.
async fn every_subset(host: &Host, ways: [How; 4]) {
    for subset in 0..16 {
        let fails = |branch: &usize| subset & 1 << branch != 0;
        let ways: [How; 4] = std::array::from_fn(|branch| if fails(&branch) { ways[branch] } else { How::Well });
        let app = App::default();
        let result = host.run(four_at_once(ways), &app).await;
        if subset == 0 {
            assert_eq!(result.unwrap(), 6);
            assert_eq!(app.lines(), lines(["a(x)"]));
            continue;
        }
        let error = result.unwrap_err();
        let failures: Vec<String> = error.failures().map(|failed| failed.to_string()).collect();
        let expected = (0..4).filter(fails).map(|branch| format!("`{}`: {}", path(branch), ways[branch].text()));
        let expected: BTreeSet<String> = expected.collect();
        assert_eq!(failures.len(), expected.len(), "{ways:?}: {failures:?}");
        assert_eq!(failures.iter().cloned().collect::<BTreeSet<_>>(), expected, "{ways:?}");
        assert_eq!(error.node_path(), error.failures().next().map(|first| first.path()), "{ways:?}");

        let seen = app.lines();
        assert_eq!(seen.len(), 6, "{ways:?}: {seen:?}");
        assert_eq!((seen[0].as_str(), seen[5].as_str()), ("a(x)", "undo a(x)"), "{ways:?}");
        let told = (0..4).map(|branch| format!("{}/undo {}", path(branch), ways[branch].heard(branch)));
        assert_eq!(seen[1..5].iter().cloned().collect::<BTreeSet<_>>(), told.collect(), "{ways:?}");
        assert_eq!(error.status(), Status::Compensated);
        let undone: BTreeSet<String> = error.undone().iter().map(|path| path.to_string()).collect();
        assert_eq!(undone, (0..4).map(path).chain(["a".to_owned()]).collect(), "{ways:?}");
        assert_eq!(error.undone().len(), 5, "{ways:?}");
    }
}

async fn every_subset_of_four_branches_fails_with_errors(host: Host) {
    every_subset(&host, [How::Error; 4]).await;
}

async fn every_subset_of_four_branches_panics(host: Host) {
    every_subset(&host, [How::Panic; 4]).await;
}

async fn every_subset_of_four_branches_times_out(host: Host) {
    every_subset(&host, [How::Timeout; 4]).await;
}

async fn every_subset_of_four_branches_fails_half_way(host: Host) {
    every_subset(&host, [How::Partial; 4]).await;
}

async fn every_subset_of_four_branches_fails_each_in_its_way(host: Host) {
    every_subset(&host, [How::Error, How::Panic, How::Timeout, How::Partial]).await;
}

on_every_host![
    every_subset_of_four_branches_fails_with_errors,
    every_subset_of_four_branches_panics,
    every_subset_of_four_branches_times_out,
    every_subset_of_four_branches_fails_half_way,
    every_subset_of_four_branches_fails_each_in_its_way,
];
