//! A test-suite for every saga: each node with each thing that can go wrong there.

mod at_node;
mod at_undo;
mod blame;
mod cases;
mod check;
mod fatal;
mod fixture;
mod judge;
mod play;
mod reached;
mod signals;
mod stage;
mod suite;
mod survey;
mod trace;
mod world;

pub use fixture::Fixture;
pub use suite::{Case, Suite, run_suites, suite_of};

/// Makes the `main` of a test target that tests workflows in everything that can go wrong: each is named with a
/// function (or closure) that makes its [`Fixture`]. The target has `harness = false` in Cargo.toml; listing, filters
/// and `cargo nextest` work as for any test.
///
/// ```
/// use anyhow::Result;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::saga_tests;
/// use workflow_runtime::testing::Fixture;
///
/// #[step]
/// async fn greet(name: String) -> Result<String> { Ok(format!("hello, {name}")) }
///
/// workflow! {
///     async fn welcome(name: String) -> Result<String> { greet(name).await }
/// }
///
/// fn greeting() -> Fixture<welcome, ()> {
///     Fixture::new(|| ((), welcome("Ada".to_owned())))
/// }
///
/// saga_tests!(welcome, greeting);
/// ```
///
/// Several workflows share a target: `saga_tests! { place_order => an_order, cancel_order => a_cancellation }`.
#[macro_export]
macro_rules! saga_tests {
    ($workflow:ty, $fixture:expr $(,)?) => {
        $crate::saga_tests! { $workflow => $fixture }
    };
    ($($workflow:ty => $fixture:expr),+ $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::testing::run_suites(::std::vec![
                $($crate::testing::suite_of::<$workflow, _, _>($fixture)),+
            ])
        }
    };
}
