//! The durable host: the same machine, with a journal.
//!
//! A resumed execution is a fresh machine that is given its recorded completions in their recorded order; what is then
//! still in flight begins for real. From there on every completion is written together with the intents that follow from
//! it, before anything starts or is reported.

mod begin;
mod commit;
mod desk;
mod flight;
mod flights;
mod host;
mod input;
mod land;
mod link;
mod mail;
mod outcome;
mod replay;
mod running;
mod script;

pub(crate) use commit::Finished;
pub(crate) use desk::{Desk, patiently};
pub(crate) use host::{Durable, Stopped};
pub(crate) use link::Link;
pub(crate) use mail::{CANCEL, SIGNAL};
pub(crate) use outcome::ended_with;
pub(crate) use script::Script;
