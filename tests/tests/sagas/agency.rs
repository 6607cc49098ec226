//! Another saga without a fault: it waits for a person and for a date, undoes by hand, and handles a child that fails.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, Services, StepContext, step, workflow};

#[derive(Default)]
pub(crate) struct Desk {
    bookings: Mutex<BTreeMap<String, String>>,
}

impl Desk {
    fn bookings(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.bookings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Services, Default)]
pub(crate) struct Agency {
    desk: Desk,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Approval {
    granted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Booked {
    what: String,
}

#[step(compensate = cancel)]
async fn book(what: String, desk: &Desk, ctx: &StepContext) -> Result<Booked> {
    ensure!(what != "the moon", "nobody goes there");
    desk.bookings().insert(ctx.step_key().to_owned(), what.clone());
    ctx.emit(Booked { what: what.clone() });
    Ok(Booked { what })
}

#[step(retry(attempts = 2, backoff = "1m..1h"))]
async fn cancel(_booked: Outcome<Booked>, desk: &Desk, ctx: &StepContext) -> Result<()> {
    desk.bookings().remove(ctx.step_key());
    Ok(())
}

#[step(retry(attempts = 3, backoff = "1m..1h"))]
async fn remind(whom: String) -> Result<String> {
    Ok(whom)
}

workflow! {
    #[workflow(timeout = "1d")]
    pub(crate) async fn excursion(places: Vec<String>) -> Result<u32> {
        let booked = for place in places {
            book(place).await?
        };
        Ok(booked.len() as u32)
    }
}

workflow! {
    pub(crate) async fn trip(to: String, places: Vec<String>) -> Result<String> {
        #[name = "provisional"]
        let provisional = book(to).await?;
        let approval = match signal!(Approval, timeout = "3d").await {
            Ok(approval) => approval,
            Err(_) => {
                remind("the manager".to_owned()).await?;
                Approval { granted: false }
            }
        };
        if !approval.granted {
            undo!(provisional).await?;
        } else {
            #[name = "flight"]
            book(provisional.what).await?;
        }
        sleep!("10d").await;
        let seen = match excursion(places).await {
            Ok(seen) => seen,
            Err(_) => 0,
        };
        #[name = "photographs"]
        remind(format!("{seen} photographs")).await
    }
}

fn places(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Approved and refused, with an excursion that cannot be.
pub(crate) fn trips() -> Fixture<trip, Agency, Vec<String>> {
    Fixture::new(|| (Agency::default(), trip("Rome".to_owned(), places(&["the forum", "the baths"]))))
        .world(|agency: &Agency| agency.desk.bookings().values().cloned().collect())
        .input("nowhere", || (Agency::default(), trip("Rome".to_owned(), places(&["the forum", "the moon"]))))
        .signal(Approval { granted: true })
        .input("refused", || (Agency::default(), trip("Rome".to_owned(), Vec::new())))
        .signal_instead(Approval { granted: false })
        .completed(|before: &Vec<String>, after: &Vec<String>, _| assert!(before.len() <= after.len()))
}
