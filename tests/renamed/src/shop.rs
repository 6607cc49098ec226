//! A small shop with most of the language.

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use wf::{Outcome, Partial, Services, StepContext, StepResponse, step, workflow};

/// What somebody wants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: u64,
    /// The items.
    pub skus: Vec<String>,
    /// How it is paid.
    pub payment: Payment,
}

/// How an order is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Payment {
    /// Now.
    Card(u64),
    /// Later.
    Invoice {
        /// By whom.
        to: String,
    },
}

/// What lends the shelf.
#[derive(Debug, Default, Services)]
#[services(crate = wf)]
pub struct Shop {
    shelf: Shelf,
}

/// A service.
#[derive(Debug, Default)]
pub struct Shelf;

/// A step with everything.
///
/// # Errors
/// When there is no name.
#[step(crate = wf, compensate = release, retry(attempts = 2, backoff = "1ms..2ms"), timeout = "10s")]
pub async fn reserve(sku: String, shelf: &Shelf, ctx: &StepContext) -> Result<StepResponse<u64, String>> {
    let _ = (shelf, ctx.attempt());
    if sku.is_empty() {
        bail!("no name");
    }
    Ok(StepResponse::new(sku.len() as u64, sku))
}

/// Its undo.
///
/// # Errors
/// Never.
#[step(crate = wf)]
pub async fn release(sku: Outcome<String>, shelf: &Shelf) -> Result<()> {
    let _ = (sku, shelf);
    Ok(())
}

/// A step that can fail half-way.
///
/// # Errors
/// When the amount is zero.
#[step(crate = wf, compensate = refund)]
pub async fn charge(cents: u64) -> Result<u64, Partial<u64>> {
    if cents == 0 {
        return Err(Partial::new(anyhow::anyhow!("nothing"), cents));
    }
    Ok(cents)
}

#[step(crate = wf)]
async fn refund(cents: u64) -> Result<()> {
    let _ = cents;
    Ok(())
}

#[step(crate = wf)]
async fn nothing() -> Result<()> {
    Ok(())
}

#[step(crate = wf)]
async fn same<T: wf::Data>(value: T) -> Result<T> {
    Ok(value)
}

#[step(crate = wf, pivot)]
async fn dispatch(id: u64) -> Result<u64> {
    Ok(id)
}

#[step(crate = wf, retry(forever))]
async fn announce(id: u64) -> Result<u64> {
    Ok(id)
}

workflow! {
    /// Everything once.
    #[workflow(crate = wf, timeout = "1h")]
    pub async fn place(order: Order) -> Result<u64> {
        let stock = for sku in order.skus { reserve(sku).await? };
        let (left, right) = parallel!(
            same::<u64>(order.id),
            async {
                nothing().await?;
                Ok(stock.len() as u64)
            },
        ).await?;
        let paid = match order.payment {
            Payment::Card(cents) => charge(cents).await?,
            Payment::Invoice { to } if to.is_empty() => 0,
            Payment::Invoice { to } => to.len() as u64,
        };
        if left > 5 {
            #[name = "again"]
            nothing().await?;
        }
        let first = stock.first().context("nothing was ordered")?.checked_add(right).context("too much")?;
        sleep!("1ms").await;
        emit!(order.id);
        let sent = dispatch(order.id).await?;
        let told = announce(sent.min(sent + first)).await?;
        Ok(told + paid)
    }
}

workflow! {
    /// A generic one.
    #[workflow(crate = wf)]
    pub async fn twice<T: wf::Data>(value: T) -> Result<(T, T)> {
        let left = same::<T>(value).await?;
        Ok((left, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_runs_under_another_name() -> Result<()> {
        let order = Order { id: 7, skus: vec!["abc".to_owned()], payment: Payment::Card(5) };
        assert_eq!(place(order).run(&Shop::default()).await?, 12);
        assert_eq!(twice("a".to_owned()).run(&()).await?, ("a".to_owned(), "a".to_owned()));
        Ok(())
    }

    #[tokio::test]
    async fn its_failures_are_undone() {
        let payment = Payment::Invoice { to: String::new() };
        let order = Order { id: 7, skus: vec!["abc".to_owned(), String::new()], payment };
        let undone = place(order).run(&Shop::default()).await.map_err(|error| error.undone().to_vec());
        assert_eq!(undone, Err(vec!["for#1[1]/reserve".into(), "for#1[0]/reserve".into()]));
    }
}
