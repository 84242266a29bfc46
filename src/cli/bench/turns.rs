//! Which side does what in its turn, each in a fresh folder.

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::folder::Folder;
use super::plan::{Plan, What};
use super::raw::{self, Lines, Sync};
use super::side::Turn;
use super::watch::Watch;
use super::{ours, tail};
use crate::cli::failure::Result;
use crate::{Durability, Reader};

/// The turns of a run.
pub(super) struct Turns<'a> {
    folder: &'a Folder,
    plan: Plan,
    watch: &'a mut Watch,
    /// Made when a side first reads.
    filled: OnceCell<Filled>,
}

/// All records, as a topic and as a file.
struct Filled {
    reader: Reader,
    lines: Lines,
    _folder: TempDir,
}

impl<'a> Turns<'a> {
    pub(super) fn new(folder: &'a Folder, plan: Plan, watch: &'a mut Watch) -> Self {
        Self { folder, plan, watch, filled: OnceCell::new() }
    }

    /// The turn of plain files.
    pub(super) async fn raw(&mut self, what: What) -> Result<Turn> {
        let own = self.folder.fresh()?;
        let Self { folder, plan, watch, filled } = self;
        let times = plan.times(what);
        watch.begin("raw", times);
        match what {
            What::Put => raw::append(own.path(), times, Sync::Never, watch),
            What::Durable => raw::append(own.path(), times, Sync::Each, watch),
            What::Flush => raw::files(own.path(), *plan, watch),
            What::Get => made(filled, folder, *plan, watch).await?.lines.pages(*plan, watch),
            What::Stream => made(filled, folder, *plan, watch).await?.lines.all(*plan, watch),
            What::Tail => tail::cat(times, watch).await,
        }
    }

    /// The turn of lanceq.
    pub(super) async fn lanceq(&mut self, what: What) -> Result<Turn> {
        let own = self.folder.fresh()?;
        let Self { folder, plan, watch, filled } = self;
        let times = plan.times(what);
        watch.begin("lanceq", times);
        match what {
            What::Put => ours::put(own.path(), times, Durability::Os, watch).await,
            What::Durable => ours::put(own.path(), times, Durability::Always, watch).await,
            What::Flush => ours::flush(own.path(), *plan, watch).await,
            What::Get => {
                let filled = made(filled, folder, *plan, watch).await?;
                ours::get(&filled.reader, *plan, watch).await
            }
            What::Stream => {
                let filled = made(filled, folder, *plan, watch).await?;
                ours::stream(&filled.reader, *plan, watch).await
            }
            What::Tail => tail::lanceq(own.path(), times, watch).await,
        }
    }
}

/// What is read, made by whoever reads first.
async fn made<'a>(
    filled: &'a OnceCell<Filled>,
    folder: &Folder,
    plan: Plan,
    watch: &mut Watch,
) -> Result<&'a Filled> {
    filled.get_or_try_init(|| Filled::make(folder, plan, watch)).await
}

impl Filled {
    async fn make(folder: &Folder, plan: Plan, watch: &mut Watch) -> Result<Self> {
        let own = folder.fresh()?;
        let root = own.path().join("root");
        ours::flush(&root, plan, watch).await?;
        let lines = Lines::write(own.path(), plan)?;
        Ok(Self { reader: ours::reader(&root).await?, lines, _folder: own })
    }
}
