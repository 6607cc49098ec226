use workflow_runtime::ExecutionStatus;

use crate::ground::{Ground, Place};
use crate::lab::{Lab, MINUTE, Plan, journey};

const RESULT: [&str; 7] = ["plan!", "plan!!", "plan!!!", "plan!!!!?", "plan!!!", "x!+y!", "x!+y!"];

#[tokio::test(start_paused = true)]
async fn a_result_is_there_for_the_next_engine() {
    let place = Place::new();
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    assert_eq!(lab.until(MINUTE, engine.run(journey(Plan::new(true)).id("j"))).await.unwrap(), RESULT);
    engine.shutdown().await.unwrap();
    drop(engine);
    let next = lab.with(place.open().await);
    let engine = next.builder().workflow::<journey>().start().await.unwrap();
    assert_eq!(engine.status("j").await.unwrap(), Some(ExecutionStatus::Completed));
    let calls = next.books.calls().len();
    assert_eq!(next.until(MINUTE, engine.run(journey(Plan::new(true)).id("j"))).await.unwrap(), RESULT);
    assert_eq!(next.books.calls().len(), calls);
    engine.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn many_at_once() {
    let place = Place::new();
    let lab = Lab { virtual_time: true, ..Lab::on(place.open().await) };
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let mut runs = Vec::new();
    for number in 0..100 {
        runs.push(engine.start(journey(Plan::new(true)).id(format!("j{number}"))).await.unwrap());
    }
    for run in runs {
        assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), RESULT);
    }
    for number in 0..100 {
        assert_eq!(lab.books.count(&format!("j{number}/leg/first")), 1);
    }
    engine.shutdown().await.unwrap();
}
