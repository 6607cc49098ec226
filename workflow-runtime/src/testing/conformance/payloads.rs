//! Payloads of every kind and size.

use anyhow::{Result, ensure};

use super::StoreSetup;
use super::fixture::{begin, event, load, message, new, next, same, store};
use crate::store::{Append, NewEvent, NewExecution, NewMessage, PayloadLimit, Store, StoreError};

pub(super) async fn payloads_come_back_byte_for_byte<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let texts = ["null", "\"\"", "{\"b\" : 1,\n \"a\":1}", "\"\\u0000 'quoted' \\\"\"", "\"ünïcödé 漢字 🦀\"", "1e400"];
    for (index, text) in texts.into_iter().enumerate() {
        let id = format!("'{index}; --");
        let execution = begin(&store, NewExecution { input: text.to_owned(), ..new(&id) }).await?;
        let events = vec![NewEvent { data: text.to_owned(), ..event("done", "for#1[0]/ünï") }].into();
        let (result, error) = (Some(text.to_owned()), Some(text.to_owned()));
        store.append(Append { events, result, error, ..next(&execution) }).await?;
        store.send(NewMessage { data: text.to_owned(), ..message("m", &id) }).await?;
        let after = load(&store, &id).await?;
        same("the input", after.input.as_str(), text)?;
        same("the result", after.result.as_deref(), Some(text))?;
        same("the error", after.error.as_deref(), Some(text))?;
        let journal = store.history(&id, 1).await?;
        let last = journal.last().map(|event| (event.path.as_str(), event.data.as_str()));
        same("the event", last, Some(("for#1[0]/ünï", text)))?;
        same("the message", store.inbox(&id).await?.pop().map(|message| message.data).as_deref(), Some(text))?;
    }
    Ok(())
}

pub(super) async fn big_payloads_are_kept<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = store(setup).await?;
    let text = |bytes: usize| format!("\"{}\"", "abcdefgh".repeat(bytes / 8));
    for bytes in [1 << 10, 100 << 10, 1 << 20, 8 << 20] {
        let (id, big) = (format!("of {bytes}"), text(bytes));
        let execution = begin(&store, NewExecution { input: big.clone(), ..new(&id) }).await?;
        let events = vec![NewEvent { data: big.clone(), ..event("done", "reserve") }, event("intent", "charge")].into();
        store.append(Append { events, ..next(&execution) }).await?;
        ensure!(load(&store, &id).await?.input == big, "an input of {bytes} bytes came back different");
        let journal = store.history(&id, 1).await?;
        same("events in the journal", journal.len(), 3)?;
        ensure!(journal.iter().any(|event| event.data == big), "an event of {bytes} bytes came back different");
    }
    Ok(())
}

pub(super) async fn a_payload_that_is_too_big_is_refused_and_nothing_written<S: StoreSetup>(setup: &S) -> Result<()> {
    let store = setup.empty(PayloadLimit::bytes(100)).await;
    let big = || format!("\"{}\"", "x".repeat(99));
    let refused = |what: &str, answer: Result<(), StoreError>| match answer {
        Err(StoreError::TooLarge { bytes: 101, limit: 100, .. }) => Ok(()),
        other => anyhow::bail!("{what} of 101 bytes with a limit of 100 was answered {other:?}"),
    };
    refused("an input", store.create(NewExecution { input: big(), ..new("a") }).await.map(drop))?;
    same("what was refused", store.load("a").await?, None)?;
    let fits = format!("\"{}\"", "x".repeat(98));
    let execution = begin(&store, NewExecution { input: fits, ..new("a") }).await?;
    let events = vec![event("done", "a"), NewEvent { data: big(), ..event("done", "b") }].into();
    refused("an event", store.append(Append { events, ..next(&execution) }).await)?;
    refused("a result", store.append(Append { result: Some(big()), ..next(&execution) }).await)?;
    refused("an error", store.append(Append { error: Some(big()), ..next(&execution) }).await)?;
    refused("a message", store.send(NewMessage { data: big(), ..message("m", "a") }).await.map(drop))?;
    same("the execution", load(&store, "a").await?, execution)?;
    same("events in the journal", store.history("a", 1).await?.len(), 1)?;
    same("the inbox", store.inbox("a").await?, Vec::new())
}
