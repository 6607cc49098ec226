//! Sending signals.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use crate::data::{Data, record};
use crate::durable::SIGNAL;
use crate::graph::SignalNode;
use crate::journal::Signal;
use crate::services::Container;
use crate::step::BoxFuture;
use crate::store::{NewMessage, Sent};
use crate::type_name;
use crate::workflow::{Accepts, Workflow};

use super::Engine;
use super::error::EngineError;

impl<C: Container> Engine<C> {
    /// Sends a signal to an execution of `W`, or, where `W` is a child, to the execution that called it. One that nobody
    /// waits for yet is kept until somebody does. When this returns, the signal is durable.
    ///
    /// # Errors
    /// When there is no such execution, it has ended, or the store fails.
    pub fn signal<'a, W: Workflow + Accepts<S>, S: Data>(
        &'a self,
        id: &'a str,
        signal: S,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        Box::pin(self.send_signal::<W, S>(id, None, signal))
    }

    /// Sends a signal to the wait of this `#[name]`.
    ///
    /// # Errors
    /// As for [`signal`](Engine::signal), and when `W`, as it is registered here, has no such wait.
    pub fn signal_named<'a, W: Workflow + Accepts<S>, S: Data>(
        &'a self,
        id: &'a str,
        name: &'a str,
        signal: S,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        Box::pin(self.send_signal::<W, S>(id, Some(name), signal))
    }

    pub(super) async fn send_signal<W: Workflow, S: Data>(
        &self,
        id: &str,
        name: Option<&str>,
        signal: S,
    ) -> Result<(), EngineError> {
        let value = record(signal);
        let type_name = type_name::of::<S>();
        if let Some(name) = name {
            self.check_name(W::INFO.name, &type_name, name)?;
        }
        let unwritable = |error: serde_json::Error| EngineError::Json {
            what: format!("the signal `{type_name}`"),
            detail: error.to_string(),
        };
        let signal = Signal {
            workflow: W::INFO.name.to_owned(),
            name: name.map(ToOwned::to_owned),
            type_name: type_name.clone(),
            value: value.to_raw().map_err(unwritable)?,
        };
        let data = serde_json::to_string(&signal).map_err(unwritable)?;
        self.post(id, SIGNAL, name.unwrap_or(&type_name), data).await
    }

    /// A signal to a wait that there is not would lie in the mail for ever.
    fn check_name(&self, workflow: &'static str, type_name: &str, name: &str) -> Result<(), EngineError> {
        let signals = self.shared.definitions.values().flat_map(|definition| definition.program.root.signals());
        let of_type =
            |node: &&SignalNode| node.workflow == workflow && type_name::without_paths(node.type_name) == type_name;
        let names: BTreeSet<&'static str> = signals.filter(of_type).map(|node| node.name).collect();
        // What is not registered here may be known to another engine.
        if names.is_empty() || names.contains(name) {
            return Ok(());
        }
        let (signal, name) = (type_name.to_owned(), name.to_owned());
        Err(EngineError::NoSuchSignal { workflow, signal, name, names: names.into_iter().collect() })
    }

    pub(super) async fn post(&self, id: &str, kind: &str, name: &str, data: String) -> Result<(), EngineError> {
        let shared = &self.shared;
        let serial = shared.serial.fetch_add(1, Ordering::Relaxed);
        let message = NewMessage {
            id: format!("{}-{serial}", shared.owner),
            execution: id.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            data,
            at: shared.now(),
        };
        let sent = crate::durable::patiently(|| shared.store.send(message.clone())).await?;
        match sent {
            Sent::Delivered => {
                if !shared.ring(id) {
                    shared.work.notify_one();
                }
                Ok(())
            }
            Sent::NoSuchExecution => Err(EngineError::NoSuchExecution { id: id.to_owned() }),
            Sent::Ended(status) => Err(EngineError::Ended { id: id.to_owned(), status }),
        }
    }
}
