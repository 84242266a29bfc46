//! Which kinds of files records can be written as.

use std::path::Path;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header line.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file.
    Arrow,
}

impl FileFormat {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Jsonl, Self::Csv, Self::Parquet, Self::Arrow];

    /// The one that a file's extension names, in whichever case.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        let extension = file.extension()?.to_str()?;
        let is_it = |name: &&str| name.eq_ignore_ascii_case(extension);
        Self::ALL
            .into_iter()
            .find(|format| std::iter::once(&format.name()).chain(format.aliases()).any(is_it))
    }

    /// Its name, which is its extension.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Other names for it.
    pub(crate) fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Jsonl => &["ndjson"],
            Self::Csv | Self::Parquet => &[],
            Self::Arrow => &["feather", "ipc"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_to_be_written() {
        for (file, format) in [
            ("a/b.jsonl", Some(FileFormat::Jsonl)),
            ("a.b.NDJSON", Some(FileFormat::Jsonl)),
            ("a.csv", Some(FileFormat::Csv)),
            ("a.Parquet", Some(FileFormat::Parquet)),
            ("a.feather", Some(FileFormat::Arrow)),
            ("a.txt", None),
            ("csv", None),
            ("", None),
        ] {
            assert_eq!(FileFormat::of(Path::new(file)), format, "{file}");
        }
    }
}
