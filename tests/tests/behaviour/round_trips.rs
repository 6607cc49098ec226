//! The test mode in which every value goes through serde: a run in process behaves as a stored one would.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{step, workflow};

use crate::support::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Parcel {
    weight: f64,
    labels: BTreeMap<String, Option<u8>>,
    /// Not for a store.
    #[serde(skip)]
    scratch: u32,
}

#[step(compensate = unwrap)]
async fn wrap(weight: f64) -> Result<Parcel> {
    Ok(Parcel { weight, labels: BTreeMap::from([("a".to_owned(), None)]), scratch: 7 })
}

#[step]
async fn unwrap(parcel: Parcel, log: &Log) -> Result<()> {
    log.add(format!("unwrap {}", parcel.scratch));
    Ok(())
}

workflow! {
    async fn wraps(weights: Vec<f64>) -> Result<Vec<u32>> {
        let parcels = for weight in weights {
            wrap(weight).await?
        };
        let scratches = parcels.iter().map(|parcel| parcel.scratch).collect::<Vec<u32>>();
        match scratches.first() {
            Some(first) if *first > 9 => {
                a("heavy".to_owned()).await?;
            }
            _ => {
                b("light".to_owned()).await?;
            }
        }
        Ok(scratches)
    }
}

// Guarantee 7.
#[tokio::test(start_paused = true)]
async fn in_the_test_mode_every_value_is_what_a_store_would_give_back() {
    let app = App::default();
    assert_eq!(wraps(vec![0.1, 2.5]).run(&app).await.unwrap(), [7, 7]);
    assert_eq!(wraps(vec![0.1, 2.5]).round_trip().run(&app).await.unwrap(), [0, 0]);
    let app = App::default().fails("b");
    wraps(vec![0.1]).round_trip().run(&app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["b(light)", "unwrap 0"]));
}

/// Writes a number and reads a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "u32", try_from = "String")]
struct Lopsided;

impl From<Lopsided> for u32 {
    fn from(_: Lopsided) -> Self {
        1
    }
}

impl TryFrom<String> for Lopsided {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Err(text)
    }
}

workflow! {
    async fn keeps_what_cannot_be_kept(x: String) -> Result<u32> {
        a(x).await?;
        let kept = Lopsided;
        let number = u32::from(kept.clone());
        Ok(number)
    }
}

// Guarantee 7.
#[tokio::test(start_paused = true)]
async fn the_test_mode_finds_a_value_that_no_store_could_give_back() {
    let app = App::default();
    assert_eq!(keeps_what_cannot_be_kept(x()).run(&app).await.unwrap(), 1);
    let error = keeps_what_cannot_be_kept(x()).round_trip().run(&app).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("Lopsided` cannot be stored: invalid type: integer `1`"), "{text}");
    assert_eq!(error.undone(), ["a"]);
}
