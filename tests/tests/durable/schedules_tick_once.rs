use std::time::{Duration, SystemTime};

use anyhow::Result;
use workflow_runtime::store::{Filter, MemoryStore, Store};
use workflow_runtime::testing::{Fault, FaultStore};
use workflow_runtime::{Engine, EngineError, ExecutionStatus, Missed, Overlap, Schedule, Tick, workflow};

use crate::ground::{Ground, Place};
use crate::lab::{Lab, MINUTE, World, act};

const HOUR: Duration = Duration::from_secs(3600);

workflow! {
    pub async fn report(what: String) -> Result<String> {
        act(what).await
    }
}

workflow! {
    pub async fn slow_report(what: String) -> Result<String> {
        let done = act(what).await?;
        sleep!("150m").await;
        Ok(done)
    }
}

async fn engine<S: Store + Clone>(lab: &Lab<S>) -> Engine<World> {
    // Time passes here in leaps that would end leases.
    let builder = lab.builder().lease(HOUR * 24 * 1000);
    builder.workflow::<report>().workflow::<slow_report>().start().await.unwrap()
}

fn hourly() -> Schedule {
    Schedule::cron("0 * * * *").unwrap()
}

/// Lets time pass until that hour of the first day, in small leaps, each as long as there is something to do.
async fn until_hour<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>, hour: u32) {
    while lab.now() < HOUR * hour + MINUTE * 20 {
        lab.clock.advance(MINUTE * 10);
        // Some schedules never come to rest: those that the engine leaves alone.
        for _ in 0..if lab.virtual_time { 10_000 } else { 100 } {
            if is_quiet(lab, engine).await {
                break;
            }
            if lab.virtual_time {
                tokio::time::sleep(Duration::from_millis(1)).await;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn is_quiet<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>) -> bool {
    let now = i64::try_from(lab.now().as_millis()).unwrap();
    for schedule in engine.schedules().await.unwrap() {
        let last = match &schedule.last {
            Some(last) => engine.status(last).await.unwrap().unwrap_or(ExecutionStatus::Running),
            None => ExecutionStatus::Completed,
        };
        let waits = last == ExecutionStatus::Waiting;
        if !waits && (!last.is_finished() || schedule.next.is_some_and(|next| next <= now)) {
            return false;
        }
    }
    // Whatever is due has been looked at since.
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    true
}

/// The hours of the ticks that began an execution.
async fn hours(engine: &Engine<World>, name: &str) -> Vec<u32> {
    let filter = Filter { id_prefix: Some(format!("{name}@1970-01-01T")), ..Filter::default() };
    let found = engine.list(filter).await.unwrap().executions;
    let mut hours: Vec<u32> = found
        .iter()
        .map(|found| {
            let (hour, rest) = found.id.split_once('T').unwrap().1.split_once(':').unwrap();
            assert_eq!(rest, "00:00Z", "{}", found.id);
            hour.parse().unwrap()
        })
        .collect();
    hours.sort_unstable();
    hours
}

async fn by_the_clock<S: Store + Clone>(lab: Lab<S>) {
    let engine = engine(&lab).await;
    engine.schedule("hourly", hourly(), report("x".into())).await.unwrap();
    engine.schedule("every", Schedule::every(HOUR * 2), report("y".into())).await.unwrap();
    let of_tick = |tick: &Tick| {
        let at = tick.at().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        report(format!("{} at {}", tick.schedule(), at.as_secs()))
    };
    engine.schedule_with("computed", Schedule::cron("30 1 * * * Europe/London").unwrap(), of_tick).await.unwrap();
    until_hour(&lab, &engine, 4).await;
    assert_eq!(hours(&engine, "hourly").await, [1, 2, 3, 4]);
    assert_eq!(hours(&engine, "every").await, [2, 4]);
    for (id, result) in [("hourly@1970-01-01T03:00:00Z", "x!"), ("every@1970-01-01T04:00:00Z", "y!")] {
        let run = engine.execution::<report>(id).await.unwrap();
        assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), result);
        assert_eq!(lab.books.count(&format!("{id}/act")), 1);
    }
    // In 1970 it was summer in London all the year round.
    let run = engine.execution::<report>("computed@1970-01-01T00:30:00Z").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "computed at 1800!");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn cron_expressions_and_intervals() {
    by_the_clock(Lab::new()).await;
    let place = Place::new();
    by_the_clock(Lab { virtual_time: true, ..Lab::on(place.open().await) }).await;
}

#[tokio::test]
async fn an_execution_that_takes_longer_than_its_tick() {
    let lab = Lab::new();
    let engine = engine(&lab).await;
    engine.schedule("skip", hourly(), slow_report("x".into())).await.unwrap();
    engine.schedule("wait", hourly().overlap(Overlap::Wait), slow_report("x".into())).await.unwrap();
    engine.schedule("allow", hourly().overlap(Overlap::Allow), slow_report("x".into())).await.unwrap();
    until_hour(&lab, &engine, 7).await;
    // Each takes two hours and a half.
    assert_eq!(hours(&engine, "skip").await, [1, 4, 7]);
    // The tick that waited begins when the one before has ended, at half past.
    assert_eq!(hours(&engine, "wait").await, [1, 3, 6]);
    assert_eq!(hours(&engine, "allow").await, [1, 2, 3, 4, 5, 6, 7]);
}

async fn over_a_restart<S: Store + Clone>(lab: Lab<S>) {
    let first = engine(&lab).await;
    let each = Missed::RunEach;
    first.schedule("latest", hourly(), report("x".into())).await.unwrap();
    first.schedule("each", hourly().overlap(Overlap::Wait).missed(each), report("x".into())).await.unwrap();
    first.schedule("beside", hourly().overlap(Overlap::Allow).missed(each), report("x".into())).await.unwrap();
    first.schedule("none", hourly().missed(Missed::Skip), report("x".into())).await.unwrap();
    until_hour(&lab, &first, 2).await;
    first.shutdown().await.unwrap();
    let sleeping = HOUR * 4;
    lab.clock.advance(sleeping);
    // What was made before is kept: nobody makes it again.
    let second = engine(&lab).await;
    until_hour(&lab, &second, 7).await;
    assert_eq!(hours(&second, "latest").await, [1, 2, 6, 7]);
    assert_eq!(hours(&second, "each").await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(hours(&second, "beside").await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(hours(&second, "none").await, [1, 2, 7]);
    second.shutdown().await.unwrap();
}

#[tokio::test]
async fn ticks_that_nobody_heard() {
    over_a_restart(Lab::new()).await;
    let place = Place::new();
    over_a_restart(Lab { virtual_time: true, ..Lab::on(place.open().await) }).await;
}

#[tokio::test]
async fn it_is_listed_rests_ends_and_goes() {
    let lab = Lab::new();
    let engine = engine(&lab).await;
    engine.schedule("a", hourly().at_most(2), report("x".into())).await.unwrap();
    engine.schedule("b", Schedule::every(HOUR), slow_report("x".into())).await.unwrap();
    until_hour(&lab, &engine, 1).await;
    let listed = engine.schedules().await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|it| (it.name.as_str(), it.workflow.as_str(), it.when.as_str(), it.runs, it.paused))
        .collect();
    assert_eq!(told, [("a", "report", "0 * * * *", 1, false), ("b", "slow_report", "every 3600s", 1, false)]);
    assert_eq!(listed[0].next, Some(7_200_000));
    assert_eq!(listed[0].last.as_deref(), Some("a@1970-01-01T01:00:00Z"));

    engine.pause_schedule("a").await.unwrap();
    engine.pause_schedule("a").await.unwrap();
    assert!(engine.remove_schedule("b").await.unwrap());
    assert!(!engine.remove_schedule("b").await.unwrap());
    until_hour(&lab, &engine, 3).await;
    engine.resume_schedule("a").await.unwrap();
    until_hour(&lab, &engine, 6).await;
    // Ticks of the time in which it rested are not made up for; and the second run is the last.
    assert_eq!(hours(&engine, "a").await, [1, 4]);
    assert_eq!(hours(&engine, "b").await, [1]);
    assert_eq!(engine.status("b@1970-01-01T01:00:00Z").await.unwrap(), Some(ExecutionStatus::Completed));
    let left = engine.schedules().await.unwrap();
    assert_eq!(left.iter().map(|it| (it.name.as_str(), it.next)).collect::<Vec<_>>(), [("a", None)]);
    let unknown = engine.pause_schedule("b").await.unwrap_err();
    assert!(matches!(unknown, EngineError::NoSuchSchedule { .. }), "{unknown}");
}

#[tokio::test]
async fn making_it_again_changes_what_it_says_and_not_how_far_it_has_come() {
    let lab = Lab::new();
    let engine = engine(&lab).await;
    engine.schedule("a", Schedule::every(HOUR), report("x".into())).await.unwrap();
    until_hour(&lab, &engine, 1).await;
    // The same, as a program does at every start; then another input; then other times.
    engine.schedule("a", Schedule::every(HOUR), report("x".into())).await.unwrap();
    assert_eq!(engine.schedules().await.unwrap()[0].next, Some(7_200_000));
    engine.schedule("a", Schedule::every(HOUR), report("y".into())).await.unwrap();
    until_hour(&lab, &engine, 2).await;
    let run = engine.execution::<report>("a@1970-01-01T02:00:00Z").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "y!");
    engine.schedule("a", Schedule::cron("0 5 * * *").unwrap().at_most(3), report("y".into())).await.unwrap();
    until_hour(&lab, &engine, 7).await;
    assert_eq!(hours(&engine, "a").await, [1, 2, 5]);
    assert_eq!(engine.schedules().await.unwrap()[0].runs, 3);
}

#[tokio::test]
async fn several_engines_begin_each_tick_once() {
    let lab = Lab::new();
    let (one, two) = (engine(&lab).await, engine(&lab).await);
    one.schedule("a", hourly(), report("x".into())).await.unwrap();
    two.schedule("b", hourly(), report("x".into())).await.unwrap();
    // Each makes it, as two copies of one program do.
    for engine in [&one, &two] {
        engine.schedule_with("c", hourly(), |tick| report(tick.to_string())).await.unwrap();
    }
    until_hour(&lab, &one, 20).await;
    for name in ["a", "b", "c"] {
        assert_eq!(hours(&one, name).await, (1..=20).collect::<Vec<_>>());
        for hour in 1..=20 {
            assert_eq!(lab.books.count(&format!("{name}@1970-01-01T{hour:02}:00:00Z/act")), 1, "{name} {hour}");
        }
    }
    assert_eq!(one.schedules().await.unwrap().iter().map(|it| it.runs).collect::<Vec<_>>(), [20, 20, 20]);
    one.shutdown().await.unwrap();
    two.shutdown().await.unwrap();
}

/// An engine that does not know the function leaves the schedule alone; so does one that does not know the workflow.
#[tokio::test]
async fn only_who_can_begin_an_execution_does() {
    let lab = Lab::new();
    let first = engine(&lab).await;
    first.schedule_with("computed", hourly().missed(Missed::RunLatest), |_| report("x".into())).await.unwrap();
    first.schedule("plain", hourly(), slow_report("x".into())).await.unwrap();
    first.shutdown().await.unwrap();
    let second = lab.builder().workflow::<report>().start().await.unwrap();
    until_hour(&lab, &second, 2).await;
    assert_eq!((hours(&second, "computed").await, hours(&second, "plain").await), (vec![], vec![]));
    second.schedule_with("computed", hourly(), |_| report("x".into())).await.unwrap();
    until_hour(&lab, &second, 3).await;
    assert_eq!(hours(&second, "computed").await, [2, 3]);
}

/// Whatever the write at which the engine stops, no tick is lost and none is begun twice.
#[tokio::test]
async fn over_a_crash_at_any_write() {
    let mut most = 0;
    for write in 1..28 {
        for fault in [Fault::StopBefore(write), Fault::StopAfter(write)] {
            let memory = MemoryStore::new();
            let store = FaultStore::new(memory.clone());
            store.inject(fault.clone());
            let lab = Lab::on(store.clone());
            let each = hourly().overlap(Overlap::Wait).missed(Missed::RunEach).at_most(3);
            tokio::select! {
                () = store.stopped() => {}
                () = async {
                    let first = engine(&lab).await;
                    first.schedule("a", each.clone(), report("x".into())).await.unwrap();
                    until_hour(&lab, &first, 5).await;
                } => {}
            }
            most = most.max(store.writes());
            let heir = lab.with(memory);
            heir.clock.advance(HOUR * 24 * 1000);
            let next = engine(&heir).await;
            next.schedule("a", each, report("x".into())).await.unwrap();
            let all = async {
                loop {
                    let done = Filter { statuses: vec![ExecutionStatus::Completed], ..Filter::default() };
                    if next.list(done).await.unwrap().executions.len() >= 3 {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            };
            heir.until(MINUTE, all).await;
            until_hour(&heir, &next, 24_010).await;
            let listed = next.list(Filter::default()).await.unwrap().executions;
            assert_eq!(listed.len(), 3, "{fault:?}: {:?}", listed.iter().map(|it| &it.id).collect::<Vec<_>>());
            for found in &listed {
                assert!(heir.books.count(&format!("{}/act", found.id)) <= 2, "{fault:?}");
            }
            let schedule = next.schedules().await.unwrap().remove(0);
            assert_eq!((schedule.runs, schedule.next), (3, None), "{fault:?}");
        }
    }
    assert!((10..28).contains(&most), "{most}");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let lab = Lab::new();
    let builder = lab.builder().workflow::<report>();
    let engine = builder.start().await.unwrap();
    let refusals = [
        engine.schedule("", hourly(), report("x".into())).await,
        engine.schedule("a", Schedule::every(Duration::ZERO), report("x".into())).await,
        engine.schedule("a", hourly().missed(Missed::RunEach), report("x".into())).await,
        engine.schedule("a", hourly(), report("x".into()).id("mine")).await,
        engine.schedule("a", hourly(), slow_report("x".into())).await,
    ];
    let told = refusals.map(|refusal| refusal.unwrap_err().to_string());
    let expected =
        ["its name is empty", "shorter than", "Overlap::Wait", "carries an id", "does not know `slow_report`"];
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.contains(expected), "{told}");
    }
    assert_eq!(engine.schedules().await.unwrap(), []);
}
