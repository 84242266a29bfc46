//! `lanceq groups`: where the groups of a topic stand, and moving or deleting one.

use clap::Args;

use super::args::FactsArgs;
use super::count::counted;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use super::pick::line;
use crate::{Engine, Error, From, GroupFault, GroupInfo, GroupPlace, Reader};

#[derive(Debug, Args)]
pub(crate) struct GroupsArgs {
    /// The topic
    pub(crate) topic: String,

    /// One group only
    pub(crate) name: Option<String>,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) change: Change,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// What is done to a group.
#[derive(Debug, Clone, Args)]
#[group(multiple = false, requires = "name")]
pub(crate) struct Change {
    /// Let it go on there, in each bucket: `start`, `end`, an offset, -N for the last N records, or a position a bucket,
    /// such as `0:1024,1:998`; also where its file is damaged
    #[arg(
        long,
        value_name = "start|end|N|-N|POSITION",
        value_parser = super::moment::group_place,
        allow_hyphen_values = true
    )]
    pub(crate) seek: Option<From>,

    /// Let it go on at the first record of each bucket
    #[arg(long)]
    pub(crate) reset: bool,

    /// Delete it; records stay
    #[arg(long)]
    pub(crate) delete: bool,
}

/// Changes a group where that was asked for, and prints where groups stand.
pub(crate) async fn run(engine: &Engine, args: &GroupsArgs) -> Result {
    let reader = line(engine, &args.topic, args.bucket, None).await?;
    let Some(name) = &args.name else { return print(args, &reader.groups().await?) };
    let Change { seek, reset, delete } = &args.change;
    if *delete {
        reader.delete_group(name).await?;
        if args.facts.json {
            return output::json(&Vec::<GroupInfo>::new());
        }
        output::narrate(format!("{}: group `{name}` is deleted", args.topic));
        return Ok(());
    }
    if let Some(from) = seek.clone().or(reset.then_some(From::Start)) {
        let position = reader.seek_group(name, from).await?;
        if !args.facts.json {
            output::narrate(format!("{}: group `{name}` goes on at {position}", args.topic));
            return Ok(());
        }
    }
    print(args, &[found(&reader, name).await?])
}

async fn found(reader: &Reader, name: &str) -> Result<GroupInfo> {
    let (wanted, others): (Vec<_>, Vec<_>) =
        reader.groups().await?.into_iter().partition(|info| info.group == name);
    let missing = || {
        let others = others.into_iter().map(|info| info.group).collect();
        let (topic, group) = (reader.topic().to_string(), name.to_owned());
        Error::Group { topic, group, fault: GroupFault::NotFound(others) }
    };
    Ok(wanted.into_iter().next().ok_or_else(missing)?)
}

fn print(args: &GroupsArgs, groups: &[GroupInfo]) -> Result {
    if args.facts.json {
        return output::json(&groups);
    }
    if groups.is_empty() {
        output::narrate(format!("{} has no groups", args.topic));
        return Ok(());
    }
    let rows: Vec<_> = groups
        .iter()
        .flat_map(|info| info.buckets.iter().map(|place| row(&info.group, place)))
        .collect();
    facts(&["GROUP", "BUCKET", "POSITION", "END", "LAG", "COMMITTED"], &rows)?;
    for (group, place) in groups.iter().flat_map(|info| info.buckets.iter().map(move |p| (info, p)))
    {
        let (name, bucket) = (&group.group, place.bucket_id);
        if let Some(error) = &place.error {
            output::narrate(format!("`{name}`, bucket {bucket} cannot be read: {error}"));
        }
        if let Some(missed) = place.missed.filter(|missed| *missed > 0) {
            let missed = counted(missed, "record");
            output::narrate(format!(
                "`{name}`, bucket {bucket}: {missed} went before it had read them"
            ));
        }
    }
    Ok(())
}

fn row(group: &str, place: &GroupPlace) -> Vec<Cell> {
    let unknown = || Cell::Text("?".into());
    let when = |when: chrono::DateTime<chrono::Utc>| when.format("%Y-%m-%d %H:%M:%S UTC");
    vec![
        Cell::Text(group.into()),
        Cell::number(&place.bucket_id),
        place.position.map_or_else(unknown, |position| Cell::Number(position.to_string())),
        Cell::number(&place.next_offset),
        place.lag.map_or_else(unknown, |lag| Cell::number(&lag)),
        Cell::Text(place.committed_at.map_or_else(String::new, |time| when(time).to_string())),
    ]
}

/// How far a group is behind, in words.
pub(super) fn behind(group: &crate::GroupLag) -> String {
    let name = &group.group;
    match group.lag {
        Some(lag) => format!("group `{name}` is {} behind", counted(lag, "record")),
        None => format!("group `{name}` stands where it cannot be read"),
    }
}
