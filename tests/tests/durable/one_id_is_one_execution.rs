use std::sync::Arc;

use anyhow::Result;
use workflow_runtime::{Engine, EngineError, ExecutionStatus, workflow};
use workflow_sqlite::SqliteOptions;

use crate::ground::{Ground, Place};
use crate::lab::{Lab, MINUTE, Plan, World, act, journey, leg};

#[tokio::test]
async fn the_same_id_is_started_once_and_everybody_gets_the_result() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let both = async {
        let (one, two) = tokio::join!(
            engine.start(journey(Plan::new(true)).id("j")),
            engine.start(journey(Plan::new(true)).id("j")),
        );
        tokio::join!(one.unwrap().result(), two.unwrap().result())
    };
    let (one, two) = lab.until(MINUTE, both).await;
    assert_eq!(one.as_ref().unwrap(), two.as_ref().unwrap());
    assert_eq!(one.unwrap(), ["plan!", "plan!!", "plan!!!", "plan!!!!?", "plan!!!", "x!+y!", "x!+y!"]);
    let again = engine.run(journey(Plan::new(true)).id("j")).await.unwrap();
    assert_eq!(again, two.unwrap());
    for node in ["a", "parallel#1/0/b", "parallel#1/1/c1", "if#1/0/d", "for#1[1]/item", "leg/first"] {
        assert_eq!(lab.books.count(&format!("j/{node}")), 1, "{node} in {:?}", lab.books.calls());
    }
    assert_eq!(engine.status("j").await.unwrap(), Some(ExecutionStatus::Completed));
    assert_eq!(engine.status("other").await.unwrap(), None);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn another_input_or_workflow_under_the_id_is_refused() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<journey>().workflow::<leg>().start().await.unwrap();
    engine.start(journey(Plan::new(true)).id("j")).await.unwrap();
    let other = engine.start(journey(Plan::new(false)).id("j")).await.unwrap_err();
    assert!(matches!(other, EngineError::OtherInput { .. }), "{other}");
    let other = engine.start(leg("x".into()).id("j")).await.unwrap_err();
    assert!(matches!(other, EngineError::OtherWorkflow { .. }), "{other}");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_empty_id_is_refused() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<leg>().start().await.unwrap();
    let error = engine.start(leg("x".into()).id("")).await.unwrap_err();
    let told = "the invocation of `leg` carries an empty id, which the engine would not use: leave `.id(..)` out for an \
                execution with an id of its own";
    assert_eq!(error.to_string(), told);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_workflow_that_was_not_registered_is_refused() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let error = engine.start(leg("x".into())).await.unwrap_err();
    assert!(matches!(error, EngineError::NotRegistered { .. }), "{error}");
}

workflow! {
    /// Two naps, after each of which somebody has to come by the execution.
    pub(crate) async fn drowsy(name: String) -> Result<String> {
        #[name = "one"]
        let one = act(name).await?;
        sleep!("10ms").await;
        #[name = "two"]
        let two = act(one).await?;
        sleep!("10ms").await;
        #[name = "three"]
        act(two).await
    }
}

/// Again and again while it runs, or while it is undone. Not both: an id that was undone may begin anew.
async fn come_by(engine: Engine<World>, id: String, undo: bool) {
    let end = if undo { ExecutionStatus::Compensated } else { ExecutionStatus::Completed };
    while engine.status(&id).await.unwrap() != Some(end) {
        if undo {
            engine.undo(&id).await.unwrap();
        } else {
            engine.start(drowsy("x".into()).id(&id)).await.unwrap();
        }
    }
}

/// Whoever comes by an execution while the engine is about to put it to work leaves it to the engine.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_of_one_id_do_not_get_into_each_others_way() {
    let place = Place::new();
    let lab = Lab::on(SqliteOptions::new().open(place.file()).await.unwrap());
    let world = World { books: Arc::clone(&lab.books) };
    let engine = Engine::builder(world).store(lab.store.clone()).workflow::<drowsy>().start().await.unwrap();
    let callers = |undo: bool| {
        let ids = (0..4 * 20).map(|number| format!("d{}", number / 4));
        let callers = ids.map(|id| come_by(engine.clone(), id, undo)).collect::<tokio::task::JoinSet<_>>();
        callers.join_all()
    };
    callers(false).await;
    callers(true).await;
    engine.shutdown().await.unwrap();
    let calls = lab.books.calls();
    assert_eq!(calls.len(), 20 * 6);
    for call in &calls {
        assert_eq!(lab.books.count(call), 1, "{call}");
    }
}
