//! `lanceq adopt`: a dataset of another program becomes a topic of lanceq's.

use std::fs;
use std::path::Path;

use clap::Args;

use super::args::{FactsArgs, buckets};
use super::count::counted;
use super::failure::{Failure, Result};
use super::output;
use super::progress::Progress;
use super::watched::watched;
use crate::{AdoptOptions, AdoptedBucket, AdoptedBy, Adoption, Engine, ErrorKind, Job};

/// Make a dataset of another program a topic of lanceq's, so that it can be written
///
/// A dataset with stable row ids keeps its versions and tags. Another one is written anew, in the order of a scan; what was there
/// before goes into the trash. Stop what else writes it first.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The topic, or the path of its dataset in the root
    pub(crate) topic: String,

    /// How many buckets it gets, where some have no dataset yet [default: one more than the highest that has]
    #[arg(long, value_name = "N", value_parser = buckets, allow_negative_numbers = true)]
    pub(crate) buckets: Option<u32>,

    /// Which field of a record chooses the bucket [default: id]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) bucket_column: Option<String>,

    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Adopts, or says what that would do.
pub(crate) async fn run(engine: &Engine, args: &AdoptArgs) -> Result {
    let topic = topic(engine, &args.topic).await?;
    let AdoptArgs { buckets, bucket_column, .. } = args;
    let options = AdoptOptions { num_buckets: *buckets, bucket_column: bucket_column.clone() };
    let done = if args.dry_run {
        engine.adoption(&topic, &options).await?
    } else {
        let stopping = "stopping; nothing is adopted";
        let job = Job::new();
        let work = engine.adopt(&topic, &options, &job);
        watched(stopping, Progress::records("rewriting", 0), &job, work).await?
    };
    if args.facts.json {
        return output::json(&done);
    }
    told(&done, args.dry_run).into_iter().for_each(output::narrate);
    Ok(())
}

/// The topic that a word names: by its name, or by a path to its dataset.
async fn topic(engine: &Engine, word: &str) -> Result<String> {
    match engine.topic(word).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            of_path(engine.root(), Path::new(word)).unwrap_or_else(|| Err(error.into()))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(word.to_owned()),
    }
}

/// `None` where there is no such path.
fn of_path(root: &Path, path: &Path) -> Option<Result<String>> {
    let (root, path) = (fs::canonicalize(root).ok()?, fs::canonicalize(path).ok()?);
    let first = if path == root {
        root.file_name()
    } else {
        let below = path.strip_prefix(&root).ok();
        below.and_then(|below| below.components().next()).map(std::path::Component::as_os_str)
    };
    let Some(first) = first.and_then(std::ffi::OsStr::to_str) else {
        let outside = format!("{} does not lie in the root {}", path.display(), root.display());
        return Some(Err(Failure::failed(outside).hint(
            "name the folder that it lies in with `--root PATH`, or move it into the root",
        )));
    };
    Some(Ok(first.strip_suffix(".lance").unwrap_or(first).to_owned()))
}

/// What is done, or would be, in sentences.
fn told(done: &Adoption, dry_run: bool) -> Vec<String> {
    let (topic, records) = (&done.topic, counted(done.rows, "record"));
    let buckets = counted(u64::from(done.num_buckets), "bucket");
    let is = if dry_run { "would be" } else { "is" };
    let mut lines = vec![format!("{topic} {is} lanceq's: {records} in {buckets}")];
    lines.extend(done.buckets.iter().map(bucket));
    if !done.lost.is_empty() {
        lines.push(format!(
            "only the trash {} {}",
            if dry_run { "would have" } else { "has" },
            done.lost.join(", ")
        ));
    }
    if let Some(name) = &done.original {
        lines.push(format!("what was there before is {name} in the trash"));
    }
    lines
}

fn bucket(bucket: &AdoptedBucket) -> String {
    let AdoptedBucket { bucket_id, dataset, rows, by } = bucket;
    let how = match by {
        AdoptedBy::Staying => "stays as it is",
        AdoptedBy::Moving => "has stable row ids, and gets another folder",
        AdoptedBy::Rewriting => "has no stable row ids, and is written anew",
    };
    format!("bucket {bucket_id}: {dataset} {how}: {}", counted(*rows, "record"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_adopted_is_told_with_what_is_lost_by_it() {
        let done = Adoption {
            topic: "t".parse().unwrap(),
            num_buckets: 1,
            bucket_column: "id".into(),
            rows: 3,
            buckets: vec![AdoptedBucket {
                bucket_id: 0,
                dataset: "t.lance".into(),
                rows: 3,
                by: AdoptedBy::Rewriting,
            }],
            lost: vec!["tag `v1` of bucket 0".into()],
            original: None,
        };
        assert_eq!(
            told(&done, true),
            [
                "t would be lanceq's: 3 records in 1 bucket",
                "bucket 0: t.lance has no stable row ids, and is written anew: 3 records",
                "only the trash would have tag `v1` of bucket 0",
            ]
        );
        let done = Adoption { lost: Vec::new(), original: Some("t.lance-x".into()), ..done };
        let last = told(&done, false).pop().unwrap();
        assert_eq!(last, "what was there before is t.lance-x in the trash");
    }

    #[test]
    fn a_path_in_the_root_names_its_topic_and_one_outside_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for path in ["root/movies.lance", "root/t/data.lance", "elsewhere.lance"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for (path, topic) in [("movies.lance", "movies"), ("t/data.lance", "t"), ("", "root")] {
            assert_eq!(of_path(&root, &root.join(path)).unwrap().unwrap(), topic);
        }
        assert!(of_path(&root, &folder.path().join("elsewhere.lance")).unwrap().is_err());
        assert!(of_path(&root, &root.join("none")).is_none());
    }
}
