//! Golden files: a reviewer sees in the diff what the macro writes for a workflow.

use super::workflow;

/// The expansion, formatted.
fn expansion(block: &str) -> String {
    let tokens = workflow(block.parse().expect("tokens"));
    prettyplease::unparse(&syn2::parse2(tokens).expect("items"))
}

const ORDER: &str = r#"
    /// Turns a cart into a paid, shipped order.
    #[workflow(timeout = "1h")]
    pub async fn place_order(order: Order) -> Result<Receipt> {
        let order = validate(order).await?;
        let (stock, auth) = parallel!(reserve(order.lines), authorize(order.payment, order.total)).await?;
        let shipment = if order.needs_shipping { Some(ship(order.address, stock).await?) } else { None };
        let charge = capture(auth, order.total + 1).await?;
        Ok(Receipt { order: order.id, charge, shipment })
    }
"#;

#[test]
fn a_workflow_of_five_steps() {
    insta::assert_snapshot!(expansion(ORDER));
}

#[test]
fn expanding_twice_gives_the_same_text() {
    assert_eq!(expansion(ORDER), expansion(ORDER));
}

#[test]
fn loops_patterns_and_generics() {
    insta::assert_snapshot!(expansion(
        r#"
        async fn import<T: Entity>((first, _): (T, T), items: Vec<T>) -> Result<Vec<Key>> {
            let Page { keys, next, .. } = page::<T>(first).await?;
            let handled = for (index, item) in items {
                let key = key_of(&item)?;
                #[name = "kept"]
                store::<T>(item, index, key).await
            };
            match next {
                Some(next) if next.fresh => Ok(keys),
                Some(next) => follow(next, handled.len()).await,
                None => Err(anyhow!("{keys:?}")),
            }
        }
        "#
    ));
}

#[test]
fn a_workflow_with_mistakes_leaves_a_stub() {
    insta::assert_snapshot!(expansion("pub async fn place(order: Order) -> Result<u64> { let mut x = 1; Ok(x) }"));
}
