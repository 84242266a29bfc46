//! A record that is not put: where it stands, why, and what it was.

use serde_json::Value;

use crate::cli::failure::Failure;
use crate::cli::import::Place;

/// Why one record is not put.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub(super) place: Place,
    pub(super) reason: String,
    pub(super) original: Original,
}

/// What stood in the place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Original {
    /// A record that does not fit.
    Record(Value),
    /// Text that is no record.
    Text(String),
}

impl Refusal {
    /// The line that tells it: `movies.jsonl, line 12: …`.
    pub(super) fn told(&self, input: &str) -> String {
        format!("{}: {}", self.place.of(input), self.reason)
    }

    /// The failure of an input that may not hold such a record, with what follows from it.
    pub(super) fn failure(&self, input: &str, so: &str) -> Failure {
        let failure = Failure::failed(self.told(input) + so);
        match self.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<&'static str> {
        // Only a value of another type can be converted; a name, say, cannot.
        let is_misfit = self.reason.contains("expected ");
        match (self.place, &self.original) {
            (Place::Whole, _) if !is_misfit => None,
            (_, Original::Record(_)) if !is_misfit => {
                Some("correct it, or put the other records with `--on-error skip`")
            }
            (Place::Whole, Original::Text(_)) => None,
            (Place::Whole, Original::Record(_)) => {
                Some("make the value fit, or convert text, numbers and booleans with `--coerce`")
            }
            (_, Original::Text(_)) => {
                Some("correct it, or put the other records with `--on-error skip`")
            }
            (_, Original::Record(_)) => Some(
                "`--coerce` converts between text, numbers and booleans; `--on-error skip` puts \
                 the records that fit; `--dry-run` lists all that do not",
            ),
        }
    }
}
