//! What an input is: by what its user says, by its name, or by its first bytes.

use std::path::Path;

use crate::cli::args::InputFormat;

/// How an Arrow IPC file starts.
pub(super) const ARROW_MAGIC: &[u8] = b"ARROW1";
const PARQUET_MAGIC: &[u8] = b"PAR1";
/// How a message of an Arrow IPC stream starts.
const CONTINUATION: &[u8] = &[0xff; 4];

/// The format that a file's name tells. `.json` does not: some hold an array, some lines.
pub(super) fn by_name(path: &Path) -> Option<InputFormat> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "jsonl" | "ndjson" => Some(InputFormat::Jsonl),
        "csv" => Some(InputFormat::Csv),
        "parquet" => Some(InputFormat::Parquet),
        "arrow" | "arrows" | "feather" | "ipc" => Some(InputFormat::Arrow),
        _ => None,
    }
}

/// The format that the first bytes tell; nothing that is recognised is taken for JSON Lines,
/// whose reader says best what is wrong.
pub(super) fn by_content(start: &[u8]) -> InputFormat {
    if start.starts_with(PARQUET_MAGIC) {
        return InputFormat::Parquet;
    }
    if start.starts_with(ARROW_MAGIC) || start.starts_with(CONTINUATION) {
        return InputFormat::Arrow;
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    match text.trim_ascii_start().first() {
        Some(b'[') => InputFormat::Json,
        _ => InputFormat::Jsonl,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_format_in_either_case() {
        for (name, format) in [
            ("a.jsonl", Some(InputFormat::Jsonl)),
            ("a.NDJSON", Some(InputFormat::Jsonl)),
            ("a.csv", Some(InputFormat::Csv)),
            ("a.parquet", Some(InputFormat::Parquet)),
            ("a.feather", Some(InputFormat::Arrow)),
            ("a.json", None),
            ("a", None),
        ] {
            assert_eq!(by_name(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn the_first_bytes_tell_it_where_the_name_does_not() {
        for (start, format) in [
            (b" \n[{}".as_slice(), InputFormat::Json),
            (b"\xef\xbb\xbf[", InputFormat::Json),
            (b"{\"a\":1}", InputFormat::Jsonl),
            (b"", InputFormat::Jsonl),
            (b"PAR1....", InputFormat::Parquet),
            (b"ARROW1..", InputFormat::Arrow),
            (b"\xff\xff\xff\xff....", InputFormat::Arrow),
        ] {
            assert_eq!(by_content(start), format, "{start:?}");
        }
    }
}
