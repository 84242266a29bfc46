//! What a view shows, as a command, as Rust and as Python that read the same.

use std::fmt::Write;

use super::effect::Past;
use super::text::shell;
use crate::{Order, Sort, TopicName};

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// The root, as a command names it where it must; none where it is the one that is taken otherwise.
    pub(crate) root: Option<String>,
    pub(crate) topic: TopicName,
    /// The bucket; none where it is all of them.
    pub(crate) bucket: Option<u32>,
    /// The version that is looked at, and its branch; none for what is there now.
    pub(crate) past: Option<Past>,
    /// The columns, where it is not all of them.
    pub(crate) columns: Option<Vec<String>>,
    /// The condition that its records match, in SQL; none where it is all of them.
    pub(crate) filter: Option<String>,
    /// Texts that its records have.
    pub(crate) texts: Vec<String>,
    pub(crate) what: What,
}

/// Which part of a topic is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// So many records from an offset on, which is this row of those of its bucket that match.
    Records { offset: u64, row: u64, limit: u64 },
    /// So many records of an order, behind the first `skip`.
    Sorted { sort: Sort, skip: u64, limit: u64 },
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
            What::Records { .. } | What::Sorted { .. } => "get",
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
        if let Some(Past { branch, version }) = self.past.as_ref().filter(|_| self.reads()) {
            let branch =
                branch.iter().flat_map(|branch| ["--branch".into(), shell::quoted(branch)]);
            words.extend(branch.chain(["--at".into(), version.to_string()]));
        }
        words.extend(self.part());
        let filter = self.filter.iter().map(|filter| ("--filter", filter));
        let texts = self.texts.iter().map(|text| ("--find", text));
        for (option, value) in filter.chain(texts).filter(|_| self.what != What::Versions) {
            words.extend([option.into(), shell::quoted(value)]);
        }
        if let Some(columns) = self.columns.as_ref().filter(|_| self.reads()) {
            words.extend(["--columns".into(), shell::quoted(&columns.join(","))]);
        }
        words.join(" ")
    }

    /// The options that say which records.
    fn part(&self) -> Vec<String> {
        let number = |option: &str, number: &u64| [option.to_owned(), number.to_string()];
        match &self.what {
            What::Records { offset, limit, .. } => {
                [number("--offset", offset), number("--limit", limit)].concat()
            }
            What::Sorted { sort, skip, limit } => {
                let sort = ["--sort".to_owned(), shell::quoted(&sort.to_string())];
                [sort, number("--skip", skip), number("--limit", limit)].concat()
            }
            What::Tail | What::Versions => Vec::new(),
        }
    }

    /// Whether records are read, in their columns: `tail` prints all of them.
    fn reads(&self) -> bool {
        matches!(self.what, What::Records { .. } | What::Sorted { .. })
    }

    /// A function in Rust that reads it.
    pub(crate) fn rust(&self) -> String {
        let (returns, read) = match &self.what {
            What::Records { offset, limit, .. } => {
                ("Page", format!("    reader.get({offset}, {limit}).await\n"))
            }
            What::Sorted { sort, skip, limit } => {
                let order = match sort.order {
                    Order::Ascending => "ascending",
                    Order::Descending => "descending",
                };
                let read = format!(
                    "    let sort = Sort::{order}({:?});\n    \
                     reader.sorted(&sort, {skip}, {limit}).await?.page().await\n",
                    sort.column
                );
                ("Page", read)
            }
            What::Tail => (
                "()",
                "    let mut records = reader.stream(StreamOptions::from_end().blocking()).await?.records();\n    \
                 while let Some(record) = records.next().await {\n        \
                 println!(\"{:?}\", record?.fields);\n    }\n    Ok(())\n"
                    .into(),
            ),
            What::Versions => ("Vec<VersionInfo>", "    reader.versions(100).await\n".into()),
        };
        let root = self.root.as_deref().unwrap_or(ROOT);
        let mut body = format!(
            "    let engine = Engine::open({root:?}).await?;\n    \
             let reader = engine.reader({:?}).await?;\n",
            self.topic.as_str()
        );
        self.narrow(&mut body);
        let uses = self.uses();
        format!("{uses}\nasync fn view() -> Result<{returns}> {{\n{body}{read}}}\n")
    }

    /// What narrows a reader down to the view. Writing to a string cannot fail.
    fn narrow(&self, body: &mut String) {
        if let Some(bucket) = self.bucket {
            writeln!(body, "    let reader = reader.bucket({bucket})?;").ok();
        }
        if let Some(Past { branch, version }) = &self.past {
            if let Some(branch) = branch {
                writeln!(body, "    let reader = reader.branch({branch:?}).await?;").ok();
            }
            writeln!(body, "    let reader = reader.at(At::Version({version})).await?;").ok();
        }
        if let Some(filter) = &self.filter {
            writeln!(body, "    let reader = reader.filter({filter:?}).await?;").ok();
        }
        for text in &self.texts {
            writeln!(body, "    let reader = reader.containing({text:?});").ok();
        }
        if let Some(columns) = &self.columns {
            let names: Vec<String> =
                columns.iter().map(|name| format!("{name:?}.into()")).collect();
            let names = names.join(", ");
            writeln!(body, "    let reader = reader.columns(Columns::Only(vec![{names}]));").ok();
        }
    }

    /// The names that the function uses.
    fn uses(&self) -> String {
        let mut names = vec!["Engine", "Result"];
        names.extend(self.past.as_ref().map(|_| "At"));
        names.extend(self.columns.as_ref().map(|_| "Columns"));
        let (own, more): (&[&str], &str) = match self.what {
            What::Records { .. } => (&["Page"], ""),
            What::Sorted { .. } => (&["Page", "Sort"], ""),
            What::Tail => (&["StreamOptions"], "use futures::StreamExt;\n"),
            What::Versions => (&["VersionInfo"], ""),
        };
        names.extend(own);
        names.sort_unstable();
        format!("{more}use lanceq::{{{}}};\n", names.join(", "))
    }

    /// Python that reads it with pylance, from the dataset at a path; none where pylance cannot.
    pub(crate) fn python(&self, dataset: &str) -> Option<String> {
        if !self.texts.is_empty() {
            return None;
        }
        let (version, branch) = match &self.past {
            Some(Past { branch: Some(branch), version }) => {
                (String::new(), format!(".checkout_version(({}, {version}))", literal(branch)))
            }
            Some(Past { branch: None, version }) => (format!(", version={version}"), String::new()),
            None => Default::default(),
        };
        let path = literal(dataset);
        let open = format!("import lance\n\ndataset = lance.dataset({path}{version}){branch}\n");
        let buffered =
            "# What is still buffered is not in the dataset: `lanceq flush` persists it.\n";
        Some(match &self.what {
            What::Records { row, limit, .. } => {
                let options = self.table_options(None);
                format!(
                    "{buffered}{open}table = dataset.to_table({options}offset={row}, limit={limit})\n\
                     print(table.to_pylist())\n"
                )
            }
            What::Sorted { sort, skip, limit } => {
                let options = self.table_options(Some(&sort.column));
                let options = options.trim_end_matches(", ");
                let order = match sort.order {
                    Order::Ascending => "ascending",
                    Order::Descending => "descending",
                };
                let by = literal(&sort.column);
                let columns =
                    self.columns.as_ref().map(|names| format!(".select({})", listed(names)));
                let columns = columns.unwrap_or_default();
                format!(
                    "{buffered}{open}table = dataset.to_table({options})\n\
                     table = table.sort_by([({by}, \"{order}\")]).slice({skip}, {limit}){columns}\n\
                     print(table.to_pylist())\n"
                )
            }
            What::Versions => format!("{open}print(dataset.versions())\n"),
            What::Tail => return None,
        })
    }

    /// What is read into a table: the columns of the view, and one more where it is needed.
    fn table_options(&self, more: Option<&String>) -> String {
        let columns = self.columns.as_ref().map_or_else(String::new, |columns| {
            let more = more.filter(|more| !columns.contains(more));
            let names: Vec<String> = columns.iter().chain(more).cloned().collect();
            format!("columns={}, ", listed(&names))
        });
        let filter = self.filter.as_ref();
        let filter =
            filter.map_or_else(String::new, |filter| format!("filter={}, ", literal(filter)));
        columns + &filter
    }
}

/// Names as Python writes a list of them.
fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
    format!("[{}]", names.join(", "))
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
            past: Some(Past::own(41)),
            columns: Some(vec!["id".into(), "a b".into()]),
            filter: Some("(a > 1)".into()),
            texts: vec!["the bug".into()],
            what,
        }
    }

    fn plain(what: What) -> View {
        View {
            root: None,
            bucket: None,
            past: None,
            columns: None,
            filter: None,
            texts: Vec::new(),
            ..view(what)
        }
    }

    fn records() -> What {
        What::Records { offset: 777, row: 700, limit: 30 }
    }

    fn sorted() -> What {
        What::Sorted { sort: Sort::descending("score"), skip: 40, limit: 30 }
    }

    #[test]
    fn a_command_says_what_is_shown_and_no_more() {
        for (view, command) in [
            (plain(records()), "lanceq get traces --offset 777 --limit 30"),
            (plain(sorted()), "lanceq get traces --sort score:desc --skip 40 --limit 30"),
            (
                view(records()),
                "lanceq get --root 'my data' traces --bucket 2 --at 41 --offset 777 --limit 30 --filter '(a > 1)' --find 'the bug' --columns 'id,a b'",
            ),
            (
                view(sorted()),
                "lanceq get --root 'my data' traces --bucket 2 --at 41 --sort score:desc --skip 40 --limit 30 --filter '(a > 1)' --find 'the bug' --columns 'id,a b'",
            ),
            (
                view(What::Tail),
                "lanceq tail --root 'my data' traces --bucket 2 --filter '(a > 1)' --find 'the bug'",
            ),
            (view(What::Versions), "lanceq versions --root 'my data' traces --bucket 2"),
        ] {
            assert_eq!(view.command(), command);
        }
    }

    #[test]
    fn a_branch_is_named_before_its_version() {
        let past = Some(Past { branch: Some("what-if".into()), version: 5 });
        let view = View { past, ..plain(records()) };
        let command = "lanceq get traces --branch what-if --at 5 --offset 777 --limit 30";
        assert_eq!(view.command(), command);
        let rust = view.rust();
        let line = "reader.branch(\"what-if\").await?;\n    let reader = reader.at(At::Version(5))";
        assert!(rust.contains(line), "{rust}");
        let python = view.python("d").unwrap();
        let line = "lance.dataset(\"d\").checkout_version((\"what-if\", 5))\n";
        assert!(python.contains(line), "{python}");
    }

    #[test]
    fn rust_names_what_it_uses() {
        let expected = r#"use lanceq::{At, Columns, Engine, Page, Result};

async fn view() -> Result<Page> {
    let engine = Engine::open("my data").await?;
    let reader = engine.reader("traces").await?;
    let reader = reader.bucket(2)?;
    let reader = reader.at(At::Version(41)).await?;
    let reader = reader.filter("(a > 1)").await?;
    let reader = reader.containing("the bug");
    let reader = reader.columns(Columns::Only(vec!["id".into(), "a b".into()]));
    reader.get(777, 30).await
}
"#;
        assert_eq!(view(records()).rust(), expected);
        for (view, uses) in [
            (plain(records()), "use lanceq::{Engine, Page, Result};\n"),
            (plain(sorted()), "use lanceq::{Engine, Page, Result, Sort};\n"),
            (plain(What::Versions), "use lanceq::{Engine, Result, VersionInfo};\n"),
            (
                plain(What::Tail),
                "use futures::StreamExt;\nuse lanceq::{Engine, Result, StreamOptions};\n",
            ),
        ] {
            assert!(view.rust().starts_with(uses), "{}", view.rust());
        }
        let sorted = plain(sorted()).rust();
        assert!(sorted.contains(
            "let sort = Sort::descending(\"score\");\n    reader.sorted(&sort, 40, 30).await?.page().await\n"
        ));
    }

    #[test]
    fn python_reads_the_dataset_and_cannot_follow_it_nor_look_for_texts() {
        let dataset = "my data/traces/bucket_2/data.lance";
        let in_sql = |what| View { texts: Vec::new(), ..view(what) };
        let python = in_sql(records()).python(dataset).unwrap();
        assert!(
            python.contains("lance.dataset(\"my data/traces/bucket_2/data.lance\", version=41)")
        );
        assert!(python.contains(
            "to_table(columns=[\"id\", \"a b\"], filter=\"(a > 1)\", offset=700, limit=30)"
        ));
        let python = in_sql(sorted()).python(dataset).unwrap();
        assert!(python.contains(
            "to_table(columns=[\"id\", \"a b\", \"score\"], filter=\"(a > 1)\")\n\
             table = table.sort_by([(\"score\", \"descending\")]).slice(40, 30).select([\"id\", \"a b\"])\n"
        ));
        assert_eq!(in_sql(What::Tail).python("d"), None);
        assert_eq!(view(records()).python("d"), None);
    }
}
