//! What a view shows, as a command, as Rust and as Python that read the same.

use std::fmt::Write;

use super::text::shell;
use crate::TopicName;

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// The root, as a command names it where it must; none where it is the one that is taken otherwise.
    pub(crate) root: Option<String>,
    pub(crate) topic: TopicName,
    /// The bucket; none where it is all of them.
    pub(crate) bucket: Option<u32>,
    /// The version that is looked at; none for what is there now.
    pub(crate) version: Option<u64>,
    /// The columns, where it is not all of them.
    pub(crate) columns: Option<Vec<String>>,
    /// The condition that its records match, in SQL; none where it is all of them.
    pub(crate) filter: Option<String>,
    pub(crate) what: What,
}

/// Which part of a topic is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// So many records from an offset on, which is this row of those of its bucket that match.
    Records { offset: u64, row: u64, limit: u64 },
    /// What arrives.
    Tail,
    /// The versions of a bucket.
    Versions,
}

/// The root that is taken where none is named.
const ROOT: &str = super::options::DEFAULT_ROOT;

impl View {
    /// The command that prints it.
    pub(crate) fn command(&self) -> String {
        let verb = match self.what {
            What::Records { .. } => "get",
            What::Tail => "tail",
            What::Versions => "versions",
        };
        let mut words = vec!["lanceq".to_owned(), verb.to_owned()];
        if let Some(root) = &self.root {
            words.extend(["--root".into(), shell::quoted(root)]);
        }
        words.push(shell::quoted(self.topic.as_str()));
        if let Some(bucket) = self.bucket {
            words.extend(["--bucket".into(), bucket.to_string()]);
        }
        if let What::Records { offset, limit, .. } = self.what {
            if let Some(version) = self.version {
                words.extend(["--at".into(), version.to_string()]);
            }
            words.extend(["--offset".into(), offset.to_string()]);
            words.extend(["--limit".into(), limit.to_string()]);
        }
        if let Some(filter) = self.filter.as_ref().filter(|_| self.what != What::Versions) {
            words.extend(["--filter".into(), shell::quoted(filter)]);
        }
        if let Some(columns) = self.columns.as_ref().filter(|_| self.reads()) {
            words.extend(["--columns".into(), shell::quoted(&columns.join(","))]);
        }
        words.join(" ")
    }

    /// Whether records are read, in their columns: `tail` prints all of them.
    fn reads(&self) -> bool {
        matches!(self.what, What::Records { .. })
    }

    /// A function in Rust that reads it.
    pub(crate) fn rust(&self) -> String {
        let (uses, returns, read) = match self.what {
            What::Records { offset, limit, .. } => (
                "use lanceq::{{At, Columns, Engine, Page, Result}};\n",
                "Page",
                format!("    reader.get({offset}, {limit}).await\n"),
            ),
            What::Tail => (
                "use futures::StreamExt;\nuse lanceq::{{At, Columns, Engine, Result, StreamOptions}};\n",
                "()",
                "    let mut records = reader.stream(StreamOptions::from_end().blocking()).await?.records();\n    \
                 while let Some(record) = records.next().await {\n        \
                 println!(\"{:?}\", record?.fields);\n    }\n    Ok(())\n"
                    .into(),
            ),
            What::Versions => (
                "use lanceq::{{At, Columns, Engine, Result, VersionInfo}};\n",
                "Vec<VersionInfo>",
                "    reader.versions(100).await\n".into(),
            ),
        };
        let root = self.root.as_deref().unwrap_or(ROOT);
        let mut body = format!(
            "    let engine = Engine::open({root:?}).await?;\n    \
             let reader = engine.reader({:?}).await?;\n",
            self.topic.as_str()
        );
        self.narrow(&mut body);
        let uses = self.used(uses);
        format!("{uses}\nasync fn view() -> Result<{returns}> {{\n{body}{read}}}\n")
    }

    /// What narrows a reader down to the view. Writing to a string cannot fail.
    fn narrow(&self, body: &mut String) {
        if let Some(bucket) = self.bucket {
            writeln!(body, "    let reader = reader.bucket({bucket})?;").ok();
        }
        if let Some(version) = self.version {
            writeln!(body, "    let reader = reader.at(At::Version({version})).await?;").ok();
        }
        if let Some(filter) = &self.filter {
            writeln!(body, "    let reader = reader.filter({filter:?}).await?;").ok();
        }
        if let Some(columns) = &self.columns {
            let names: Vec<String> =
                columns.iter().map(|name| format!("{name:?}.into()")).collect();
            let names = names.join(", ");
            writeln!(body, "    let reader = reader.columns(Columns::Only(vec![{names}]));").ok();
        }
    }

    /// The names that are used, without those that are not.
    fn used(&self, uses: &str) -> String {
        let uses = if self.version.is_some() { uses.into() } else { uses.replace("At, ", "") };
        let uses = if self.columns.is_some() { uses } else { uses.replace("Columns, ", "") };
        uses.replace("{{", "{").replace("}}", "}")
    }

    /// Python that reads it with pylance, from the dataset at a path; none where pylance cannot.
    pub(crate) fn python(&self, dataset: &str) -> Option<String> {
        let version =
            self.version.map_or_else(String::new, |version| format!(", version={version}"));
        let open =
            format!("import lance\n\ndataset = lance.dataset({}{version})\n", literal(dataset));
        Some(match self.what {
            What::Records { row, limit, .. } => {
                let columns = self.columns.as_ref().map_or_else(String::new, |columns| {
                    let names: Vec<String> = columns.iter().map(|name| literal(name)).collect();
                    format!("columns=[{}], ", names.join(", "))
                });
                let filter = self
                    .filter
                    .as_ref()
                    .map_or_else(String::new, |filter| format!("filter={}, ", literal(filter)));
                format!(
                    "# What is still buffered is not in the dataset: `lanceq flush` persists it.\n{open}\
                     table = dataset.to_table({columns}{filter}offset={row}, limit={limit})\n\
                     print(table.to_pylist())\n"
                )
            }
            What::Versions => format!("{open}print(dataset.versions())\n"),
            What::Tail => return None,
        })
    }
}

/// A text as Python writes it.
fn literal(text: &str) -> String {
    serde_json::Value::String(text.into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(what: What) -> View {
        View {
            root: Some("my data".into()),
            topic: "traces".parse().unwrap(),
            bucket: Some(2),
            version: Some(41),
            columns: Some(vec!["id".into(), "a b".into()]),
            filter: Some("(a > 1)".into()),
            what,
        }
    }

    #[test]
    fn a_command_says_what_is_shown_and_no_more() {
        let records = What::Records { offset: 777, row: 700, limit: 30 };
        let plain = View {
            root: None,
            bucket: None,
            version: None,
            columns: None,
            filter: None,
            ..view(records)
        };
        for (view, command) in [
            (plain, "lanceq get traces --offset 777 --limit 30"),
            (
                view(records),
                "lanceq get --root 'my data' traces --bucket 2 --at 41 --offset 777 --limit 30 --filter '(a > 1)' --columns 'id,a b'",
            ),
            (view(What::Tail), "lanceq tail --root 'my data' traces --bucket 2 --filter '(a > 1)'"),
            (view(What::Versions), "lanceq versions --root 'my data' traces --bucket 2"),
        ] {
            assert_eq!(view.command(), command);
        }
    }

    #[test]
    fn rust_names_what_it_uses() {
        let records = What::Records { offset: 777, row: 700, limit: 30 };
        let expected = r#"use lanceq::{At, Columns, Engine, Page, Result};

async fn view() -> Result<Page> {
    let engine = Engine::open("my data").await?;
    let reader = engine.reader("traces").await?;
    let reader = reader.bucket(2)?;
    let reader = reader.at(At::Version(41)).await?;
    let reader = reader.filter("(a > 1)").await?;
    let reader = reader.columns(Columns::Only(vec!["id".into(), "a b".into()]));
    reader.get(777, 30).await
}
"#;
        assert_eq!(view(records).rust(), expected);
        let plain = View {
            root: None,
            bucket: None,
            version: None,
            columns: None,
            filter: None,
            ..view(records)
        };
        assert!(plain.rust().starts_with("use lanceq::{Engine, Page, Result};\n"));
    }

    #[test]
    fn python_reads_the_dataset_and_cannot_follow_it() {
        let records = What::Records { offset: 777, row: 700, limit: 30 };
        let python = view(records).python("my data/traces/bucket_2/data.lance").unwrap();
        assert!(
            python.contains("lance.dataset(\"my data/traces/bucket_2/data.lance\", version=41)")
        );
        assert!(python.contains(
            "to_table(columns=[\"id\", \"a b\"], filter=\"(a > 1)\", offset=700, limit=30)"
        ));
        assert_eq!(view(What::Tail).python("d"), None);
    }
}
