//! What the explorer did, as the `lanceq` command that does the same, and as the one that takes it back.

use std::path::Path;

use super::effect::{Alteration, BucketId, Place};
use super::event::Administered;
use super::text::shell;
use super::work::{Administration, Chore, Lot, Order};
use crate::TopicName;
use crate::files::FileFormat;

/// A command that is being written.
struct Line(Vec<String>);

impl Line {
    /// Begins it, with the root where one must be named.
    fn new(verb: &str, root: Option<&str>) -> Self {
        let root = root.into_iter().flat_map(|root| ["--root".into(), shell::quoted(root)]);
        Self(["lanceq".to_owned(), verb.to_owned()].into_iter().chain(root).collect())
    }

    fn word(mut self, word: &str) -> Self {
        self.0.push(shell::quoted(word));
        self
    }

    fn flag(mut self, flag: &str) -> Self {
        self.0.push(flag.into());
        self
    }

    fn option(self, name: &str, value: &str) -> Self {
        self.flag(name).word(value)
    }

    fn bucket(self, bucket: Option<u32>) -> Self {
        match bucket {
            Some(bucket) => self.option("--bucket", &bucket.to_string()),
            None => self,
        }
    }

    fn place(self, place: &Place) -> Self {
        self.word(place.topic.as_str()).bucket(place.bucket)
    }

    fn text(self) -> String {
        self.0.join(" ")
    }
}

/// Puts a record, given as JSON.
pub(crate) fn put(root: Option<&str>, topic: &TopicName, record: &str) -> String {
    let line = Line::new("put", root).word(topic.as_str());
    line.option("--record", record).flag("--no-flush").text()
}

/// Flushes.
pub(crate) fn flush(root: Option<&str>, place: &Place) -> String {
    Line::new("flush", root).place(place).text()
}

/// Gives a version a name.
pub(crate) fn tag(root: Option<&str>, bucket: &BucketId, tag: &str, version: u64) -> String {
    let line = Line::new("tag", root).word(bucket.topic.as_str()).word(tag);
    line.word(&version.to_string()).bucket(Some(bucket.bucket)).text()
}

/// Takes a name away.
pub(crate) fn untag(root: Option<&str>, bucket: &BucketId, tag: &str) -> String {
    let line = Line::new("tag", root).word(bucket.topic.as_str()).word(tag);
    line.flag("--delete").bucket(Some(bucket.bucket)).text()
}

/// Makes a version the newest again.
pub(crate) fn restore(root: Option<&str>, bucket: &BucketId, version: u64) -> String {
    let line = Line::new("restore", root).word(bucket.topic.as_str());
    line.word(&version.to_string()).bucket(Some(bucket.bucket)).text()
}

/// Does to versions what was done; each command with the one that takes it back. A restore made the version `made`, where
/// it made one.
pub(crate) fn altered(
    root: Option<&str>,
    alteration: &Alteration,
    made: Option<u64>,
) -> Vec<(String, Option<String>)> {
    match alteration {
        Alteration::Tag { bucket, version, tag: name } => {
            vec![(tag(root, bucket, name, *version), Some(untag(root, bucket, name)))]
        }
        Alteration::Untag { bucket, version, tags } => tags
            .iter()
            .map(|name| (untag(root, bucket, name), Some(tag(root, bucket, name, *version))))
            .collect(),
        Alteration::Restore { bucket, version } => {
            // It was made as the very next version: the one before it was the newest.
            let before = made.filter(|made| made != version).and_then(|made| made.checked_sub(1));
            let back = before.map(|before| restore(root, bucket, before));
            vec![(restore(root, bucket, *version), back)]
        }
    }
}

/// Keeps a topic in order; and what takes it back, where anything does.
pub(crate) fn tended(root: Option<&str>, chore: &Chore, place: &Place) -> (String, Option<String>) {
    let plain = |verb| (Line::new(verb, root).place(place).text(), None);
    match chore {
        Chore::Compact => plain("compact"),
        Chore::CleanUp => plain("cleanup"),
        Chore::Verify => plain("verify"),
        Chore::Index { column, is_text } => {
            let line = || Line::new("index", root).word(place.topic.as_str()).word(column);
            let made = if *is_text { line().option("--kind", "text") } else { line() };
            let drop = line().flag("--drop").bucket(place.bucket).text();
            (made.bucket(place.bucket).text(), Some(drop))
        }
    }
}

/// Does to a topic as a whole what was done; and what takes it back.
pub(crate) fn administered(root: Option<&str>, done: &Administered) -> (String, Option<String>) {
    match &done.administration {
        Administration::Rename { topic, new } => {
            let line = |from: &str, to: &str| Line::new("rename", root).word(from).word(to).text();
            (line(topic.as_str(), new), Some(line(new, topic.as_str())))
        }
        Administration::Delete { topic } => {
            let line = Line::new("delete", root).word(topic.as_str()).flag("--yes").text();
            let back = |name| Line::new("trash", root).option("--restore", name).text();
            (line, done.trashed.as_deref().map(back))
        }
    }
}

/// Writes the same records into the file; none where no command can name them.
pub(crate) fn export(root: Option<&str>, order: &Order) -> Option<String> {
    let Order { place, version, lot, file, replace } = order;
    if let Lot::These(places) = lot {
        return run_of(root, order, places);
    }
    let mut line = Line::new("export", root).word(place.topic.as_str()).word(file);
    line = of_past(line.bucket(place.bucket), version.as_ref());
    if let Lot::Matching(filter) = lot {
        let conditions: Vec<String> = filter.conditions().map(|sql| format!("({sql})")).collect();
        if !conditions.is_empty() {
            line = line.option("--filter", &conditions.join(" and "));
        }
        line = filter.needles().fold(line, |line, needle| line.option("--find", needle.text()));
    }
    Some(if *replace { line.flag("--force").text() } else { line.text() })
}

fn of_past(line: Line, past: Option<&super::effect::Past>) -> Line {
    let Some(past) = past else { return line };
    let line = match &past.branch {
        Some(branch) => line.option("--branch", branch),
        None => line,
    };
    line.option("--at", &past.version.to_string())
}

/// Records that follow each other in one bucket, as `get` prints them; no command names others.
fn run_of(root: Option<&str>, order: &Order, places: &[(u32, u64)]) -> Option<String> {
    let (bucket, first) = *places.first()?;
    let follow = (first..).zip(places).all(|(offset, place)| *place == (bucket, offset));
    let format = FileFormat::of(Path::new(&order.file))?;
    let printed = matches!(format, FileFormat::Jsonl | FileFormat::Csv);
    if !follow || !printed {
        return None;
    }
    let line = Line::new("get", root).word(order.place.topic.as_str()).bucket(Some(bucket));
    let line = of_past(line, order.version.as_ref())
        .option("--offset", &first.to_string())
        .option("--limit", &places.len().to_string())
        .option("--format", format.name());
    Some(format!("{} > {}", line.text(), shell::quoted(&order.file)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::data::{Chip, Filter};
    use crate::tui::effect::Past;

    fn bucket() -> BucketId {
        BucketId { topic: "traces".parse().unwrap(), bucket: 2 }
    }

    fn place() -> Place {
        Place { topic: "traces".parse().unwrap(), bucket: Some(2) }
    }

    #[test]
    fn what_was_done_to_a_version_is_taken_back_by_another_command() {
        let (bucket, tag) = (bucket(), "before-fix".to_owned());
        let done = altered(None, &Alteration::Tag { bucket, version: 41, tag }, None);
        let there = "lanceq tag traces before-fix 41 --bucket 2";
        let back = "lanceq tag traces before-fix --delete --bucket 2";
        assert_eq!(done, [(there.to_owned(), Some(back.to_owned()))]);
        let tags = vec!["before-fix".to_owned()];
        let untag = Alteration::Untag { bucket: self::bucket(), version: 41, tags };
        assert_eq!(altered(None, &untag, None), [(back.to_owned(), Some(there.to_owned()))]);
        let restore = Alteration::Restore { bucket: self::bucket(), version: 41 };
        let root = Some("my data");
        assert_eq!(
            altered(root, &restore, Some(484)),
            [(
                "lanceq restore --root 'my data' traces 41 --bucket 2".to_owned(),
                Some("lanceq restore --root 'my data' traces 483 --bucket 2".to_owned())
            )]
        );
        assert_eq!(altered(root, &restore, Some(41))[0].1, None, "it was the newest already");
    }

    #[test]
    fn chores_are_commands_and_an_index_can_be_dropped() {
        for (chore, command, back) in [
            (Chore::Compact, "lanceq compact traces --bucket 2", None),
            (Chore::CleanUp, "lanceq cleanup traces --bucket 2", None),
            (Chore::Verify, "lanceq verify traces --bucket 2", None),
            (
                Chore::Index { column: "the text".into(), is_text: true },
                "lanceq index traces 'the text' --kind text --bucket 2",
                Some("lanceq index traces 'the text' --drop --bucket 2"),
            ),
        ] {
            let done = tended(None, &chore, &place());
            assert_eq!((done.0.as_str(), done.1.as_deref()), (command, back));
        }
    }

    #[test]
    fn an_export_is_one_command_where_one_can_say_it() {
        let order = |lot, file: &str| Order {
            place: place(),
            version: Some(Past::own(41)),
            lot,
            file: file.into(),
            replace: false,
        };
        let mut filter = Filter::default();
        filter.add(Chip::typed("n > 3").unwrap());
        filter.add(Chip::typed("the bug").unwrap());
        let these = |places: &[(u32, u64)]| Lot::These(places.to_vec());
        for (order, command) in [
            (order(Lot::All, "a.csv"), Some("lanceq export traces a.csv --bucket 2 --at 41")),
            (
                Order { replace: true, version: None, ..order(Lot::Matching(filter), "a b.csv") },
                Some(
                    "lanceq export traces 'a b.csv' --bucket 2 --filter '(n > 3)' --find 'the bug' --force",
                ),
            ),
            (
                order(these(&[(2, 7), (2, 8)]), "a.csv"),
                Some(
                    "lanceq get traces --bucket 2 --at 41 --offset 7 --limit 2 --format csv > a.csv",
                ),
            ),
            (order(these(&[(2, 7), (2, 9)]), "a.csv"), None),
            (order(these(&[(2, 7)]), "a.parquet"), None),
        ] {
            assert_eq!(export(None, &order).as_deref(), command);
        }
        assert_eq!(
            put(None, &"t".parse().unwrap(), r#"{"a": "it's"}"#),
            r#"lanceq put t --record '{"a": "it'\''s"}' --no-flush"#
        );
        assert_eq!(flush(None, &place()), "lanceq flush traces --bucket 2");
    }
}
