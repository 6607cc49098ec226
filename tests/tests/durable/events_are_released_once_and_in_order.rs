use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use workflow_runtime::store::{Filter, Store};
use workflow_runtime::testing::{Fault, FaultStore};
use workflow_runtime::{Engine, EngineBuilder, ExecutionStatus, StepContext, step, workflow};

use crate::ground::{Ground, on_every_store};
use crate::lab::{Lab, MINUTE, World, act, end};
use crate::waiting_takes_no_task::nap;

#[derive(Clone, Serialize, Deserialize)]
pub struct Said {
    what: String,
}

#[step(compensate = unsay)]
pub async fn say(what: String, ctx: &StepContext) -> Result<String> {
    ctx.emit(Said { what: what.clone() });
    if ctx.attempt() > 5 {
        bail!("never");
    }
    Ok(what)
}

#[step]
pub async fn unsay(what: String, ctx: &StepContext) -> Result<()> {
    ctx.emit(Said { what: format!("not {what}") });
    Ok(())
}

workflow! {
    pub async fn speech(name: String, ends: bool) -> Result<String> {
        let said = say(name).await?;
        emit!(Said { what: format!("{said} again") });
        if !ends {
            end().await?;
        }
        Ok(said)
    }
}

type Heard = Arc<Mutex<Vec<String>>>;

fn listening(builder: EngineBuilder<World>, heard: &Heard, failures: u32) -> EngineBuilder<World> {
    let heard = Arc::clone(heard);
    let left = Arc::new(Mutex::new(failures));
    builder.workflow::<speech>().on_event("listener", move |said: Said| {
        let (heard, left) = (Arc::clone(&heard), Arc::clone(&left));
        async move {
            let failing = {
                let mut left = left.lock().unwrap();
                *left = left.saturating_sub(1);
                *left > 0
            };
            if failing {
                bail!("nobody listens");
            }
            heard.lock().unwrap().push(said.what);
            Ok(())
        }
    })
}

/// Is done with an event when the gate lets it through.
fn slowly_listening(builder: EngineBuilder<World>, heard: &Heard, gate: &Arc<Semaphore>) -> EngineBuilder<World> {
    let (heard, gate) = (Arc::clone(heard), Arc::clone(gate));
    builder.workflow::<speech>().on_event("listener", move |said: Said| {
        let (heard, gate) = (Arc::clone(&heard), Arc::clone(&gate));
        async move {
            heard.lock().unwrap().push(said.what);
            gate.acquire().await?.forget();
            Ok(())
        }
    })
}

async fn until_heard<S: Store + Clone>(lab: &Lab<S>, heard: &Heard, count: usize) -> Vec<String> {
    let enough = async {
        while heard.lock().unwrap().len() < count {
            tokio::task::yield_now().await;
        }
    };
    lab.until(MINUTE, enough).await;
    heard.lock().unwrap().clone()
}

async fn speak<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>, id: &str, ends: bool) {
    let _ = lab.until(MINUTE, engine.run(speech(id.to_owned(), ends).id(id))).await;
}

async fn after_completion_and_those_of_compensations_after_a_rollback<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    lab.books.fail("if#1/0/end", u32::MAX);
    let heard = Heard::default();
    let engine = listening(lab.builder(), &heard, 3).start().await.unwrap();
    speak(&lab, &engine, "one", true).await;
    speak(&lab, &engine, "two", false).await;
    speak(&lab, &engine, "three", true).await;
    let all = until_heard(&lab, &heard, 5).await;
    assert_eq!(all, ["one", "one again", "not two", "three", "three again"]);
    engine.shutdown().await.unwrap();

    // Another engine goes on where this one was.
    let engine = listening(lab.builder(), &heard, 0).start().await.unwrap();
    speak(&lab, &engine, "four", true).await;
    let all = until_heard(&lab, &heard, 7).await;
    assert_eq!(all.get(5..).unwrap(), ["four", "four again"]);
    engine.shutdown().await.unwrap();
}

const SPEECHES: [&str; 3] = ["one", "two", "three"];
const SPOKEN: [&str; 6] = ["one", "one again", "two", "two again", "three", "three again"];

/// An engine with a listener that fails at first, until all is heard or the store stops; then another engine on the same
/// data. How many writes there were, and what was heard.
async fn heard_over_a_crash<G: Ground>(fault: Option<Fault>) -> (u64, Vec<String>) {
    let ground = G::new();
    let store = FaultStore::new(ground.open().await);
    let lab = Lab { virtual_time: true, ..Lab::on(store.clone()) };
    let heard = Heard::default();
    let stops = fault.is_some();
    fault.into_iter().for_each(|fault| store.inject(fault));
    let engine = listening(lab.builder(), &heard, 2).start().await.unwrap();
    let all = async {
        for id in SPEECHES {
            engine.run(speech(id.to_owned(), true).id(id)).await.unwrap();
        }
        // What is heard for the last time is acknowledged.
        while heard.lock().unwrap().len() < SPOKEN.len() || store.position("listener").await.unwrap() < 6 {
            tokio::time::sleep(MINUTE).await;
        }
    };
    let stopped = lab.until(MINUTE, async {
        tokio::select! {
            () = all => false,
            () = store.stopped() => true,
        }
    });
    assert_eq!(stopped.await, stops);
    if stops {
        lab.settle().await;
        let heir = lab.with(ground.open().await);
        let engine = listening(heir.builder(), &heard, 0).start().await.unwrap();
        for id in SPEECHES {
            speak(&heir, &engine, id, true).await;
        }
        let acknowledged = async {
            while heir.store.position("listener").await.unwrap() < 6 {
                tokio::time::sleep(MINUTE).await;
            }
        };
        heir.until(MINUTE, acknowledged).await;
        engine.shutdown().await.unwrap();
    }
    let heard = heard.lock().unwrap().clone();
    (store.writes(), heard)
}

async fn in_order_and_at_least_once_over_a_crash<G: Ground + 'static>() {
    let (writes, whole) = heard_over_a_crash::<G>(None).await;
    assert_eq!(whole, SPOKEN);
    let mut repeated = 0;
    for write in 1..=writes {
        for fault in [Fault::StopBefore(write), Fault::StopAfter(write)] {
            let (_, heard) = heard_over_a_crash::<G>(Some(fault.clone())).await;
            // What was heard and not acknowledged is told again, and from there on everything in order.
            let before = (0..=SPOKEN.len()).rev().find(|count| heard.starts_with(&SPOKEN.map(String::from)[..*count]));
            let (_, again) = heard.split_at(before.unwrap());
            assert!(SPOKEN.map(String::from).ends_with(again), "{fault:?} of {writes}: {heard:?}");
            repeated += usize::from(heard.len() > SPOKEN.len());
        }
    }
    assert!(repeated > 0, "no crash came between a delivery and its acknowledgement");
}

async fn what_ended_long_ago_is_forgotten_and_nothing_else<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let heard = Heard::default();
    let keeping = |retention| lab.builder().workflow::<nap>().retention(retention);
    let engine = listening(keeping(MINUTE * 60), &heard, u32::MAX).start().await.unwrap();
    engine.start(nap("x".into()).id("sleeper")).await.unwrap();
    let before = lab.now();
    speak(&lab, &engine, "old", true).await;
    assert!(engine.status("old").await.unwrap().is_some());
    let forgotten = async {
        while engine.status("old").await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    lab.until(MINUTE, forgotten).await;
    assert!(lab.now() - before >= MINUTE * 60, "it was forgotten after {:?}", lab.now() - before);
    assert!(engine.history("old").await.is_err(), "its journal is still there");
    assert_eq!(engine.status("sleeper").await.unwrap(), Some(ExecutionStatus::Waiting));
    engine.shutdown().await.unwrap();

    // Its events are kept for the subscriber that has never taken one. The id is free.
    // However much time passes meanwhile, the sleeper is there when it is asked for.
    let engine = listening(keeping(MINUTE * 60 * 24 * 365), &heard, 0).start().await.unwrap();
    assert_eq!(until_heard(&lab, &heard, 2).await, ["old", "old again"]);
    speak(&lab, &engine, "old", true).await;
    assert_eq!(until_heard(&lab, &heard, 4).await[2..], ["old", "old again"]);
    let run = engine.execution::<nap>("sleeper").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "x!");
    engine.shutdown().await.unwrap();
}

/// However many there are: nothing piles up.
#[tokio::test]
async fn all_that_ended_long_ago_is_forgotten_at_once() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<speech>().start().await.unwrap();
    for number in 0..2_500 {
        engine.run(speech(number.to_string(), true)).await.unwrap();
    }
    engine.shutdown().await.unwrap();
    lab.clock.advance(MINUTE * 60);
    let engine = lab.builder().workflow::<speech>().retention(MINUTE).start().await.unwrap();
    let forgotten = async {
        while !engine.list(Filter::default()).await.unwrap().executions.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    lab.until(Duration::ZERO, forgotten).await;
    engine.shutdown().await.unwrap();
}

mod moved {
    use serde::{Deserialize, Serialize};

    /// The same event after somebody tidied up the modules.
    #[derive(Clone, Serialize, Deserialize)]
    pub struct Said {
        pub(super) what: String,
    }
}

async fn an_event_is_known_when_its_type_has_moved<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<speech>().start().await.unwrap();
    let run = engine.start(speech("a".into(), true).id("s")).await.unwrap();
    lab.until(MINUTE, run.result()).await.unwrap();
    engine.shutdown().await.unwrap();

    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    let next = lab.builder().workflow::<speech>().on_event("listener", move |said: moved::Said| {
        hears.lock().unwrap().push(said.what);
        async { Ok(()) }
    });
    let next = next.start().await.unwrap();
    assert_eq!(until_heard(&lab, &heard, 2).await, ["a", "a again"]);
    next.shutdown().await.unwrap();
}

/// However slow that one is; until it shuts down.
async fn one_engine_delivers_the_events_of_a_name<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let (heard, gate) = (Heard::default(), Arc::new(Semaphore::new(0)));
    let builder = lab.builder().lease(MINUTE * 60);
    let slow = slowly_listening(builder, &heard, &gate).start().await.unwrap();
    slow.start(speech("one".into(), true)).await.unwrap().result().await.unwrap();
    until_heard(&lab, &heard, 1).await;
    let other = listening(lab.builder(), &heard, 0).start().await.unwrap();
    // The other one looks again and again.
    for _ in 0..5 {
        lab.clock.advance(Duration::from_secs(1));
        lab.settle().await;
    }
    assert_eq!(*heard.lock().unwrap(), SPOKEN[..1], "the slow one has it still");
    gate.add_permits(10);
    for id in &SPEECHES[1..] {
        slow.start(speech((*id).to_owned(), true)).await.unwrap().result().await.unwrap();
    }
    let all = async {
        while heard.lock().unwrap().len() < SPOKEN.len() {
            tokio::task::yield_now().await;
        }
    };
    lab.until(Duration::ZERO, all).await;
    assert_eq!(*heard.lock().unwrap(), SPOKEN);
    slow.shutdown().await.unwrap();
    speak(&lab, &other, "four", true).await;
    assert_eq!(until_heard(&lab, &heard, 8).await[6..], ["four", "four again"]);
    other.shutdown().await.unwrap();
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Sung {
    tune: String,
}

workflow! {
    pub async fn song(tune: String) -> Result<()> {
        emit!(Said { what: format!("now {tune}") });
        emit!(Sung { tune: tune.clone() });
        emit!(Said { what: format!("that was {tune}") });
        act(tune).await?;
        Ok(())
    }
}

/// In the order of their release, over restarts too.
async fn a_name_may_hear_several_types<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let heard = Heard::default();
    let both = || {
        let hears = Arc::clone(&heard);
        listening(lab.builder(), &heard, 0).workflow::<song>().on_event("listener", move |sung: Sung| {
            hears.lock().unwrap().push(format!("la {}", sung.tune));
            async { Ok(()) }
        })
    };
    for round in 1..=2 {
        let engine = both().start().await.unwrap();
        engine.start(song(format!("a{round}"))).await.unwrap().result().await.unwrap();
        engine.start(song(format!("b{round}"))).await.unwrap().result().await.unwrap();
        until_heard(&lab, &heard, 6 * round).await;
        engine.shutdown().await.unwrap();
    }
    let one = |tune: &str| [format!("now {tune}"), format!("la {tune}"), format!("that was {tune}")];
    assert_eq!(*heard.lock().unwrap(), ["a1", "b1", "a2", "b2"].map(one).concat());
}

/// Otherwise whatever was taken since the last note of it would be taken again at every restart.
async fn a_shutdown_waits_for_the_event_that_is_delivered<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<speech>().start().await.unwrap();
    for id in SPEECHES {
        speak(&lab, &engine, id, true).await;
    }
    engine.shutdown().await.unwrap();

    let (heard, gate) = (Heard::default(), Arc::new(Semaphore::new(1)));
    let slow = slowly_listening(lab.builder(), &heard, &gate).start().await.unwrap();
    until_heard(&lab, &heard, 2).await;
    let shutdown = tokio::spawn(async move { slow.shutdown().await });
    lab.settle().await;
    assert!(!shutdown.is_finished(), "the second event is under way");
    gate.add_permits(10);
    shutdown.await.unwrap().unwrap();
    let next = listening(lab.builder(), &heard, 0).start().await.unwrap();
    assert_eq!(until_heard(&lab, &heard, 6).await, SPOKEN);
    next.shutdown().await.unwrap();
}

on_every_store![
    one_engine_delivers_the_events_of_a_name,
    a_name_may_hear_several_types,
    a_shutdown_waits_for_the_event_that_is_delivered,
    after_completion_and_those_of_compensations_after_a_rollback,
    in_order_and_at_least_once_over_a_crash,
    what_ended_long_ago_is_forgotten_and_nothing_else,
    an_event_is_known_when_its_type_has_moved,
];
