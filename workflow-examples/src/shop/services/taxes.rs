//! The tax service: whose taxes are due, and how much.

use std::sync::Arc;

use super::super::domain::{Money, PricedLine, Tax, TaxClass};
use super::{Faults, ServiceError};

/// Standard and reduced rate of a country, in hundredths of a percent.
const RATES: &[(&str, i64, i64)] = &[
    ("AT", 2_000, 1_000),
    ("BE", 2_100, 600),
    ("CZ", 2_100, 1_200),
    ("DE", 1_900, 700),
    ("DK", 2_500, 2_500),
    ("ES", 2_100, 1_000),
    ("FR", 2_000, 550),
    ("IE", 2_300, 1_350),
    ("IT", 2_200, 1_000),
    ("NL", 2_100, 900),
    ("PL", 2_300, 800),
    ("PT", 2_300, 600),
    ("SE", 2_500, 1_200),
    // Exports: the customer pays at the border.
    ("CH", 0, 0),
    ("GB", 0, 0),
    ("JP", 0, 0),
    ("NO", 0, 0),
    ("NZ", 0, 0),
    ("US", 0, 0),
    ("AQ", 0, 0),
];

/// The tax service. It only answers questions, so it keeps no book.
#[derive(Debug)]
pub struct TaxService {
    faults: Arc<Faults>,
}

impl TaxService {
    /// A tax service.
    #[must_use]
    pub fn new(faults: Arc<Faults>) -> Self {
        Self { faults }
    }

    /// The taxes on these lines.
    ///
    /// # Errors
    /// When the country has no rules here, or the service does not answer.
    pub async fn calculate(&self, key: &str, country: &str, lines: &[PricedLine]) -> Result<Tax, ServiceError> {
        self.faults.call("the tax service", "calculate", key, || calculate(country, lines)).await
    }
}

fn calculate(country: &str, lines: &[PricedLine]) -> Result<Tax, ServiceError> {
    let rates = RATES.iter().find(|(known, ..)| *known == country);
    let (_, standard, reduced) = rates.ok_or_else(|| ServiceError::NoTaxRules(country.to_owned()))?;
    let amount: Money = lines
        .iter()
        .map(|line| match line.tax {
            TaxClass::Standard => line.price.share(*standard),
            TaxClass::Reduced => line.price.share(*reduced),
            TaxClass::Zero => Money::ZERO,
        })
        .sum();
    Ok(Tax { country: country.to_owned(), amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_taxed_by_its_class() -> Result<(), ServiceError> {
        let line = |tax| PricedLine { sku: String::new(), quantity: 1, price: Money(10_00), tax };
        let lines = [line(TaxClass::Standard), line(TaxClass::Reduced), line(TaxClass::Zero)];
        assert_eq!(calculate("DE", &lines)?.amount, Money(2_60));
        assert_eq!(calculate("US", &lines)?.amount, Money::ZERO);
        assert_eq!(calculate("BR", &lines), Err(ServiceError::NoTaxRules("BR".to_owned())));
        Ok(())
    }
}
