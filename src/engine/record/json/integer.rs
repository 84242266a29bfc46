//! Integers that 64 bits cannot hold, which `serde_json` turns into reals without a word.

use super::error::{JsonError, JsonReason};
use crate::engine::record::field_path::FieldPath;

/// Reals from here on, up or down, may have been written as integers beyond 64 bits: 2^63.
pub(super) const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Refuses a text in which one of the huge reals was written as an integer.
///
/// `paths` are those of all reals of the text from [`LIMIT`] on, in its order.
pub(super) fn check(text: &str, paths: Vec<FieldPath>) -> Result<(), JsonError> {
    let mut written = numbers(text).filter(|(_, number)| is_huge(number)).zip(paths);
    let integer = written.find(|((_, number), _)| !number.contains(['.', 'e', 'E']));
    match integer {
        None => Ok(()),
        Some(((position, number), path)) => {
            let digits = number.to_owned();
            let reason = JsonReason::IntegerTooLarge { path, digits };
            let (line, column) = line_and_column(text, position);
            Err(JsonError { line, column, reason })
        }
    }
}

/// Tells whether the parser made a number a huge real.
fn is_huge(number: &str) -> bool {
    let is_integer = number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
    !is_integer && number.parse::<f64>().is_ok_and(|real| real.abs() >= LIMIT)
}

/// Returns the numbers of a JSON text, and where each starts.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.get(rest.find(|c: char| c == '"' || is_number(c))?..)?;
            if let Some(inside) = rest.strip_prefix('"') {
                rest = after_string(inside)?;
                continue;
            }
            let position = text.len() - rest.len();
            let end = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            rest = after;
            // The letters of `true`, `false` and `null` have an e, but no digit.
            if number.bytes().any(|byte| byte.is_ascii_digit()) {
                return Some((position, number));
            }
        }
    })
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')
}

fn after_string(mut inside: &str) -> Option<&str> {
    loop {
        let end = inside.find(['"', '\\'])?;
        let (escaped, rest) = (inside.get(end..)?.starts_with('\\'), inside.get(end + 1..)?);
        if !escaped {
            return Some(rest);
        }
        let mut rest = rest.chars();
        rest.next();
        inside = rest.as_str();
    }
}

fn line_and_column(text: &str, position: usize) -> (u64, u64) {
    let before = text.get(..position).unwrap_or_default();
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().map_or(0, str::len) + 1;
    (line as u64, column as u64)
}
