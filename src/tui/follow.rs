//! Follows a topic or a bucket, and passes on what arrives in batches.

use futures::{FutureExt, StreamExt};

use super::clock;
use super::data::{Fault, Filter, PathColumn, PathColumns, Rows};
use super::effect::Place;
use super::event::{Answer, Arrival};
use super::runner::Sink;
use super::sift;
use crate::{Engine, From, Result, StreamOptions, Tail, TailEvent, TopicCounts};

/// Events of the stream that are passed on together, where they are there already.
const TOGETHER: usize = 64;

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
    while let Some(first) = tail.next().await {
        let mut arrivals = Vec::new();
        take(&mut arrivals, first?, (&before, &shown.inner));
        let end = take_ready(&mut tail, &mut arrivals, (&before, &shown.inner));
        if !arrivals.is_empty() {
            sink.send(Ok(Answer::Tail(arrivals, clock::now()))).await;
        }
        end?;
    }
    Ok(())
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
