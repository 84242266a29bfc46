//! Follows a topic or a bucket, and passes on what arrives in batches.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::clock;
use super::data::{Fault, Filter, PathColumn, PathColumns, Rows};
use super::effect::Place;
use super::event::{Answer, Arrival};
use super::runner::Sink;
use super::sift;
use crate::{Cursor, Engine, From, Progress, Reader, Result, StreamOptions, Tail, TailEvent};

/// Events of the stream that are passed on together, where they are there already.
const TOGETHER: usize = 64;
/// How often it says how far it is where nothing matches.
const PACE: Duration = Duration::from_millis(100);

/// What is shown of what comes.
pub(super) struct Shown {
    pub(super) filter: Filter,
    pub(super) inner: PathColumns,
}

/// Follows until it fails; answers why it did.
pub(super) async fn follow(
    engine: &Engine,
    place: &Place,
    (backlog, shown): (u64, &Shown),
    sink: &Sink,
) -> Fault {
    match try_follow(engine, place, (backlog, shown), sink).await {
        Ok(()) => Fault::new("the stream ended"),
        Err(error) => error.into(),
    }
}

async fn try_follow(
    engine: &Engine,
    place: &Place,
    (backlog, shown): (u64, &Shown),
    sink: &Sink,
) -> Result<()> {
    let reader = sift::conditioned(engine, place, None, &shown.filter).await?;
    let (before, end) = there(&reader, backlog, &shown.inner).await?;
    let mut tail = reader.stream(StreamOptions::new(From::Cursor(end)).blocking()).await?;
    let mut progress = tail.progress();
    let mut told = Instant::now();
    tell(sink, before, &mut progress).await;
    // Whether it has passed over records since, which do not match.
    let mut moved = false;
    loop {
        tokio::select! {
            biased;
            event = tail.next() => {
                let Some(first) = event else { return Ok(()) };
                let mut arrivals = Vec::new();
                take(&mut arrivals, first?, &shown.inner);
                let end = take_ready(&mut tail, &mut arrivals, &shown.inner);
                tell(sink, arrivals, &mut progress).await;
                end?;
            }
            is_there = progress.changed(), if !moved => {
                moved = is_there;
                continue;
            }
            () = sleep_until(told + PACE), if moved => tell(sink, Vec::new(), &mut progress).await,
        }
        (told, moved) = (Instant::now(), false);
    }
}

/// The last records of each bucket that are there already, with the times at which they came, and where they end.
async fn there(reader: &Reader, rows: u64, inner: &[PathColumn]) -> Result<(Vec<Arrival>, Cursor)> {
    let mut tail = reader.stream(StreamOptions::new(From::Last(rows))).await?;
    let mut arrivals = Vec::new();
    while let Some(event) = tail.next().await {
        let TailEvent::Rows(chunk) = event? else { continue };
        let places: Vec<(u32, u64)> =
            chunk.offsets.iter().map(|offset| (chunk.bucket, *offset)).collect();
        let times = match reader.times(&places).await {
            Ok(times) => times,
            Err(error) => {
                arrivals.push(Arrival::Untimed(error.into()));
                Vec::new()
            }
        };
        arrivals.push(Arrival::Backlog(Rows::of_chunk(&chunk, inner), times));
    }
    Ok((arrivals, tail.cursor()))
}

/// Passes on what has come, and how far the tail is.
async fn tell(sink: &Sink, mut arrivals: Vec<Arrival>, progress: &mut Progress) {
    arrivals.push(Arrival::Reached(progress.next_offsets()));
    sink.send(Ok(Answer::Tail(arrivals, clock::now()))).await;
}

/// Takes what the stream has without waiting.
fn take_ready(tail: &mut Tail, arrivals: &mut Vec<Arrival>, inner: &[PathColumn]) -> Result<()> {
    for _ in 1..TOGETHER {
        let Some(Some(event)) = tail.next().now_or_never() else {
            break;
        };
        take(arrivals, event?, inner);
    }
    Ok(())
}

fn take(arrivals: &mut Vec<Arrival>, event: TailEvent, inner: &[PathColumn]) {
    arrivals.push(match event {
        TailEvent::Rows(chunk) => Arrival::Rows(Rows::arriving(&chunk, inner)),
        TailEvent::Flushed(flushed) => Arrival::Flushed(flushed),
        TailEvent::Reset(reset) => Arrival::Reset(reset),
    });
}
