//! A command with whoever waits for its answer.

use tokio::sync::oneshot;
use workflow_runtime::StoreError;

use super::Command;
use super::session::Session;

pub(super) type Answer<T> = Result<T, StoreError>;

/// A command of any kind, on its way through the writer.
pub(super) trait Work: Send {
    /// Applies the command and keeps its answer; `Err` if the transaction has to be rolled back.
    fn apply(&mut self, session: &mut Session<'_>, place: &str) -> Result<(), StoreError>;

    /// Replaces the answer.
    fn fail(&mut self, error: StoreError);

    /// Hands the answer over.
    fn answer(self: Box<Self>);
}

/// An answer goes back together with the command, so that memory is given back by the thread that took it.
pub(super) type Reply<C> = (Answer<<C as Command>::Answer>, C);

pub(super) struct Job<C: Command> {
    command: C,
    answer: Answer<C::Answer>,
    reply: oneshot::Sender<Reply<C>>,
}

impl<C: Command> Job<C> {
    pub(super) fn new(command: C, reply: oneshot::Sender<Reply<C>>) -> Self {
        Self { command, answer: Err(StoreError::Closed), reply }
    }
}

impl<C: Command> Work for Job<C> {
    fn apply(&mut self, session: &mut Session<'_>, place: &str) -> Result<(), StoreError> {
        match self.command.apply(session) {
            Ok(answer) => self.answer = Ok(answer),
            Err(fault) if fault.is_lost() => self.answer = Err(fault.at(place)),
            Err(fault) => return Err(fault.at(place)),
        }
        Ok(())
    }

    fn fail(&mut self, error: StoreError) {
        self.answer = Err(error);
    }

    fn answer(self: Box<Self>) {
        // Whoever does not wait any more has no use for it.
        let _ = self.reply.send((self.answer, self.command));
    }
}
