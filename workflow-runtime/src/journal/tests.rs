//! The transition function, against everything that might be asked of it.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::execute::{Choice, Json};
use crate::store::{Events, ExecutionStatus, StoredEvent};

fn op(kind: OpKind, path: &'static str) -> Op {
    Op { kind, path: path.into() }
}

fn success(pivot: bool) -> Success {
    Success { attempts: 1, output: Json::default(), payload: vec![Json::default()], pivot, events: Vec::new() }
}

fn failure() -> Failure {
    Failure { attempts: 2, error: "no".to_owned(), permanent: true, payload: Vec::new() }
}

/// One record of every kind, for two places.
fn all_records() -> Vec<Record> {
    let mut records = vec![
        Record::Chose("if#1".to_owned(), Choice { arm: 0, label: "then".to_owned(), bound: Json::default() }),
        Record::Items("for#1".to_owned(), vec![Json::default()]),
        Record::Signalled(Signal {
            workflow: "w".to_owned(),
            name: None,
            type_name: "t".to_owned(),
            value: Json::default(),
        }),
        Record::CancelRequested,
        Record::RollingBack,
        Record::UndoRequested,
        Record::RetryRequested,
    ];
    records
        .extend([ExecutionStatus::Completed, ExecutionStatus::Compensated, ExecutionStatus::Failed].map(Record::Ended));
    for path in ["a", "b"] {
        for kind in OpKind::ALL {
            let op = op(kind, path);
            records.push(Record::Began(op.clone(), Began::default()));
            records.push(Record::Succeeded(op.clone(), success(false)));
            records.push(Record::Failed(op.clone(), failure()));
            records.push(Record::Woke(op.clone()));
            records.push(Record::Expired(op.clone()));
            records.push(Record::Received(op, 0));
        }
        records.push(Record::Succeeded(op(OpKind::Step, path), success(true)));
    }
    records
}

/// Walks at random over a million records, legal and not, and checks what must hold whatever was tried.
#[test]
fn no_walk_breaks_an_invariant() {
    let records = all_records();
    let random = fastrand::Rng::with_seed(7);
    let mut random = random;
    let mut phases = BTreeMap::<String, u32>::new();
    for _ in 0..20_000 {
        let (mut state, mut begun, mut pivot, mut ended) = (State::new(), BTreeSet::new(), false, 0);
        for _ in 0..50 {
            let Some(record) = random.choice(&records) else { continue };
            let before = state.clone();
            let Ok(after) = before.clone().next(record) else { continue };
            match record {
                Record::Began(op, _) => {
                    assert!(matches!(before.phase(), Phase::Running | Phase::Compensating));
                    assert!(before.phase() == Phase::Running || op.kind == OpKind::Undo, "forward while undoing");
                    assert!(begun.insert(op.clone()), "begun twice without an end between");
                }
                Record::Succeeded(op, success) => {
                    assert!(begun.remove(op), "ended without having begun");
                    assert!(matches!(op.kind, OpKind::Step | OpKind::Undo));
                    pivot |= success.pivot;
                }
                Record::Failed(op, _) | Record::Woke(op) | Record::Expired(op) | Record::Received(op, _) => {
                    assert!(begun.remove(op), "ended without having begun");
                }
                Record::RollingBack => {
                    assert!(!pivot, "no way back past the pivot");
                    begun.retain(|op: &Op| op.kind == OpKind::Undo);
                    assert!(begun.is_empty(), "nothing is in flight when a rollback begins");
                }
                Record::Ended(_) => {
                    assert!(!begun.iter().any(|op| matches!(op.kind, OpKind::Step | OpKind::Undo)));
                    begun.clear();
                    ended += 1;
                }
                Record::UndoRequested | Record::RetryRequested => assert!(!pivot && ended > 0),
                _ => {}
            }
            if matches!(after.phase(), Phase::Compensated) {
                assert!(records.iter().all(|record| after.clone().next(record).is_err()), "compensated is the end");
            }
            assert_eq!(after.in_flight(), &begun);
            *phases.entry(format!("{:?}", after.phase())).or_default() += 1;
            state = after;
        }
    }
    assert_eq!(phases.len(), 5, "the walk reaches every phase: {phases:?}");
}

#[test]
fn every_record_comes_back_from_its_stored_form() {
    for record in all_records() {
        let mut events = Events::default();
        record.write(&mut events).unwrap();
        let event = Events::read(events.text(), 0, 1).unwrap().remove(0);
        let again = Record::from_stored(event).unwrap();
        assert_eq!(format!("{record:?}"), format!("{again:?}"));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let event = |kind: &str, data: &str| StoredEvent {
        seq: 3,
        at: 0,
        kind: kind.to_owned(),
        path: "a".to_owned(),
        data: data.to_owned(),
    };
    let unknown = Record::from_stored(event("step.exploded", "{}")).unwrap_err();
    assert_eq!(unknown, "event 3 of the journal (`step.exploded` at `a`) is of no known kind");
    let broken = Record::from_stored(event("step.succeeded", "{")).unwrap_err();
    assert!(broken.starts_with("event 3 of the journal (`step.succeeded` at `a`) cannot be read"), "{broken}");
}
