//! The generated suite of a saga without a fault, as a user of the crate has it.

mod shop;

use shop::{orders, place_order};
use workflow_runtime::saga_tests;

saga_tests! {
    place_order => orders,
}
