//! The catalog: what the shop sells, and how much of it there is to begin with.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize, Serializer};

use super::domain::{Money, TaxClass};

/// One product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The stock keeping unit, by which orders name it.
    pub sku: String,
    /// What people call it.
    pub name: String,
    /// The price of a piece, in cents, without tax.
    pub price: Money,
    /// How many there are.
    pub stock: u32,
    /// What a piece weighs; nothing if it is digital.
    #[serde(default)]
    pub weight_grams: u32,
    /// Which tax rate applies.
    #[serde(default)]
    pub tax: TaxClass,
    /// Whether there is nothing to ship.
    #[serde(default)]
    pub digital: bool,
}

/// All products, by stock keeping unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    products: BTreeMap<String, Product>,
}

impl Catalog {
    /// Reads a JSON array of products.
    ///
    /// # Errors
    /// When it is no such array, or names a product twice, or one costs less than nothing.
    pub fn from_json(text: &str) -> anyhow::Result<Self> {
        let list: Vec<Product> = serde_json::from_str(text).context("not a JSON array of products")?;
        Self::new(list)
    }

    /// A catalog of these products.
    ///
    /// # Errors
    /// When a product is there twice, or costs less than nothing.
    pub fn new(list: impl IntoIterator<Item = Product>) -> anyhow::Result<Self> {
        let mut products = BTreeMap::new();
        for product in list {
            ensure!(product.price >= Money::ZERO, "product {} costs {}", product.sku, product.price);
            let sku = product.sku.clone();
            ensure!(products.insert(sku.clone(), product).is_none(), "product {sku} is listed twice");
        }
        Ok(Self { products })
    }

    /// The product of this stock keeping unit.
    #[must_use]
    pub fn get(&self, sku: &str) -> Option<&Product> {
        self.products.get(sku)
    }

    /// All products, by stock keeping unit.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }
}

/// As the JSON array that it is read from.
impl Serialize for Catalog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.products())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_is_listed_twice_is_refused() {
        let twice = r#"[{"sku":"A","name":"a","price":1,"stock":1},{"sku":"A","name":"b","price":1,"stock":1}]"#;
        let error = Catalog::from_json(twice).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(error, Err("product A is listed twice".to_owned()));
    }

    #[test]
    fn a_catalog_is_read_back_as_it_was_written() -> anyhow::Result<()> {
        let one = r#"[{"sku":"A","name":"a","price":1,"stock":1,"tax":"reduced"}]"#;
        let catalog = Catalog::from_json(one)?;
        assert_eq!(Catalog::from_json(&serde_json::to_string(&catalog)?)?, catalog);
        Ok(())
    }
}
