//! By which column records are sorted, and its text form.

use std::fmt;
use std::str::FromStr;

/// By which column records are sorted, and in which direction.
///
/// Its text form is the column's name, followed by `:desc` where the largest value comes first; `:asc` may stand there
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: String,
    /// The direction.
    pub order: Order,
}

/// The direction of an order; what is null or no number comes last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The smallest value first.
    Ascending,
    /// The largest value first.
    Descending,
}

impl Sort {
    /// By a column, the smallest value first.
    pub fn ascending(column: impl Into<String>) -> Self {
        Self { column: column.into(), order: Order::Ascending }
    }

    /// By a column, the largest value first.
    pub fn descending(column: impl Into<String>) -> Self {
        Self { column: column.into(), order: Order::Descending }
    }
}

const DIRECTIONS: [(&str, Order); 2] = [(":asc", Order::Ascending), (":desc", Order::Descending)];

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = !DIRECTIONS.iter().any(|(suffix, _)| self.column.ends_with(suffix));
        let said = DIRECTIONS.iter().find(|(_, order)| *order == self.order);
        let said = said.filter(|(_, order)| *order == Order::Descending || !is_plain);
        write!(f, "{}{}", self.column, said.map_or("", |(suffix, _)| suffix))
    }
}

impl FromStr for Sort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let said = DIRECTIONS
            .iter()
            .find_map(|(suffix, order)| Some((text.strip_suffix(suffix)?, *order)));
        let (column, order) = said.unwrap_or((text, Order::Ascending));
        if column.is_empty() {
            return Err("expected a column's name, with :desc behind it where the largest value is to come first".into());
        }
        Ok(Self { column: column.into(), order })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_reads_back_from_its_text() {
        for (text, sort, written) in [
            ("a", Sort::ascending("a"), "a"),
            ("a:asc", Sort::ascending("a"), "a"),
            ("a b:desc", Sort::descending("a b"), "a b:desc"),
            ("a:desc:asc", Sort::ascending("a:desc"), "a:desc:asc"),
            ("a:asc:desc", Sort::descending("a:asc"), "a:asc:desc"),
            ("a:DESC", Sort::ascending("a:DESC"), "a:DESC"),
        ] {
            assert_eq!(text.parse(), Ok(sort.clone()), "{text}");
            assert_eq!(sort.to_string(), written);
        }
        for wrong in ["", ":desc", ":asc"] {
            assert!(wrong.parse::<Sort>().is_err(), "{wrong:?}");
        }
    }
}
