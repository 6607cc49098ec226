//! Mail, exactly once.

use anyhow::Result;

use super::StoreSetup;
use super::fixture::{
    ADA, BOB, NOW, begin, claim, claimed, ended, is_lost, load, message, new, next, same, store, waiting,
};
use crate::store::{Append, ExecutionStatus, Message, NewExecution, NewMessage, Sent, Store};

fn ids(mail: &[Message]) -> String {
    mail.iter().map(|message| message.id.as_str()).collect::<Vec<_>>().join(" ")
}

pub(super) async fn a_message_arrives_once<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    begin(&store, new("a")).await?;
    begin(&store, new("b")).await?;
    same("the first answer", store.send(message("m", "a")).await?, Sent::Delivered)?;
    let again = NewMessage { data: "2".to_owned(), ..message("m", "a") };
    same("the second answer", store.send(again).await?, Sent::Delivered)?;
    let NewMessage { id, execution, kind, name, data, at } = message("m", "a");
    same("the inbox", store.inbox("a").await?, vec![Message { id, execution, kind, name, data, at }])?;
    store.send(message("m", "b")).await?;
    same("the inbox of another execution", ids(&store.inbox("b").await?), "m".to_owned())
}

pub(super) async fn messages_are_read_in_order_until_they_are_consumed<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    for id in ["z", "y", "x"] {
        store.send(message(id, "a")).await?;
    }
    same("the inbox", ids(&store.inbox("a").await?), "z y x".to_owned())?;
    same("the inbox, read again", ids(&store.inbox("a").await?), "z y x".to_owned())?;
    let consumed = vec!["y".to_owned(), "never sent".to_owned()];
    store.append(Append { consumed, ..next(&execution) }).await?;
    same("the rest", ids(&store.inbox("a").await?), "z x".to_owned())
}

pub(super) async fn a_consumed_message_never_comes_back<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    store.send(message("m", "a")).await?;
    store.append(Append { consumed: vec!["m".to_owned()], ..next(&execution) }).await?;
    same("the answer to a repeated send", store.send(message("m", "a")).await?, Sent::Delivered)?;
    same("the inbox", store.inbox("a").await?, Vec::new())?;
    same("the owner's mail", store.mail(ADA).await?, Vec::new())
}

pub(super) async fn mail_makes_a_waiting_execution_due<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let never = NewExecution { due: None, ..waiting("a", 0) };
    begin(&store, never).await?;
    begin(&store, waiting("b", NOW + 900)).await?;
    begin(&store, waiting("c", NOW + 900)).await?;
    store.send(message("m", "a")).await?;
    store.send(message("m", "b")).await?;
    let mut found = claimed(&store, claim(ADA, NOW + 5)).await?;
    found.sort_unstable();
    same("what is claimed", found.join(" "), "a b".to_owned())
}

pub(super) async fn mail_that_comes_before_the_release_is_not_missed<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for (id, consumed) in [("read", vec!["m".to_owned()]), ("unread", vec![])] {
        let execution = begin(&store, new(id)).await?;
        store.send(message("m", id)).await?;
        let status = ExecutionStatus::Waiting;
        store.append(Append { status, due: Some(NOW + 900), release: true, consumed, ..next(&execution) }).await?;
    }
    same("what is claimed", claimed(&store, claim(BOB, NOW + 10)).await?, vec!["unread".to_owned()])
}

pub(super) async fn an_owner_sees_its_mail_in_one_question<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    for (id, owner) in [("a", Some(ADA)), ("b", Some(BOB)), ("c", Some(ADA)), ("d", None)] {
        begin(&store, NewExecution { owner: owner.map(Into::into), ..new(id) }).await?;
        store.send(message(&format!("to {id}"), id)).await?;
    }
    let mut found: Vec<String> = store.mail(ADA).await?.into_iter().map(|message| message.id).collect();
    found.sort_unstable();
    same("the mail of one owner", found.join(", "), "to a, to c".to_owned())?;
    same("the mail of one who has none", store.mail("carol").await?, Vec::new())
}

pub(super) async fn mail_to_nobody_or_to_the_ended_is_refused<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    same("to nobody", store.send(message("m", "a")).await?, Sent::NoSuchExecution)?;
    same("the inbox of nobody", store.inbox("a").await?, Vec::new())?;
    ended(&store, "b", NOW + 10).await?;
    same("to the ended", store.send(message("m", "b")).await?, Sent::Ended(ExecutionStatus::Completed))?;
    same("the inbox of the ended", store.inbox("b").await?, Vec::new())
}

pub(super) async fn a_lost_append_consumes_nothing<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let execution = begin(&store, new("a")).await?;
    store.send(message("m", "a")).await?;
    let stale = Append { revision: execution.revision + 7, consumed: vec!["m".to_owned()], ..next(&execution) };
    is_lost("the append", store.append(stale).await)?;
    same("the inbox", ids(&store.inbox("a").await?), "m".to_owned())?;
    same("the revision", load(&store, "a").await?.revision, execution.revision)
}
