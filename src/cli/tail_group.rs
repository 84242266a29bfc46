//! `lanceq tail --group`: records as they come, committed once they are written.

use std::time::Duration;

use tokio::time::Instant;

use super::args::TailArgs;
use super::failure::{Failure, Result};
use super::format::Printer;
use super::interrupt::Interrupt;
use super::reader_gone::ReaderGone;
use super::tail::{Over, idle_until, tell};
use crate::{Error, From, Group, GroupFault, Page, Reader, Reset};

/// What was written is committed so soon: each commit costs two syncs a bucket.
const COMMIT_WITHIN: Duration = Duration::from_millis(100);
/// Records that are written at a time.
const PAGE: u64 = 1000;

/// Prints what the group has not committed, and commits it, until the limit, the timeout or Ctrl-C.
pub(crate) async fn run(reader: &Reader, name: &str, args: TailArgs) -> Result {
    let from = args.from.unwrap_or(From::Start);
    let group = reader.group(name).from(from).open().await?;
    let mut follow = Follow {
        group,
        printer: Printer::new(args.print),
        interrupt: Interrupt::listen(None),
        reader_gone: ReaderGone::listen(),
        limit: args.limit.unwrap_or(u64::MAX),
        idle: args.timeout,
        due: None,
        is_written: true,
    };
    let over = follow.until_over().await;
    if !matches!(over, Err(Failure::BrokenPipe)) {
        follow.commit().await?;
    }
    let over = over?;
    follow.printer.finish()?;
    over.done()
}

struct Follow {
    group: Group,
    printer: Printer,
    interrupt: Interrupt,
    reader_gone: ReaderGone,
    limit: u64,
    idle: Option<Duration>,
    /// When what was written is to be committed.
    due: Option<Instant>,
    /// Whether all that was handed out is written.
    is_written: bool,
}

/// What happened while records were waited for.
enum Came {
    Page(Page),
    Due,
    Over(Over),
}

impl Follow {
    async fn until_over(&mut self) -> Result<Over> {
        let mut last = Instant::now();
        // With a timeout, what is there already is printed whatever time it takes to read: only waiting counts as idle.
        let mut waits = false;
        while self.printer.printed() < self.limit {
            if self.due.is_some_and(|due| due <= Instant::now()) {
                self.commit().await?;
            }
            match self.came(waits.then_some(last)).await? {
                Came::Over(over) => return Ok(over),
                Came::Due => self.commit().await?,
                Came::Page(page) if page.is_empty() => {
                    (waits, last) = (true, Instant::now());
                }
                Came::Page(page) => {
                    self.print(&page)?;
                    (waits, last) = (false, Instant::now());
                }
            }
        }
        Ok(Over::Done)
    }

    /// What comes next; waits for it where nothing was there when it was looked at last.
    async fn came(&mut self, idle_since: Option<Instant>) -> Result<Came> {
        let left = self.limit - self.printer.printed();
        let limit = usize::try_from(left.min(PAGE)).unwrap_or(usize::MAX);
        let (group, waits) = (&mut self.group, idle_since.is_some());
        let read = async { if waits { group.next(limit).await } else { group.get(limit).await } };
        let idle = idle_since.and_then(|since| Some(since + self.idle?));
        let page = tokio::select! {
            biased;
            () = self.interrupt.asked() => return Ok(Came::Over(Over::Interrupted)),
            () = self.reader_gone.noticed() => return Err(Failure::BrokenPipe),
            page = read => page,
            () = idle_until(self.due) => return Ok(Came::Due),
            () = idle_until(idle) => return Ok(Came::Over(Over::Done)),
        };
        match page {
            Ok(page) => Ok(Came::Page(page)),
            Err(Error::Group {
                fault: GroupFault::Reset { bucket, next_offset, reason }, ..
            }) => {
                tell(&Reset { bucket_id: bucket, next_offset, reason });
                // It is looked at again at once.
                Ok(Came::Page(Page::default()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn print(&mut self, page: &Page) -> Result {
        self.is_written = false;
        self.printer.page(page)?;
        self.printer.flush()?;
        self.is_written = true;
        self.due = self.due.or_else(|| Some(Instant::now() + COMMIT_WITHIN));
        Ok(())
    }

    /// Commits what was handed out, where it was written.
    async fn commit(&mut self) -> Result {
        if !self.is_written {
            return Ok(());
        }
        self.group.commit().await?;
        self.due = None;
        Ok(())
    }
}
