//! Looking through what is stored.

use anyhow::{Result, ensure};

use super::StoreSetup;
use super::fixture::{NOW, begin, ending, load, new, same, store};
use crate::store::{ExecutionStatus, Filter, NewExecution, Store, Summary};

async fn found(store: &impl Store, filter: Filter) -> Result<String> {
    let page = store.list(filter).await?;
    Ok(page.executions.into_iter().map(|summary| summary.id).collect::<Vec<_>>().join(" "))
}

/// Four executions: a1 (order, completed), a2 (refund, running), b1 (order, running), b2 (refund, completed).
async fn four(store: &impl Store) -> Result<()> {
    for (index, (id, workflow, over)) in
        [("a1", "order", true), ("a2", "refund", false), ("b1", "order", false), ("b2", "refund", true)]
            .into_iter()
            .enumerate()
    {
        let at = NOW + i64::try_from(index)?;
        let execution = begin(store, NewExecution { workflow: workflow.into(), at, ..new(id) }).await?;
        if over {
            store.append(ending(&execution, NOW + 50)).await?;
        }
    }
    Ok(())
}

pub(super) async fn every_filter_filters<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    same("in an empty store", found(&store, Filter::default()).await?, String::new())?;
    four(&store).await?;
    let all = Filter::default;
    same("everything", found(&store, all()).await?, "b2 b1 a2 a1".to_owned())?;
    let order = Filter { workflow: Some("order".to_owned()), ..all() };
    same("one workflow", found(&store, order).await?, "b1 a1".to_owned())?;
    let completed = Filter { statuses: vec![ExecutionStatus::Completed], ..all() };
    same("one status", found(&store, completed).await?, "b2 a1".to_owned())?;
    let two = Filter { statuses: vec![ExecutionStatus::Completed, ExecutionStatus::Running], ..all() };
    same("two statuses", found(&store, two).await?, "b2 b1 a2 a1".to_owned())?;
    same("from a time", found(&store, Filter { created_from: Some(NOW + 2), ..all() }).await?, "b2 b1".to_owned())?;
    same("before a time", found(&store, Filter { created_before: Some(NOW + 2), ..all() }).await?, "a2 a1".to_owned())?;
    same("a prefix", found(&store, Filter { id_prefix: Some("b".to_owned()), ..all() }).await?, "b2 b1".to_owned())?;
    let summary = store.list(Filter { id_prefix: Some("a1".to_owned()), ..all() }).await?.executions;
    same("the summary", summary, vec![Summary::from(&load(&store, "a1").await?)])
}

pub(super) async fn filters_combine<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    four(&store).await?;
    let filter = Filter {
        workflow: Some("refund".to_owned()),
        statuses: vec![ExecutionStatus::Completed, ExecutionStatus::Failed],
        created_from: Some(NOW + 1),
        created_before: Some(NOW + 4),
        id_prefix: Some("b".to_owned()),
        ..Filter::default()
    };
    same("all filters at once", found(&store, filter.clone()).await?, "b2".to_owned())?;
    let none = Filter { workflow: Some("order".to_owned()), ..filter };
    same("filters that exclude each other", found(&store, none).await?, String::new())
}

pub(super) async fn pages_hold_everything_once<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for index in 0..23_i64 {
        // Several are created at the same time, so that the id has to decide.
        begin(&store, NewExecution { at: NOW + index / 5, ..new(&format!("e{index:02}")) }).await?;
    }
    let whole = found(&store, Filter::default()).await?;
    let (mut paged, mut filter) = (Vec::new(), Filter { limit: 4, ..Filter::default() });
    loop {
        let page = store.list(filter.clone()).await?;
        ensure!(page.executions.len() <= 4, "a page of {} with a limit of 4", page.executions.len());
        ensure!(!page.executions.is_empty(), "an empty page after {paged:?}");
        paged.extend(page.executions.into_iter().map(|summary| summary.id));
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    same("executions on pages", paged.len(), 23)?;
    same("the pages, one after the other", paged.join(" "), whole)?;
    let exact = store.list(Filter { limit: 23, ..Filter::default() }).await?;
    same("what follows a page that holds everything", exact.next, None)
}

pub(super) async fn executions_that_begin_meanwhile_do_not_shift_pages<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    four(&store).await?;
    let first = store.list(Filter { limit: 2, ..Filter::default() }).await?;
    begin(&store, NewExecution { at: NOW + 100, ..new("late") }).await?;
    let second = Filter { limit: 2, after: first.next, ..Filter::default() };
    same("the second page", found(&store, second).await?, "a2 a1".to_owned())
}

pub(super) async fn a_prefix_is_taken_literally<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for id in ["a%b", "axb", "a_b", "A%B", "a*b", "é1", "é", "a%"] {
        begin(&store, new(id)).await?;
    }
    for (prefix, expected) in [("a%", "a%b a%"), ("a_", "a_b"), ("a*", "a*b"), ("A", "A%B"), ("é", "é1 é")] {
        let filter = Filter { id_prefix: Some(prefix.to_owned()), ..Filter::default() };
        same(prefix, found(&store, filter).await?, expected.to_owned())?;
    }
    Ok(())
}
