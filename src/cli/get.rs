//! `lanceq get`: records from an offset on.

use clap::Args;

use super::args::{PrintArgs, whole};
use super::failure::Result;
use super::format::Printer;
use super::moment::Place;
use super::output;
use super::pick::{Pick, line};
use crate::{Cursor, Engine, Page, Reader, Sort};

#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// The topic
    pub(crate) topic: String,

    /// The first offset to print, in each bucket
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole, allow_negative_numbers = true)]
    pub(crate) offset: u64,

    /// In the order of a column over all records that match, from the smallest value on; with :desc from the largest
    #[arg(long, value_name = "COLUMN[:desc]", conflicts_with_all = ["offset", "since"])]
    pub(crate) sort: Option<Sort>,

    /// Leave out so many at the beginning of the order
    #[arg(long, value_name = "N", requires = "sort", default_value_t = 0, value_parser = whole, allow_negative_numbers = true)]
    pub(crate) skip: u64,

    /// At most so many records in all; with --filter or --find, so many that match
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = whole, allow_negative_numbers = true)]
    pub(crate) limit: u64,

    /// Only records that came since a version's number, a tag, or a time: 2026-01-31T12:00:00Z, or `2h ago`
    #[arg(long, value_name = "VERSION|TAG|TIME")]
    pub(crate) since: Option<Place>,

    #[command(flatten)]
    pub(crate) pick: Pick,

    #[command(flatten)]
    pub(crate) print: PrintArgs,
}

/// Records of the first page, when nobody knows yet how large they are.
const FIRST_PAGE: u64 = 100;
/// Records and bytes of a page.
const PAGE: u64 = 1000;
const PAGE_BYTES: u64 = 4 << 20;

/// Prints up to `--limit` records, bucket after bucket or in an order.
pub(crate) async fn run(engine: &Engine, args: &GetArgs) -> Result {
    let reader = args.pick.reader(engine, &args.topic).await?;
    let mut printer = Printer::new(args.print);
    if let Some(sort) = &args.sort {
        print_sorted(&reader, (sort, args), &mut printer).await?;
    } else {
        let since = since(engine, args).await?;
        for bucket in reader.buckets() {
            let came = since.get(*bucket).map_or(0, |position| position.offset);
            let one = reader.bucket(*bucket)?;
            print_bucket(&one, args, args.offset.max(came), &mut printer).await?;
        }
    }
    let is_empty = printer.printed() == 0;
    printer.finish()?;
    match &args.since {
        Some(_) if is_empty => output::narrate(format!("{}: nothing has come since", args.topic)),
        None if is_empty && args.limit > 0 => tell_the_end(&reader, args).await?,
        _ => {}
    }
    Ok(())
}

/// Where the records end that are not asked for, as they came before.
async fn since(engine: &Engine, args: &GetArgs) -> Result<Cursor> {
    let Some(since) = &args.since else { return Ok(Cursor::default()) };
    let reader = line(engine, &args.topic, args.pick.bucket, args.pick.branch.as_deref()).await?;
    Ok(reader.cursor_at(since.seen_at(chrono::Utc::now())).await?)
}

async fn print_sorted(
    reader: &Reader,
    (sort, args): (&Sort, &GetArgs),
    printer: &mut Printer,
) -> Result {
    let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let mut sorted = reader.sorted(sort, number(args.skip), number(args.limit)).await?;
    while let Some(page) = sorted.next().await? {
        printer.page(&page)?;
    }
    Ok(())
}

async fn print_bucket(bucket: &Reader, args: &GetArgs, from: u64, printer: &mut Printer) -> Result {
    let (mut offset, mut most) = (from, FIRST_PAGE);
    while printer.printed() < args.limit {
        let ask = most.min(args.limit - printer.printed());
        let page = bucket.get(offset, usize::try_from(ask).unwrap_or(usize::MAX)).await?;
        let Some(last) = page.chunks.iter().filter_map(|chunk| chunk.offsets.last()).max() else {
            return Ok(());
        };
        offset = last.saturating_add(1);
        most = next_page(&page);
        page.chunks.iter().try_for_each(|chunk| printer.chunk(chunk, usize::MAX))?;
    }
    Ok(())
}

/// How many records the page behind this one may have: wide records make short pages.
fn next_page(page: &Page) -> u64 {
    let bytes =
        page.chunks.iter().map(|chunk| chunk.batch.get_array_memory_size() as u64).sum::<u64>();
    let each = bytes / (page.len() as u64).max(1);
    (PAGE_BYTES / each.max(1)).clamp(1, PAGE)
}

/// Says where the topic ends, to somebody who asked for what lies behind that.
async fn tell_the_end(reader: &Reader, args: &GetArgs) -> Result {
    if args.pick.matching.asks() {
        let from =
            if args.offset == 0 { String::new() } else { format!(" from {} on", args.offset) };
        output::narrate(format!("{}: no record{from} matches", args.topic));
        return Ok(());
    }
    if args.skip > 0 {
        output::narrate(format!("{}: no record behind the first {}", args.topic, args.skip));
        return Ok(());
    }
    let counts = reader.counts().await?;
    let read = |id: &u32| reader.buckets().contains(id);
    let ends = counts.buckets.iter().filter(|bucket| read(&bucket.bucket_id));
    for bucket in ends {
        let (id, end) = (bucket.bucket_id, bucket.next_offset);
        let first = bucket.first_offset;
        output::narrate(match bucket.total_count {
            0 => format!("{}, bucket {id}: no records", args.topic),
            _ => format!(
                "{}, bucket {id}: nothing at offset {} and behind; its offsets are {first} to {}, the next will be {end}",
                args.topic,
                args.offset,
                end.saturating_sub(1)
            ),
        });
    }
    Ok(())
}
