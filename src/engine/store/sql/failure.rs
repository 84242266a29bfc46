//! DataFusion's errors in the engine's words.

use lance::deps::datafusion::common::DataFusionError;
use lance::deps::datafusion::sql::sqlparser::parser::ParserError;

use crate::engine::error::Error;
use crate::engine::query_fault::{QueryFault, TextPlace};

/// A query that cannot be, for a reason of ours.
pub(super) fn invalid(reason: String) -> Error {
    Error::Query(QueryFault::Invalid { reason, place: None })
}

/// An error of parsing or planning: something is wrong with the query.
pub(super) fn planning(error: &DataFusionError) -> Error {
    if let Some(own) = own(error) {
        return own;
    }
    let place = place(error);
    let reason = reason(error, place.is_some());
    Error::Query(QueryFault::Invalid { reason, place })
}

/// An error of an answer under way.
pub(super) fn running(error: &DataFusionError, memory: usize) -> Error {
    match (own(error), error.find_root()) {
        (Some(own), _) => own,
        (None, DataFusionError::ResourcesExhausted(reason)) => {
            let (memory, reason) = (memory as u64, first_line(reason).into());
            Error::Query(QueryFault::TooLarge { memory, reason })
        }
        (None, _) => planning(error),
    }
}

/// An error that the engine's own pass ended with.
fn own(error: &DataFusionError) -> Option<Error> {
    error.iter().find_map(|error| match error.find_root() {
        DataFusionError::External(source) => source.downcast_ref::<Shared>().map(Shared::take),
        _ => None,
    })
}

/// Where in the text it lies, from 1 on: planners say it beside the message, the parser in it.
fn place(error: &DataFusionError) -> Option<TextPlace> {
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
    let span = span.map(|span| TextPlace { line: span.start.line, column: span.start.column });
    span.or_else(|| place_in(&error.strip_backtrace()))
}

/// The place in `… at Line: 1, Column: 13`.
fn place_in(message: &str) -> Option<TextPlace> {
    let (_, behind) = message.rsplit_once("at Line: ")?;
    let (line, behind) = behind.split_once(", Column: ")?;
    let digits = behind.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(TextPlace { line: line.parse().ok()?, column: digits.parse().ok()? })
}

fn reason(error: &DataFusionError, has_place: bool) -> String {
    let message = match error.find_root() {
        DataFusionError::SQL(parser, _) => match parser.as_ref() {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
                message.clone()
            }
            ParserError::RecursionLimitExceeded => "it is nested too deeply".into(),
        },
        DataFusionError::Plan(message)
        | DataFusionError::NotImplemented(message)
        | DataFusionError::Execution(message) => message.clone(),
        DataFusionError::SchemaError(error, _) => error.to_string(),
        other => other.strip_backtrace(),
    };
    let message = first_line(&message);
    let bare = message.rsplit_once(" at Line: ").map_or(message, |(before, _)| before);
    if has_place { bare.into() } else { message.into() }
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or(message)
}

/// An error of the engine on its way through DataFusion, which may show it to several.
#[derive(Debug)]
pub(super) struct Shared(std::sync::Mutex<Option<Error>>, String);

impl Shared {
    /// Wraps an error.
    pub(super) fn wrap(error: Error) -> DataFusionError {
        let said = error.to_string();
        DataFusionError::External(Box::new(Self(std::sync::Mutex::new(Some(error)), said)))
    }

    /// The error itself, for the first who asks; then that the answer ended with it.
    fn take(&self) -> Error {
        let taken = self.0.lock().ok().and_then(|mut error| error.take());
        taken.unwrap_or_else(|| invalid(self.1.clone()))
    }
}

impl std::fmt::Display for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl std::error::Error for Shared {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_the_end_of_what_the_parser_says() {
        let said = "Expected: an expression, found: from at Line: 2, Column: 13 (more)";
        assert_eq!(place_in(said), Some(TextPlace { line: 2, column: 13 }));
        assert_eq!(place_in("at Line: x, Column: 3"), None);
        assert_eq!(place_in("nothing"), None);
    }

    #[test]
    fn an_error_of_a_pass_comes_out_as_it_went_in() {
        let wrapped = Shared::wrap(Error::Cancelled).context("while reading");
        assert!(matches!(running(&wrapped, 1), Error::Cancelled));
        let large = DataFusionError::ResourcesExhausted("no room\nfor it".into());
        assert!(
            matches!(running(&large, 7), Error::Query(QueryFault::TooLarge { memory: 7, reason }) if reason == "no room")
        );
    }
}
