//! The workflow of the shop.

use anyhow::Result;
use workflow_runtime::workflow;

use super::domain::{Order, OrderPlaced, Receipt};
use super::steps::{authorize, calculate_tax, capture, create_shipment, dispatch, reserve, validate};

workflow! {
    /// Turns an order into a paid one whose parcel is on its way, or into nothing at all.
    #[workflow(timeout = "10m")]
    pub async fn place_order(order: Order) -> Result<Receipt> {
        let order = validate(order).await?;
        let (stock, (tax, auth)) = parallel!(
            reserve(order.lines),
            async {
                let tax = calculate_tax(order.address, order.lines).await?;
                let auth = authorize(order.card, order.total + tax.amount).await?;
                Ok((tax, auth))
            },
        ).await?;
        let shipment = if order.needs_shipping {
            Some(create_shipment(order.address, order.weight_grams).await?)
        } else {
            None
        };
        let charge = capture(auth).await?;
        if let Some(parcel) = shipment {
            dispatch(parcel).await?;
        }
        emit!(OrderPlaced { id: order.id, paid: charge.amount });
        Ok(Receipt { order: order.id, stock, charge, tax, shipment })
    }
}
