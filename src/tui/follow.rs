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
use crate::{Engine, From, Progress, Result, StreamOptions, Tail, TailEvent, TopicCounts};

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
    let before = reader.counts().await?;
    let mut tail = reader.stream(StreamOptions::new(From::Last(backlog)).blocking()).await?;
    let mut progress = tail.progress();
    let mut told = Instant::now();
    tell(sink, Vec::new(), &mut progress).await;
    // Whether it has passed over records since, which do not match.
    let mut moved = false;
    loop {
        tokio::select! {
            biased;
            event = tail.next() => {
                let Some(first) = event else { return Ok(()) };
                let mut arrivals = Vec::new();
                take(&mut arrivals, first?, (&before, &shown.inner));
                let end = take_ready(&mut tail, &mut arrivals, (&before, &shown.inner));
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

/// Passes on what has come, and how far the tail is.
async fn tell(sink: &Sink, mut arrivals: Vec<Arrival>, progress: &mut Progress) {
    arrivals.push(Arrival::Reached(progress.next_offsets()));
    sink.send(Ok(Answer::Tail(arrivals, clock::now()))).await;
}

/// Takes what the stream has without waiting.
fn take_ready(
    tail: &mut Tail,
    arrivals: &mut Vec<Arrival>,
    (before, inner): (&TopicCounts, &[PathColumn]),
) -> Result<()> {
    for _ in 1..TOGETHER {
        let Some(Some(event)) = tail.next().now_or_never() else {
            break;
        };
        take(arrivals, event?, (before, inner));
    }
    Ok(())
}

/// Takes one event; records that were there when the tail was opened are its backlog.
fn take(
    arrivals: &mut Vec<Arrival>,
    event: TailEvent,
    (before, inner): (&TopicCounts, &[PathColumn]),
) {
    match event {
        TailEvent::Rows(chunk) => {
            let known = before.buckets.iter().find(|bucket| bucket.bucket_id == chunk.bucket);
            let end = known.map_or(0, |bucket| bucket.next_offset);
            let mut old = Rows::of_chunk(&chunk, inner);
            let new = old.split_off(end);
            arrivals.extend((!old.rows.is_empty()).then_some(Arrival::Backlog(old)));
            arrivals.extend((!new.rows.is_empty()).then_some(Arrival::Rows(new)));
        }
        TailEvent::Flushed(flushed) => arrivals.push(Arrival::Flushed(flushed)),
        TailEvent::Reset(reset) => arrivals.push(Arrival::Reset(reset)),
    }
}
