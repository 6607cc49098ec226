//! The generated suites of sagas without a fault, as a user of the crate has it.

mod agency;
mod shop;

use agency::{trip, trips};
use shop::{orders, place_order};
use workflow_runtime::saga_tests;

saga_tests! {
    place_order => orders,
    trip => trips,
}
