//! Rubbish in any column of any table: of the execution that it belongs to one clear sentence is said, which names it and
//! the place, and all others go on.
//!
//! Some damage cannot be told from what might have been written, such as another time: then the execution goes on. What
//! takes away a reason to go on, such as a signal, leaves it waiting.

mod table;

use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;
use workflow_runtime::store::Filter;
use workflow_runtime::{Engine, ExecutionStatus, Schedule, workflow};

use self::table::Then::{self, Completes, Parks, Says, Waits};
use self::table::{COLUMNS, NO_TEXT, ROWS};
use crate::ground::{Ground, Place};
use crate::lab::{Lab, Went, World, act, try_act};

workflow! {
    pub async fn errand(what: String) -> Result<String> {
        let one = act(what).await?;
        let two = try_act(one).await?;
        let went = signal!(Went).await?;
        Ok(format!("{two} {}", went.leg))
    }
}

/// A file with an execution that is over, one that was undone, and three that wait for another attempt and have mail.
async fn file() -> Place {
    let place = Place::new();
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    lab.books.fail("undone/act", 1);
    for id in ["v", "w", "n"] {
        lab.books.fail(&format!("{id}/try_act"), 1);
    }
    let engine = lab.builder().workflow::<errand>().start().await.unwrap();
    let done = engine.start(errand("x".into()).id("done")).await.unwrap();
    done.signal(Went { leg: "home".into() }).await.unwrap();
    done.result().await.unwrap();
    engine.run(errand("x".into()).id("undone")).await.unwrap_err();
    for id in ["v", "w", "n"] {
        engine.start(errand("x".into()).id(id)).await.unwrap();
    }
    lab.settle().await;
    engine.shutdown().await.unwrap();
    for id in ["v", "w", "n"] {
        engine.signal::<errand, _>(id, Went { leg: "home".into() }).await.unwrap();
    }
    place
}

fn numbered(sql: &str) -> String {
    let number = |id: &str| format!("(SELECT number FROM executions WHERE id = '{id}')");
    sql.replace("= V", &format!("= {}", number("v"))).replace("= W", &format!("= {}", number("w")))
}

/// The statement that puts a value into a column of what belongs to `v`: of the journal, into the last row.
fn put(table: &str, column: &str, value: &str) -> String {
    numbered(&match table {
        "executions" => format!("UPDATE executions SET {column} = {value} WHERE id = 'v'"),
        "journal" => format!(
            "UPDATE journal SET {column} = {value} WHERE number = (SELECT max(number) FROM journal WHERE execution = V)"
        ),
        other => format!("UPDATE {other} SET {column} = {value} WHERE execution = V"),
    })
}

/// What somebody hears who asks for the result.
async fn outcome(engine: &Engine<World>, id: &str) -> String {
    let result = async { engine.execution::<errand>(id).await?.result().await };
    match tokio::time::timeout(Duration::from_secs(60), result).await {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => format!("error: {error}"),
        Err(_) => "it waits".to_owned(),
    }
}

/// All that is recorded of `v`, but for where it stands.
fn recorded(shell: &Connection) -> String {
    let all = "SELECT (SELECT group_concat(hex(id) || hex(workflow) || version || hex(fingerprint) || run || hex(retries)) \
               FROM executions WHERE id = 'v') || (SELECT group_concat(run || seq || hex(events)) FROM journal WHERE \
               execution = V) || (SELECT hex(data) FROM payloads WHERE key = V * 4 + 1)";
    let number = "(SELECT number FROM executions WHERE id = 'v')";
    let all = numbered(all).replace("key = V", &format!("key = {number}"));
    shell.query_row(&all, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
}

async fn after(whole: &Place, sql: &str, then: Then) {
    let place = Place::new();
    std::fs::copy(whole.file(), place.file()).unwrap();
    place.shell().execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let before = recorded(&place.shell());
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    lab.clock.advance(Duration::from_secs(3_600));
    let engine = lab.builder().workflow::<errand>().start().await.unwrap_or_else(|error| panic!("{sql}: {error}"));

    assert_eq!(outcome(&engine, "n").await, "x!? home", "a neighbour, after {sql}");
    assert_eq!(outcome(&engine, "done").await, "x!? home", "what had ended, after {sql}");
    let said = outcome(&engine, "v").await;
    match then {
        Completes => assert_eq!(said, "x!? home", "{sql}"),
        Waits => {
            assert_eq!(said, "it waits", "{sql}");
            engine.signal::<errand, _>("v", Went { leg: "late".into() }).await.unwrap();
            assert_eq!(outcome(&engine, "v").await, "x!? late", "{sql}");
        }
        Says(words) | Parks(words) => {
            assert!(said.starts_with("error: ") && !said.contains('\n'), "{sql}: {said}");
            assert!(words.iter().all(|word| said.contains(word)), "{sql}: {said}");
            assert_eq!(recorded(&place.shell()), before, "{sql} changed something");
        }
    }
    if matches!(then, Parks(_)) {
        assert_eq!(engine.status("v").await.unwrap(), Some(ExecutionStatus::Parked), "{sql}");
        assert_eq!(outcome(&engine, "v").await, said, "asked again, after {sql}");
    }
    // Whoever lists hears which one it is, and whoever waits for those from before does not wait for ever.
    let page = engine.list(Filter::default()).await.unwrap();
    assert_eq!(page.executions.len() + page.damaged.len(), 5, "{sql}");
    for damaged in page.damaged {
        assert!(matches!(then, Says(_)), "{sql}: {damaged:?}");
        assert!(damaged.name == "v" || sql.contains("SET id"), "{sql}: {damaged:?}");
    }
    let recovered = tokio::time::timeout(Duration::from_secs(60), engine.wait_for_recovered(Duration::ZERO)).await;
    assert!(recovered.is_ok(), "{sql}: nobody would ever hear that all have been recovered");
    engine.shutdown().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[tokio::test(start_paused = true)]
async fn in_every_column() {
    let whole = file().await;
    for (table, column, values) in COLUMNS {
        for (value, then) in *values {
            after(&whole, &put(table, column, value), *then).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_whole_rows() {
    let whole = file().await;
    for (sql, then) in ROWS {
        after(&whole, &numbered(sql), *then).await;
    }
}

/// No column is left out, whatever the format becomes.
#[tokio::test(start_paused = true)]
async fn every_column_has_its_turn() {
    let place = file().await;
    let shell = place.shell();
    // What the database itself keeps whole, and what other tests here are about.
    let elsewhere =
        ["number", "key", "payloads.execution", "payloads.name", "owners.", "outbox.", "subscribers.", "schedules."];
    let sql = "SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) p WHERE m.type = 'table' \
               AND m.name NOT LIKE 'sqlite_%'";
    let mut statement = shell.prepare(sql).unwrap();
    let columns = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    for (table, column) in columns.map(Result::unwrap) {
        let place = format!("{table}.{column}");
        let known = COLUMNS.iter().any(|(of, name, _)| *of == table && *name == column);
        let else_known = elsewhere.iter().any(|other| *other == column || place.starts_with(other));
        assert!(known || else_known, "nothing is said of damage in {place}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_repaired_goes_on() {
    let place = file().await;
    let shell = place.shell();
    shell.execute_batch("CREATE TABLE kept AS SELECT retries FROM executions WHERE id = 'v'").unwrap();
    shell.execute_batch(&put("executions", "retries", "'no json'")).unwrap();
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    lab.clock.advance(Duration::from_secs(3_600));
    let engine = lab.builder().workflow::<errand>().start().await.unwrap();
    assert!(outcome(&engine, "v").await.contains("`retries`"));
    engine.shutdown().await.unwrap();
    shell.execute_batch(&put("executions", "retries", "(SELECT retries FROM kept)")).unwrap();
    let engine = lab.builder().workflow::<errand>().start().await.unwrap();
    assert_eq!(outcome(&engine, "v").await, "x!? home");
    engine.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn in_results_and_errors() {
    let whole = file().await;
    let values = [("''", "EOF"), ("'{'", "EOF"), ("'7'", "invalid type"), (NO_TEXT, "is no text")];
    for (id, key) in [("done", 2), ("undone", 3)] {
        for (value, why) in values {
            let place = Place::new();
            std::fs::copy(whole.file(), place.file()).unwrap();
            let of = format!("(SELECT number * 4 + {key} FROM executions WHERE id = '{id}')");
            place.shell().execute_batch(&format!("UPDATE payloads SET data = {value} WHERE key = {of}")).unwrap();
            let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
            let engine = lab.builder().workflow::<errand>().start().await.unwrap();
            let said = outcome(&engine, id).await;
            assert!(said.contains(&format!("execution `{id}`")) && said.contains(why), "{id} {value}: {said}");
            engine.shutdown().await.unwrap();
        }
    }
}

/// Of events and schedules, a sentence is said in the log, and to whoever asks for the schedules.
#[tokio::test(start_paused = true)]
async fn in_what_is_not_of_one_execution() {
    let whole = file().await;
    let rows = [
        "INSERT INTO outbox (execution, name, data, at) VALUES ('v', 'Went', '{', 1)".to_owned(),
        format!("INSERT INTO outbox (execution, name, data, at) VALUES ('v', 'Went', {NO_TEXT}, 1)"),
        format!("INSERT INTO outbox (execution, name, data, at) VALUES ({NO_TEXT}, {NO_TEXT}, '1', -1)"),
        "INSERT INTO outbox (position, execution, name, data, at) VALUES (-1, 'v', 'Went', '{', 1)".to_owned(),
        "INSERT INTO subscribers (name, position) VALUES ('listener', -1)".to_owned(),
        "INSERT INTO subscribers (name, position) VALUES ('listener', 9223372036854775807)".to_owned(),
        format!("INSERT INTO subscribers (name, position) VALUES ({NO_TEXT}, 1)"),
        format!("INSERT INTO subscribers (name, owner, position) VALUES ('listener', {NO_TEXT}, 1)"),
        "INSERT INTO subscribers (name, owner, position) VALUES ('listener', 'nobody', 1)".to_owned(),
        "INSERT INTO schedules (name, data, next, revision) VALUES ('nightly', '{', 5, 1)".to_owned(),
        "INSERT INTO schedules (name, data, next, revision) VALUES ('nightly', '7', -5, 1)".to_owned(),
        "INSERT INTO schedules (name, data, next, revision) VALUES ('nightly', '{}', NULL, -1)".to_owned(),
        format!("INSERT INTO schedules (name, data, next, revision) VALUES ('nightly', {NO_TEXT}, 5, 1)"),
    ];
    for sql in rows {
        let place = Place::new();
        std::fs::copy(whole.file(), place.file()).unwrap();
        place.shell().execute_batch(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
        lab.clock.advance(Duration::from_secs(3_600));
        let builder = lab.builder().workflow::<errand>().on_event("listener", |_: Went| async { Ok(()) });
        let engine = builder.start().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        for id in ["v", "w", "n"] {
            assert_eq!(outcome(&engine, id).await, "x!? home", "{sql}");
        }
        let schedules = engine.schedules().await;
        match sql.contains("schedules") {
            true => assert!(schedules.unwrap_err().to_string().starts_with("schedule `nightly` is damaged: "), "{sql}"),
            false => assert!(schedules.unwrap().is_empty()),
        }
        engine.shutdown().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// The others tick; the damaged one is named, cannot be changed, and can be removed and set up again.
#[tokio::test(start_paused = true)]
async fn in_one_schedule_of_several() {
    let place = file().await;
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    let engine = lab.builder().workflow::<errand>().start().await.unwrap();
    let hourly = || Schedule::every(Duration::from_secs(3_600));
    for name in ["a", "nightly", "z"] {
        engine.schedule(name, hourly(), errand("x".into())).await.unwrap();
    }
    place.shell().execute_batch("UPDATE schedules SET revision = -1 WHERE name = 'nightly'").unwrap();
    for said in [
        engine.schedules().await.map(drop),
        engine.pause_schedule("nightly").await,
        engine.schedule("nightly", hourly(), errand("x".into())).await,
    ] {
        let said = said.unwrap_err().to_string();
        assert!(said.contains("schedule `nightly`") && said.contains("`revision` has the value `-1`"), "{said}");
    }
    engine.pause_schedule("a").await.unwrap();
    lab.clock.advance(Duration::from_secs(3_600));
    lab.settle().await;
    let begun = async |name: &str| {
        let of_schedule = Filter { id_prefix: Some(format!("{name}@")), ..Filter::default() };
        engine.list(of_schedule).await.unwrap().executions.len()
    };
    assert_eq!((begun("a").await, begun("nightly").await, begun("z").await), (0, 0, 1));
    assert!(engine.remove_schedule("nightly").await.unwrap());
    engine.schedule("nightly", hourly(), errand("x".into())).await.unwrap();
    assert_eq!(engine.schedules().await.unwrap().len(), 3);
    engine.shutdown().await.unwrap();
}
