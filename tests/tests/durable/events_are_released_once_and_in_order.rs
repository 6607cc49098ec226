use std::sync::{Arc, Mutex};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Engine, EngineBuilder, StepContext, step, workflow};

use crate::lab::{Lab, MINUTE, World, end};

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

async fn until_heard(lab: &Lab, heard: &Heard, count: usize) -> Vec<String> {
    let enough = async {
        while heard.lock().unwrap().len() < count {
            tokio::task::yield_now().await;
        }
    };
    lab.until(MINUTE, enough).await;
    heard.lock().unwrap().clone()
}

async fn speak(lab: &Lab, engine: &Engine<World>, id: &str, ends: bool) {
    let _ = lab.until(MINUTE, engine.run(speech(id.to_owned(), ends).id(id))).await;
}

#[tokio::test]
async fn after_completion_and_those_of_compensations_after_a_rollback() {
    let lab = Lab::new();
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
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_and_nothing_else() {
    let lab = Lab::new();
    let builder = lab.builder().workflow::<speech>().workflow::<crate::waiting_takes_no_task::nap>();
    let engine = builder.retention(MINUTE * 60).start().await.unwrap();
    engine.start(crate::waiting_takes_no_task::nap("x".into()).id("sleeper")).await.unwrap();
    speak(&lab, &engine, "old", true).await;
    assert!(engine.status("old").await.unwrap().is_some());
    let forgotten = async {
        while engine.status("old").await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    lab.until(MINUTE, forgotten).await;
    assert!(engine.status("sleeper").await.unwrap().is_some());
}

mod moved {
    use serde::{Deserialize, Serialize};

    /// The same event after somebody tidied up the modules.
    #[derive(Clone, Serialize, Deserialize)]
    pub struct Said {
        pub(super) what: String,
    }
}

#[tokio::test]
async fn an_event_is_known_when_its_type_has_moved() {
    let lab = Lab::new();
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
    let _next = next.start().await.unwrap();
    assert_eq!(until_heard(&lab, &heard, 2).await, ["a", "a again"]);
}
