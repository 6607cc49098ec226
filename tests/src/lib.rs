//! The tests of the workspace: ui fixtures, behaviour, properties and goldens.
//!
//! The code blocks of the README and of the guide to testing are compiled and run here.

mod holding_time;

pub use holding_time::HoldingTime;

#[doc = include_str!("../../README.md")]
#[allow(dead_code)]
enum Readme {}

#[doc = include_str!("../../docs/testing.md")]
#[allow(dead_code)]
enum TestingSagas {}
