//! Buying goods: a second workflow, which may wait for somebody, and which has no pivot, so that it can be undone.

pub mod steps;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::workflow;

use super::domain::{Line, Money};
use steps::{buy, grant, pay, shelve};

/// What may be spent without asking anybody.
pub const PETTY: Money = Money(25_000);

/// Goods that were ordered at the supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// What the supplier calls it.
    pub id: String,
    /// What comes.
    pub line: Line,
    /// What it costs.
    pub amount: Money,
}

/// Somebody's word on an expense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Whose.
    pub by: String,
    /// Whether it is a yes.
    pub granted: bool,
}

/// Money that the supplier has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// What the gateway calls it.
    pub id: String,
    /// How much.
    pub amount: Money,
}

/// Goods on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelved {
    /// What the warehouse calls it.
    pub id: String,
    /// What has come.
    pub line: Line,
}

/// What has been bought in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What is on the shelf now.
    pub goods: Line,
    /// What it has cost.
    pub paid: Money,
    /// Who has approved of it, where somebody had to.
    pub approved: Option<String>,
}

workflow! {
    /// Buys goods of the supplier. What costs much waits for somebody's approval.
    pub async fn restock(wanted: Line) -> Result<Delivery> {
        let bought = buy(wanted).await?;
        let approved = if bought.amount > PETTY {
            let approval = signal!(Approval, timeout = "3d").await?;
            Some(grant(approval).await?)
        } else {
            None
        };
        let paid = pay(bought.amount).await?;
        let shelved = shelve(bought.line).await?;
        Ok(Delivery { goods: shelved.line, paid: paid.amount, approved })
    }
}
