//! Golden files: a reviewer sees in the diff what the macro writes for a step.

use super::expand;

/// The expansion, formatted.
fn expansion(attribute: &str, item: &str) -> String {
    let tokens = expand(attribute.parse().expect("tokens"), &item.parse().expect("tokens"));
    prettyplease::unparse(&syn2::parse2(tokens).expect("items"))
}

#[test]
fn a_step_with_a_compensation_and_policies() {
    insta::assert_snapshot!(expansion(
        r#"compensate = release, retry(attempts = 5, backoff = "100ms..10s"), timeout = "30s""#,
        "
        /// Reserves the lines of an order.
        pub async fn reserve(lines: Vec<Line>, inventory: &Inventory, ctx: &StepContext) -> Result<Reservation> {
            inventory.reserve(ctx.idempotency_key(), lines).await
        }
        "
    ));
}

#[test]
fn a_generic_step() {
    insta::assert_snapshot!(expansion(
        "",
        "async fn load<T: Entity>(key: Key, db: &dyn Database) -> Result<T> { db.load(key).await }"
    ));
}

#[test]
fn a_step_with_a_mistake_leaves_the_function_and_a_stub() {
    insta::assert_snapshot!(expansion(
        "retries(3)",
        "async fn charge(amount: u64) -> Result<Receipt> { pay(amount).await }"
    ));
}
