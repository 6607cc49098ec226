//! Schedules.

use anyhow::Result;

use super::StoreSetup;
use super::fixture::{same, store};
use crate::store::{Schedule, Store};

fn schedule(name: &str, next: Option<i64>) -> Schedule {
    Schedule { name: name.to_owned(), data: r#"{"every":"1h"}"#.to_owned(), next, revision: 0 }
}

pub(super) async fn a_schedule_is_written_by_compare_and_set<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    same("a change of what is not there", store.put_schedule(schedule("a", None), Some(1)).await?, false)?;
    same("the first write", store.put_schedule(schedule("a", Some(5)), None).await?, true)?;
    same("a second first write", store.put_schedule(schedule("a", Some(6)), None).await?, false)?;
    same("the schedules", store.schedules().await?.readable, vec![Schedule { revision: 1, ..schedule("a", Some(5)) }])?;
    same("a change", store.put_schedule(schedule("a", Some(7)), Some(1)).await?, true)?;
    same("the same change again", store.put_schedule(schedule("a", Some(8)), Some(1)).await?, false)?;
    same("the schedules", store.schedules().await?.readable, vec![Schedule { revision: 2, ..schedule("a", Some(7)) }])?;
    same("the last change", store.put_schedule(schedule("a", None), Some(2)).await?, true)?;
    same("the schedules", store.schedules().await?.readable, vec![Schedule { revision: 3, ..schedule("a", None) }])
}

pub(super) async fn schedules_are_listed_by_name_and_removed<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for name in ["c", "a", "b"] {
        store.put_schedule(schedule(name, Some(1)), None).await?;
    }
    let names =
        async || anyhow::Ok(store.schedules().await?.readable.into_iter().map(|it| it.name).collect::<String>());
    same("the names", names().await?, "abc".to_owned())?;
    same("the first removal", store.remove_schedule("b").await?, true)?;
    same("the second removal", store.remove_schedule("b").await?, false)?;
    same("the names", names().await?, "ac".to_owned())
}
