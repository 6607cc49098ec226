//! The order shop: domain, services, steps, the workflows over them, and the books that have to balance afterwards.

pub mod books;
pub mod catalog;
pub mod day;
pub mod domain;
pub mod durable;
pub mod history;
pub mod journal;
pub(crate) mod only;
pub mod orders;
pub mod place;
pub mod report;
pub mod restock;
pub mod run;
pub mod services;
pub mod steps;
pub mod time;
pub mod tree;
pub mod workflow;
pub mod world;
