#![deny(warnings)]

use workflow_runtime::{Services, step};

#[allow(dead_code)]
mod taken {
    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub trait Send {}
    pub trait Sync {}
    pub trait Future {}
    pub trait Clone {}
    pub trait Sized {}
    #[allow(non_snake_case)]
    pub fn Ok() {}
    #[allow(non_snake_case)]
    pub fn Err() {}
    #[allow(non_snake_case)]
    pub fn Some() {}
    pub mod core {}
    pub mod std {}
}
#[allow(unused_imports)]
use taken::*;

pub struct Inventory;

#[derive(Services)]
pub struct App {
    pub inventory: Inventory,
}

#[step(compensate = release, timeout = "30s")]
pub async fn reserve(items: u32, inventory: &Inventory) -> anyhow::Result<u32> {
    let _ = inventory;
    anyhow::Ok(items)
}

#[step]
pub async fn release(
    stock: workflow_runtime::Outcome<u32>,
    ctx: &workflow_runtime::StepContext,
) -> anyhow::Result<()> {
    let _ = (stock, ctx);
    anyhow::Ok(())
}

fn main() {}
