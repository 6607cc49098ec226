//! The shop: domain, services, steps, the workflow over them, and the books that have to balance afterwards.

pub mod books;
pub mod catalog;
pub mod domain;
pub mod history;
pub mod orders;
pub mod report;
pub mod run;
pub mod services;
pub mod steps;
pub mod workflow;
