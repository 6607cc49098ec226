use std::path::PathBuf;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::testing::{Compatibility, assert_compatible, compare_graph, write_graph};
use workflow_runtime::{step, workflow};

use crate::changed_definitions_are_parked::{
    old, renamed, second, with_a_timeout, with_another_step, with_another_type, with_more_at_the_end,
    with_more_in_front,
};
use crate::lab::{act, end};

/// A file that goes with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("graph-{name}-{}.json", std::process::id())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes the snapshot of one definition and compares it with another.
macro_rules! compared {
    ($name:literal, $was:ty, $is:ty) => {{
        let file = File::new($name);
        write_graph::<$was>(&file.0).unwrap();
        compare_graph::<$is>(&file.0).unwrap()
    }};
}

fn told(compared: &Compatibility) -> Vec<String> {
    compared.to_string().lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

/// The engine's own verdict on these is in `changed_definitions_are_parked`.
#[test]
fn it_agrees_with_the_engine() {
    let same = compared!("same", old::trip, old::trip);
    assert!(same.changes().is_empty() && same.holds(), "{same}");

    let policy = compared!("policy", old::trip, with_a_timeout::trip);
    assert!(policy.holds() && policy.parks_none(), "{policy}");
    assert_eq!(
        told(&policy),
        [
            "`trip`: its timeout was none and is 32400s",
            "fine: a policy",
            "`sleep#1`: its timeout was 7200s and is 3600s",
            "fine: a policy",
        ]
    );

    let appended = compared!("appended", old::trip, with_more_at_the_end::trip);
    assert!(appended.parks_none() && !appended.holds(), "{appended}");
    assert_eq!(told(&appended), ["`end`: it is new, after everything that there was", "fine"]);

    let in_front = compared!("in-front", old::trip, with_more_in_front::trip);
    assert!(!in_front.parks_none());
    assert_eq!(told(&in_front), ["`end`: it is new, before `a`", "parks executions: those that have reached `a`"]);

    let renamed = compared!("renamed", old::trip, renamed::trip);
    assert_eq!(
        told(&renamed),
        [
            "`a`: it was renamed to `other`: a node's name is its identity",
            "parks executions: those that have reached `a`"
        ]
    );

    let step = compared!("step", old::trip, with_another_step::trip);
    assert_eq!(
        told(&step),
        ["`a`: it ran `act` and now runs `act_once`", "parks executions: those that have reached `a`"]
    );

    let types = compared!("types", old::trip, with_another_type::trip);
    assert!(!types.parks_none());
    assert_eq!(
        told(&types),
        [
            "`a`: it was undone by `undo_act` and is undone by `nothing`",
            "parks executions: those that are undoing `a`",
            "`a`: its output `usize` has changed: it was `string` and is `u64`",
            "parks executions: those that have reached `a`",
        ]
    );

    let version = compared!("version", old::trip, second::trip);
    assert!(version.to_string().contains("those of version 1 unless it stays registered"), "{version}");
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Basket {
    lines: Vec<Line>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    count: u32,
}

mod later {
    use super::*;

    #[derive(Clone, Serialize, Deserialize)]
    pub struct Basket {
        pub(super) lines: Vec<Line>,
    }

    #[derive(Clone, Serialize, Deserialize)]
    pub struct Line {
        pub(super) count: String,
    }

    #[step(retry(attempts = 5))]
    pub async fn pack(basket: Basket) -> Result<String> {
        Ok(format!("{}", basket.lines.len()))
    }

    workflow! {
        pub async fn ship(basket: Basket, way: u8) -> Result<String> {
            let packed = pack(basket).await?;
            let done = if way > 1 {
                #[name = "fast"]
                let done = act(packed).await?;
                done
            } else {
                #[name = "slow"]
                let done = act(packed).await?;
                #[name = "slower"]
                let done = act(done).await?;
                done
            };
            let all = for word in vec![done.clone()] {
                #[name = "word"]
                let done = act(word).await?;
                #[name = "again"]
                let done = act(done).await?;
                done
            };
            end().await?;
            Ok(all.join(" "))
        }
    }
}

#[step]
pub async fn pack(basket: Basket) -> Result<String> {
    let count: u32 = basket.lines.iter().map(|line| line.count).sum();
    Ok(count.to_string())
}

workflow! {
    pub async fn ship(basket: Basket, way: u8) -> Result<String> {
        let packed = pack(basket).await?;
        let done = if way > 1 {
            #[name = "fast"]
            let done = act(packed).await?;
            done
        } else {
            #[name = "slow"]
            let done = act(packed).await?;
            done
        };
        let all = for word in vec![done.clone()] {
            #[name = "word"]
            let done = act(word).await?;
            done
        };
        Ok(all.join(" "))
    }
}

#[test]
fn arms_bodies_and_the_insides_of_types() {
    let compared = compared!("ship", ship, later::ship);
    assert_eq!(
        told(&compared),
        [
            "`ship`: its input `(Basket, u8)` has changed: `0.lines[].count` was `u32` and is `string`",
            "parks executions: all of them",
            "`end`: it is new, after everything that there was",
            "fine",
            "`pack`: its retry was Attempts(1) and is Attempts(5)",
            "fine: a policy",
            "`pack`: its input `(Basket,)` has changed: `0.lines[].count` was `u32` and is `string`",
            "parks executions: those that have reached `pack`",
            "`if#1/1/slower`: it is new, before `for#1`",
            "parks executions: those that have reached `for#1`",
            "`for#1/again`: it is new, in the body of `for#1`",
            "parks executions: those that have finished an item of `for#1`",
        ]
    );
}

#[test]
fn the_assertion_passes_fails_and_says_what_to_do() {
    let file = File::new("assert");
    let missing = panicking(|| assert_compatible::<old::trip>(&file.0));
    assert!(missing.contains("write it with `UPDATE_GRAPHS=1 cargo test`"), "{missing}");
    write_graph::<old::trip>(&file.0).unwrap();
    assert_compatible::<old::trip>(&file.0);
    assert_compatible::<with_a_timeout::trip>(&file.0);
    let appended = panicking(|| assert_compatible::<with_more_at_the_end::trip>(&file.0));
    assert!(appended.contains("no execution is parked by this"), "{appended}");
    let parks = panicking(|| assert_compatible::<renamed::trip>(&file.0));
    assert!(parks.contains("#[workflow(version = ..)]"), "{parks}");
    std::fs::write(&file.0, "{}").unwrap();
    let damaged = panicking(|| assert_compatible::<old::trip>(&file.0));
    assert!(damaged.contains("cannot be read: missing field"), "{damaged}");
}

fn panicking(assertion: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(assertion)).unwrap_err();
    panic.downcast_ref::<String>().cloned().unwrap()
}
