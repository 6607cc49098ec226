//! The expansion survives names that the user defined.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_snake_case)]

#[path = "../steps.rs"]
mod steps;
use steps::{App, Order, block_on, double, name_of, order};
use workflow_runtime::workflow;

type Done<T> = std::result::Result<T, anyhow::Error>;

struct Result;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Box;
struct Vec;
struct String;
trait Send {}
trait Sync {}
trait Clone {
    fn clone(&self) {}
}
impl<T> Clone for T {}
trait Fn {}
trait Into {}
#[allow(unused_macros)]
macro_rules! vec { () => {} }
#[allow(unused_macros)]
macro_rules! panic { () => {} }

workflow! {
    async fn hygienic(order: Order, __b: u64, __env: u64) -> Done<(u64, bool)> {
        let __out = double(order.id).await?;
        let __value = if __out > 3 { name_of(__b).await?.len() as u64 } else { __env };
        let (x, y) = (__value, order.total);
        ::core::result::Result::Ok((x + y + __env, true))
    }
}

fn main() {
    let result = block_on(hygienic(order(), 1, 2).run(&App::default()));
    assert_eq!(result.unwrap(), (10 + 30 + 2, true));
}
