//! The order shop: domain, services, steps, the workflow over them, and the books that have to balance afterwards.

pub mod books;
pub mod catalog;
pub mod domain;
pub mod durable;
pub mod history;
pub mod journal;
pub mod orders;
pub mod place;
pub mod report;
pub mod run;
pub mod services;
pub mod steps;
pub mod workflow;
pub mod world;
