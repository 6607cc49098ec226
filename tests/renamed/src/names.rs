//! Types under the names of the prelude, which generated code must not take for its own.
#![allow(missing_docs, clippy::missing_errors_doc, reason = "what this is about are the names")]
#![allow(dead_code, unused_imports, unused_macros, reason = "they are here to be in the way")]

use wf::{step, workflow};

type Result<T> = core::result::Result<T, anyhow::Error>;

struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Box;
struct Vec;
struct String;
struct Clone;
trait Send {}
trait Sync {}
trait Fn {}
trait Into {}
trait Default {}
macro_rules! panic {
    () => {
        compile_error!("the user's own macro was called")
    };
}
pub(crate) use panic;

#[step(crate = wf, compensate = give_back)]
pub async fn take(count: u64) -> Result<u64> {
    Result::Ok(count)
}

#[step(crate = wf)]
pub async fn give_back(count: u64) -> Result<()> {
    let _ = count;
    Result::Ok(())
}

workflow! {
    #[workflow(crate = wf)]
    pub async fn hygienic(count: u64) -> Result<u64> {
        let taken = take(count).await?;
        let larger = if taken > 3 {
            #[name = "more"]
            take(taken).await?
        } else {
            0
        };
        let handled = #[name = "last"] take(larger).await;
        let last = handled.clone().unwrap_or(1);
        core::result::Result::Ok(taken + larger + last)
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn they_are_left_alone() {
        assert_eq!(super::hygienic(4).run(&()).await.ok(), core::option::Option::Some(12));
    }
}
