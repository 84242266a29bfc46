//! The kinds of files as values of an option.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::files::FileFormat;

impl ValueEnum for FileFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Jsonl => "One JSON object a line",
            Self::Csv => "Comma-separated values with a header line; nested values as JSON text",
            Self::Parquet => "Apache Parquet, compressed with zstd",
            Self::Arrow => "An Arrow IPC file, also known as Feather",
        };
        Some(PossibleValue::new(self.name()).aliases(self.aliases()).help(help))
    }
}
