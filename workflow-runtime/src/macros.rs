//! The macros, re-exported with their documentation, so that its examples are tested.

/// Makes an async function a step: something that workflows run, retry and undo.
///
/// The function stays what it is and can be called as before, in tests for example. Beside it the macro adds a type of
/// the same name, by which workflows and compensations know the step.
///
/// ```
/// use anyhow::Result;
/// use serde::{Deserialize, Serialize};
/// use workflow_runtime::{Outcome, StepContext, step};
///
/// #[derive(Clone, Serialize, Deserialize)]
/// pub struct Reservation { id: u64 }
///
/// pub struct Inventory;
///
/// /// Sets the items aside.
/// #[step(compensate = release, retry(attempts = 5, backoff = "100ms..10s"), timeout = "30s")]
/// pub async fn reserve(items: Vec<String>, inventory: &Inventory) -> Result<Reservation> {
///     let _ = inventory;
///     Ok(Reservation { id: items.len() as u64 })
/// }
///
/// /// Puts them back, if they were set aside.
/// #[step(retry(attempts = 10))]
/// pub async fn release(stock: Outcome<Reservation>, inventory: &Inventory, ctx: &StepContext) -> Result<()> {
///     let (_, _, _) = (stock.payload(), inventory, ctx.idempotency_key());
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// assert_eq!(reserve(vec!["tea".to_owned()], &Inventory).await?.id, 1);
/// # Ok(()) }
/// ```
///
/// # Parameters
///
/// - Owned ones are **data**: recorded, checked along the graph, so `Serialize + DeserializeOwned + Clone + Send +
///   Sync + 'static`. At most twelve.
/// - Borrowed ones, `&Inventory` or `&dyn PaymentGateway`, are **services**, lent by the container that the workflow
///   runs on; see [`Services`](derive@crate::Services).
/// - `&StepContext` is lent by the engine: execution id, idempotency key, attempt, events.
///
/// Type and const parameters are allowed; a generic step is called with its arguments, `load::<Customer>(id)`.
///
/// # What it returns
///
/// A `Result` whose error is anything that converts into `anyhow::Error`. `Result<StepResponse<T, U>>` separates the
/// output `T` from the undo payload `U`; `Result<T, Partial<U>>` is for a step that can fail half-way. An error is worth
/// another attempt unless [`.permanent()`](crate::Permanent) says otherwise.
///
/// # Options
///
/// | Option | Meaning |
/// |---|---|
/// | `name = "reserve-stock"` | The name in journals and diagrams; without it, that of the function. |
/// | `compensate = release` | The step that undoes this one: its only owned parameter is the undo payload, or [`Outcome`](crate::Outcome) of it. |
/// | `retry(attempts = 5)` | At most five attempts, the first included. Without `retry` there is one. |
/// | `retry(forever)` | Until it succeeds: such a step may follow a pivot. |
/// | `retry(.., backoff = "100ms..10s", jitter = false)` | The waits between attempts double from the first to the second duration. |
/// | `timeout = "30s"` | An attempt that takes longer is dropped, its outcome unknown. |
/// | `pivot` | Once this step has succeeded there is no way back. |
/// | `at_most_once` | Not run again after a crash that leaves its outcome unknown; excludes `retry`. |
/// | `crate = path` | Where the runtime is, if it was renamed in Cargo.toml. |
///
/// Durations are read while compiling: whole numbers with `d`, `h`, `m`, `s` or `ms`, as in `"1h30m"`.
///
/// A step with `timeout` or `at_most_once` can have done its work unseen, so its compensation has to take `Outcome<U>`.
///
/// # What a step has to expect
///
/// A step can be dropped at any `.await` (timeout, lost host), and may run twice for one node: after a crash the one in
/// flight runs again with the same [idempotency key](crate::StepContext::idempotency_key). Hand that key to whoever can
/// tell a repetition by it.
pub use workflow_macros::step;

/// Lends the fields of a struct to the steps of a workflow, each by its type.
///
/// ```
/// use std::sync::Arc;
///
/// use workflow_runtime::{Provide, Services};
///
/// pub struct Inventory;
/// pub trait PaymentGateway: Send + Sync {
///     fn name(&self) -> &str;
/// }
/// struct Fake;
/// impl PaymentGateway for Fake {
///     fn name(&self) -> &str { "fake" }
/// }
///
/// #[derive(Services)]
/// struct App {
///     inventory: Inventory,
///     payments: Arc<dyn PaymentGateway>, // lent as `&dyn PaymentGateway`
///     #[services(skip)]
///     port: u16,
/// }
///
/// let app = App { inventory: Inventory, payments: Arc::new(Fake), port: 80 };
/// let gateway: &dyn PaymentGateway = app.provide();
/// assert_eq!((gateway.name(), app.port), ("fake", 80));
/// let _: &Inventory = app.provide();
/// ```
///
/// `Arc<T>`, `Box<T>` and `&'static T` provide `T`, sized or not; every other field provides its own type. Two fields of
/// one type, or a field that is a bare type parameter, are refused: a step could not say which it means.
///
/// - `#[services(skip)]` on a field: it is no service.
/// - `#[services(flatten)]` on one field: it is a container itself, whose services are provided as well.
/// - `#[services(crate = path)]` on the struct: where the runtime is, if it was renamed in Cargo.toml.
pub use workflow_macros::Services;
