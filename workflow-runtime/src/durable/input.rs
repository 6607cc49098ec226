//! Inputs as they are recorded: by value, or, where an argument is a clone of a recorded place, by reference.

use serde_json::value::RawValue;

use crate::data::Recorded;
use crate::execute::{Argument, Input, Json, Reading, field};

/// Arguments shorter than this are recorded by value: a reference would not be shorter.
const SHORT: usize = 96;

/// What is recorded of the input of a step.
pub(super) fn recorded(input: &Recorded, reads: &[Reading]) -> serde_json::Result<Input> {
    let whole = input.to_raw()?;
    if whole.get().len() < SHORT || reads.is_empty() {
        return Ok(Input::Whole(whole));
    }
    let arguments = match serde_json::from_str::<Vec<&RawValue>>(whole.get()) {
        Ok(arguments) => by_reference(&arguments, reads),
        Err(_) => None,
    };
    Ok(arguments.map_or(Input::Whole(whole), Input::Arguments))
}

/// The arguments, where at least one of them is a clone of a place.
fn by_reference(arguments: &[&RawValue], reads: &[Reading]) -> Option<Vec<Argument>> {
    if arguments.iter().all(|argument| argument.get().len() < SHORT) {
        return None;
    }
    let places: Vec<Option<Json>> = reads.iter().map(place).collect();
    let mut found = false;
    let recorded = arguments.iter().map(|argument| {
        let read = places.iter().position(|place| {
            argument.get().len() >= SHORT && place.as_ref().is_some_and(|place| place.get() == argument.get())
        });
        let read = read.and_then(|read| Some((read, reads.get(read)?.field)));
        match read {
            Some((read, field)) => {
                found = true;
                Argument::Place { read, field: field.to_owned() }
            }
            None => Argument::Value((*argument).to_owned()),
        }
    });
    let recorded = recorded.collect();
    found.then_some(recorded)
}

fn place(reading: &Reading) -> Option<Json> {
    let whole = reading.value.as_ref()?.to_raw().ok()?;
    if reading.field.is_empty() {
        return Some(whole);
    }
    field(&whole, reading.field).map(ToOwned::to_owned)
}
