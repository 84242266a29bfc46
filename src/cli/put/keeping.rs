//! What a topic keeps of its versions and records, as far as it is said.

use std::time::Duration;

use clap::Args;

use crate::cli::args::{PutArgs, positive};
use crate::cli::failure::Result;
use crate::cli::moment::age;
use crate::cli::retain::KeepingRecords;
use crate::{Engine, ErrorKind, RecordRetention, Retention};

/// What the topic is to keep from now on.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Keeping {
    #[command(flatten)]
    pub(crate) versions: KeepingVersions,

    #[command(flatten)]
    pub(crate) records: KeepingRecords,
}

/// Which versions it is to keep.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct KeepingVersions {
    /// From now on, keep the newest N versions of each bucket of the topic [default: 10]
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) keep_versions: Option<usize>,

    /// And those of the newest 100 that were the newest one within this time: 15m, 2h, 3d, 0s [default: 7d]
    #[arg(long, value_name = "AGE", value_parser = age, allow_negative_numbers = true)]
    pub(crate) keep_for: Option<Duration>,
}

impl Keeping {
    /// The topic's new retention, where something of it is said; what is not said stays as it is.
    pub(super) async fn of(self, engine: &Engine, args: &PutArgs) -> Result<Option<Retention>> {
        if args.dry_run || self.versions.over(Retention::default()).is_none() {
            return Ok(None);
        }
        let now = match engine.retention(&args.topic).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Retention::default(),
            now => now?,
        };
        Ok(self.versions.over(now))
    }

    /// The topic's new rule for records, where something of it is said; what is not said stays as it is.
    pub(super) async fn records_of(
        self,
        engine: &Engine,
        args: &PutArgs,
    ) -> Result<Option<RecordRetention>> {
        if args.dry_run || self.records.over(RecordRetention::default()).is_none() {
            return Ok(None);
        }
        let now = match engine.record_retention(&args.topic).await {
            Err(error) if error.kind() == ErrorKind::NotFound => RecordRetention::default(),
            now => now?,
        };
        Ok(self.records.over(now))
    }
}

impl KeepingVersions {
    /// A retention with what is said; none where nothing is.
    pub(crate) fn over(self, now: Retention) -> Option<Retention> {
        let Self { keep_versions, keep_for } = self;
        let is_said = keep_versions.is_some() || keep_for.is_some();
        let keep_versions = keep_versions.unwrap_or(now.keep_versions);
        let keep_for = keep_for.unwrap_or(now.keep_for);
        is_said.then_some(Retention { keep_versions, keep_for, ..now })
    }
}
