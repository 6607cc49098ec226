use workflow_runtime::{EngineError, ExecutionStatus};

use crate::lab::{Lab, MINUTE, Plan, journey, leg};

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
async fn a_workflow_that_was_not_registered_is_refused() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let error = engine.start(leg("x".into())).await.unwrap_err();
    assert!(matches!(error, EngineError::NotRegistered { .. }), "{error}");
}
