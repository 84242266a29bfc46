//! `lanceq tail`: new records as they come.

use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::Instant;

use super::args::TailArgs;
use super::failure::{Failure, Result};
use super::format::Printer;
use super::interrupt::Interrupt;
use super::output;
use super::pick::line;
use super::reader_gone::ReaderGone;
use super::tail_group;
use crate::{Chunk, Engine, From, Reader, Reset, ResetReason, StreamOptions, Tail, TailEvent};

/// Why a tail is over.
pub(super) enum Over {
    /// The limit or the timeout was reached, or there is nothing more to read.
    Done,
    Interrupted,
}

impl Over {
    /// What that is for the command.
    pub(super) fn done(self) -> Result {
        match self {
            Self::Done => Ok(()),
            Self::Interrupted => Err(Failure::Interrupted),
        }
    }
}

/// Prints records until the limit, the timeout or Ctrl-C.
pub(crate) async fn run(engine: &Engine, args: TailArgs) -> Result {
    let reader = line(engine, &args.topic, args.bucket, args.branch.as_deref()).await?;
    let reader = args.matching.reader(reader).await?;
    if let Some(group) = args.group.clone() {
        return tail_group::run(&reader, &group, args).await;
    }
    let mut follow = Follow {
        printer: Printer::new(args.print),
        interrupt: Interrupt::listen(None),
        reader_gone: ReaderGone::listen(),
        limit: args.limit.unwrap_or(u64::MAX),
    };
    let over = follow.follow(&reader, &args).await?;
    follow.printer.finish()?;
    over.done()
}

/// A tail on its way to the terminal.
struct Follow {
    printer: Printer,
    interrupt: Interrupt,
    reader_gone: ReaderGone,
    limit: u64,
}

impl Follow {
    async fn follow(&mut self, reader: &Reader, args: &TailArgs) -> Result<Over> {
        let mut from = args.from.clone().unwrap_or(From::End);
        // With a timeout, what is there already is printed whatever time it takes to read: only
        // waiting for more counts as idle.
        if args.timeout.is_some() && from != From::End {
            let mut there = reader.stream(StreamOptions::new(from)).await?;
            if let Over::Interrupted = self.until_over(&mut there, None).await? {
                return Ok(Over::Interrupted);
            }
            from = From::Cursor(there.cursor());
        }
        let mut coming = reader.stream(StreamOptions::new(from).blocking()).await?;
        self.until_over(&mut coming, args.timeout).await
    }

    async fn until_over(&mut self, tail: &mut Tail, idle: Option<Duration>) -> Result<Over> {
        let mut last = Instant::now();
        while self.printer.printed() < self.limit {
            let event = tokio::select! {
                biased;
                () = self.interrupt.asked() => return Ok(Over::Interrupted),
                () = self.reader_gone.noticed() => return Err(Failure::BrokenPipe),
                event = tail.next() => event,
                () = idle_until(idle.map(|idle| last + idle)) => return Ok(Over::Done),
            };
            match event.transpose()? {
                None => return Ok(Over::Done),
                Some(TailEvent::Rows(chunk)) => {
                    self.print(&chunk)?;
                    last = Instant::now();
                }
                Some(TailEvent::Reset(reset)) => tell(&reset),
                Some(_) => {}
            }
        }
        Ok(Over::Done)
    }

    fn print(&mut self, chunk: &Chunk) -> Result {
        let left = usize::try_from(self.limit - self.printer.printed()).unwrap_or(usize::MAX);
        self.printer.chunk(chunk, left)?;
        self.printer.flush()
    }
}

/// Waits until then; for ever where there is no end.
pub(super) async fn idle_until(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}

/// Says that another program rewrote a bucket.
pub(super) fn tell(reset: &Reset) {
    let what = match reset.reason {
        ResetReason::Overwritten => "overwritten",
        ResetReason::Rewritten => "rewritten",
        ResetReason::Recreated => "made anew",
    };
    output::narrate(format!(
        "note: bucket {} was {what} by another program; going on at offset {}",
        reset.bucket_id, reset.next_offset
    ));
}
