//! The explorer in a pty on a topic of ten million records, while another process puts fifty thousand a second into it: from
//! a key to its frame, beside a look for matches too, from a jump to its page, how far the tail is behind, and what it
//! costs in memory, and in time when nothing happens.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use lanceq::Engine;

use crate::Bench;
use crate::explorer::{Explorer, ROWS, Rest, line};
use crate::figures::{figure, percentile};
use crate::history::TOPIC;
use crate::records::batch;
use crate::role::argument;

pub(crate) const ROLE: &str = "flood";
const FLUSHES: u64 = 10_000;
/// Records that are put each second, in so many calls.
const RATE: (u64, u32) = (50_000, 100);
const KEYS: u64 = 200;
const JUMPS: u64 = 100;
/// Between two keys: not a multiple of a frame.
const BETWEEN: Duration = Duration::from_millis(43);
const SETTLE: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(20);
/// How long the flood lasts before the tail is looked at, and how long it is.
const SOAK: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_secs(5);
/// All records have it in their text.
const TEXT: &str = "quick brown";
/// What the status line says of a filter.
const FILTER: &str = "filter:";
/// What the status line says while the explorer looks for what matches.
const LOOKING: &str = "look for what matches";

pub(crate) async fn run(bench: &Bench) {
    let history = bench.histories.large(bench.settings.count(FLUSHES)).await;
    let records = history.records();
    println!("live: the explorer on {records} records, {ROWS} rows");
    let mut explorer = Explorer::start(history.root());
    explorer.starts_with(|screen| is_full(screen) && screen.contents().contains('■'));
    explorer.press("\r", |_| true);
    explorer.watch(SETTLE);
    at_most("a jump, to its page", jumps(&mut explorer, records), 100.0);
    let quiet = explorer.rest(REST);
    println!("  while another process puts {} records a second:", RATE.0);
    let flood = Flood::start(history.root().to_str().unwrap());
    at_most("a page down in the table, to its records", pages(&mut explorer), 100.0);
    explorer.press("f", |screen| screen.contents().contains("following"));
    explorer.watch(SETTLE);
    let helps = toggles(&mut explorer, "?", " Keys ");
    at_most("the help over the tail, key to frame", helps, 16.0);
    let pauses = toggles(&mut explorer, " ", "paused");
    at_most("the tail held still and let go", pauses, 16.0);
    explorer.watch(SOAK);
    at_most("from a put to its line in the tail", drift(&mut explorer), 1000.0);
    at_most("the help, beside a look for matches", looking(&mut explorer), 33.0);
    figure("put a second", flood.end(), "records");
    explorer.press("\x7f", |screen| !screen.contents().contains(FILTER));
    explorer.watch(SETTLE);
    let rest = explorer.rest(REST);
    figure("resident memory at most", explorer.resident(), "MiB, wanted below 200");
    explorer.end();
    at_rest("before it", &quiet);
    at_rest("behind it", &rest);
}

fn at_most(what: &str, mut times: Vec<Duration>, wanted: f64) {
    times.sort();
    let [middle, p99, most] = [50.0, 99.0, 100.0].map(|percent| percentile(&times, percent));
    println!(
        "  {what:<44} {middle:.1} ms, p99 {p99:.1}, at most {most:.1}; wanted of p99 below {wanted}"
    );
}

fn at_rest(when: &str, Rest { share, bytes }: &Rest) {
    let (seconds, share) = (REST.as_secs(), share * 100.0);
    println!(
        "  at rest {when}, {seconds} s: processor {share:.2} %, wanted below 0.5; {bytes} bytes written, wanted 0"
    );
}

fn is_full(screen: &vt100::Screen) -> bool {
    !screen.contents().contains("·····")
}

/// From the key that ends a jump until all rows of the page are there.
fn jumps(explorer: &mut Explorer, records: u64) -> Vec<Duration> {
    let mut mixed = 1_u64;
    let jump = |_| {
        mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
        let offset = (mixed >> 11) % records;
        explorer.press(&format!("g{offset}"), |screen| screen.contents().contains("jump to"));
        explorer.watch(BETWEEN);
        let took = explorer.press("\r", |screen| is_full(screen) && has_line(screen, offset));
        explorer.watch(BETWEEN);
        took
    };
    (0..JUMPS).map(jump).collect()
}

/// Whether the table has the line of a record: the border says its offset, too, before the page is there.
fn has_line(screen: &vt100::Screen, offset: u64) -> bool {
    let begins = format!("{}  ", grouped(offset));
    screen.contents().split('■').skip(1).any(|behind| behind.trim_start().starts_with(&begins))
}

/// A number as the explorer shows it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let starts = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    let spaced = digits.chars().enumerate();
    spaced.flat_map(|(at, digit)| starts(at).then_some(' ').into_iter().chain([digit])).collect()
}

/// From the key until another record is selected, and all rows are there.
fn pages(explorer: &mut Explorer) -> Vec<Duration> {
    let page = |_| {
        let before = position(&explorer.line(ROWS - 3));
        let took = explorer.press("\x1b[6~", |screen| {
            let now = position(&line(screen, ROWS - 3));
            now.is_some() && now != before && is_full(screen)
        });
        explorer.watch(BETWEEN);
        took
    };
    (0..KEYS).map(page).collect()
}

/// The number of the selected record, from `… · 34 of 1 000 000 · 0.0 % ┘`.
fn position(border: &str) -> Option<String> {
    let (before, _) = border.rsplit_once(" of ")?;
    let digits = |c: char| !(c.is_ascii_digit() || c == ' ');
    Some(before.rsplit(digits).next()?.trim().to_owned())
}

/// From a key until what it shows is there, or gone again.
fn toggles(explorer: &mut Explorer, key: &str, shown: &str) -> Vec<Duration> {
    (0..KEYS).map(|number| toggle(explorer, key, (shown, number.is_multiple_of(2)))).collect()
}

fn toggle(explorer: &mut Explorer, key: &str, (shown, appears): (&str, bool)) -> Duration {
    let took = explorer.press(key, |screen| screen.contents().contains(shown) == appears);
    explorer.watch(BETWEEN);
    took
}

/// The help over a tail with a filter, while the table behind it is looked through for matches, again and again.
fn looking(explorer: &mut Explorer) -> Vec<Duration> {
    let mut times = Vec::new();
    while (times.len() as u64) < KEYS {
        if !explorer.shows(LOOKING) {
            look_again(explorer);
        }
        times.push(toggle(explorer, "?", (" Keys ", true)));
        times.push(toggle(explorer, "?", (" Keys ", false)));
    }
    times
}

/// Has the table looked through anew, and goes back to the tail meanwhile.
fn look_again(explorer: &mut Explorer) {
    explorer.press("f", |screen| !screen.contents().contains("following"));
    if explorer.shows(FILTER) {
        explorer.press("\x7f", |screen| !screen.contents().contains(FILTER));
    }
    explorer.press("&", |screen| screen.contents().contains("only records with"));
    explorer.press(&format!("{TEXT}\r"), |screen| screen.contents().contains(LOOKING));
    explorer.press("f", |screen| screen.contents().contains("following"));
}

/// How long ago the newest record in view was put, at each frame that shows one.
fn drift(explorer: &mut Explorer) -> Vec<Duration> {
    let mut behind = Vec::new();
    explorer.watch_with(LOOK, |screen| {
        let now = since_epoch();
        // The records of the flood have, as their value, the time at which they were put.
        let newest = screen.contents().split_whitespace().filter_map(time).max();
        behind.extend(newest.map(|put| now.saturating_sub(put)));
    });
    behind
}

fn time(word: &str) -> Option<Duration> {
    let millis = word.parse().ok().filter(|_| word.len() == 13)?;
    Some(Duration::from_millis(millis))
}

/// The process that puts.
struct Flood {
    child: Child,
}

impl Flood {
    fn start(root: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([ROLE, root]).stdin(Stdio::piped()).stdout(Stdio::piped());
        Self { child: command.spawn().unwrap() }
    }

    /// How many records it put a second.
    fn end(mut self) -> f64 {
        drop(self.child.stdin.take());
        let mut rate = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rate).unwrap();
        assert!(self.child.wait().unwrap().success());
        rate.trim().parse().unwrap()
    }
}

/// Puts at a steady pace, with a writer as it is without options, until the input ends; prints how many a second.
pub(crate) async fn play() {
    let engine = Engine::open(argument(0)).await.unwrap();
    let writer = engine.writer(TOPIC).open().await.unwrap();
    let input = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let (records, calls) = RATE;
    let mut pace = tokio::time::interval(Duration::from_secs(1) / calls);
    let (begun, mut put) = (since_epoch(), 0);
    while !input.is_finished() {
        pace.tick().await;
        let each = records / u64::from(calls);
        writer.put_arrow(stamped(&batch(put, each))).await.unwrap();
        put += each;
    }
    println!("{}", put as f64 / since_epoch().saturating_sub(begun).as_secs_f64());
    writer.close().await.unwrap();
}

/// The records, with the time as their value.
fn stamped(batch: &RecordBatch) -> RecordBatch {
    let now = since_epoch().as_millis() as i64;
    let mut columns = batch.columns().to_vec();
    let values: ArrayRef = Arc::new(Int64Array::from(vec![now; batch.num_rows()]));
    columns[batch.schema().index_of("value").unwrap()] = values;
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "two processes have only the wall clock in common")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
