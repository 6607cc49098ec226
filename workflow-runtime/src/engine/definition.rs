//! What an engine knows of a registered workflow.

use std::sync::Arc;

use crate::data::{Decode, decode};
use crate::graph::Program;
use crate::step::RunsOn;
use crate::workflow::Workflow;

use super::fingerprint::{Fingerprint, fingerprint};

pub(super) struct Definition<C: 'static> {
    pub(super) name: &'static str,
    /// The same, as stores want it.
    pub(super) workflow: Arc<str>,
    pub(super) version: u32,
    pub(super) program: &'static Program<C>,
    pub(super) decode_input: Decode,
    pub(super) fingerprint: Fingerprint,
    /// The same, as stores want it.
    pub(super) printed: Arc<str>,
}

impl<C: 'static> Definition<C> {
    /// The definition of `W`; `None` for what is no workflow.
    pub(super) fn of<W: Workflow + RunsOn<C>>() -> Option<Self> {
        let program = crate::step::program::<W, C>()?;
        let fingerprint = fingerprint(program);
        Some(Self {
            name: W::INFO.name,
            workflow: W::INFO.name.into(),
            version: W::INFO.version,
            program,
            decode_input: decode::<W::Input>(),
            printed: fingerprint.to_string().into(),
            fingerprint,
        })
    }
}
