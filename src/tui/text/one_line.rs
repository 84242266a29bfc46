//! JSON on one line, with the spaces that make it readable.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Writes a value as `{"id": "1", "vector": [0.1,0.2]}`.
pub(crate) fn one_line<T: Serialize>(value: &T) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Spaced);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
        // Only a map whose keys are no text has no JSON.
        Err(_) => String::new(),
    }
}

/// Puts spaces between the fields of objects; lists stay dense.
struct Spaced;

impl Formatter for Spaced {
    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_line_reads_well_and_reads_back_the_same() {
        let value = json!({"id": "a\nb", "n": [1, -0.1, 1e-30], "in": {"x": null, "y": true}});
        let line = one_line(&value);
        assert_eq!(line, r#"{"id": "a\nb", "n": [1,-0.1,1e-30], "in": {"x": null, "y": true}}"#);
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }
}
