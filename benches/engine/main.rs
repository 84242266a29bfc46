//! The engine against Lance itself, and against what people use today, on the same work, in the same run: what is printed
//! are ratios, because these machines are shared and a figure of one minute says little about the next.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a program for figures"
)]

mod arrow;
mod beside;
mod checksums;
mod clusters;
mod curve;
mod delivery;
mod durable;
mod explorer;
mod figures;
mod flat;
mod frame;
mod fresh;
mod get;
mod growth;
mod history;
mod ingest;
mod live;
mod memory;
mod open;
mod peers;
mod pylance;
mod python;
mod raw;
mod records;
mod role;
mod settings;
mod similar;
mod stream;
mod topics;
mod versions;

use std::path::Path;
use std::process::ExitCode;

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use history::Histories;
use settings::Settings;

/// Rounds of the comparisons that have one size only.
const ROUNDS: usize = 5;

/// What the comparisons of one run share.
struct Bench {
    settings: Settings,
    histories: Histories,
}

struct Comparison {
    name: &'static str,
    /// Of what there are `count`; none where there is one size only.
    counts: Option<&'static str>,
    run: fn(&Bench) -> LocalBoxFuture<'_, ()>,
}

/// In the order in which they run: `flat` comes after `open`, because it removes the versions of the history that both use,
/// and `live` after those that count on what theirs has, because it puts into it.
const COMPARISONS: [Comparison; 18] = [
    sized("ingest", "records", |bench| ingest::run(bench).boxed_local()),
    sized("growth", "records", |bench| growth::run(bench).boxed_local()),
    sized("checksums", "records", |bench| checksums::run(bench).boxed_local()),
    sized("open", "flushes", |bench| open::run(bench).boxed_local()),
    sized("flat", "flushes", |bench| flat::run(bench).boxed_local()),
    sized("get", "flushes", |bench| get::run(bench).boxed_local()),
    sized("stream", "flushes", |bench| stream::run(bench).boxed_local()),
    sized("live", "flushes", |bench| live::run(bench).boxed_local()),
    sized("memory", "flushes", |bench| async { memory::run(bench) }.boxed_local()),
    sized("versions", "versions", |bench| versions::run(bench).boxed_local()),
    sized("topics", "topics", |bench| topics::run(bench).boxed_local()),
    sized("beside", "flushes", |bench| beside::run(bench).boxed_local()),
    sized("arrow", "batches", |bench| arrow::run(bench).boxed_local()),
    sized("similar", "vectors", |bench| similar::run(bench).boxed_local()),
    fixed("frame", |_| frame::run().boxed_local()),
    fixed("durable", |_| durable::run().boxed_local()),
    fixed("peers", |_| peers::run().boxed_local()),
    fixed("delivery", |_| delivery::run().boxed_local()),
];

const fn sized(
    name: &'static str,
    counts: &'static str,
    run: fn(&Bench) -> LocalBoxFuture<'_, ()>,
) -> Comparison {
    Comparison { name, counts: Some(counts), run }
}

const fn fixed(name: &'static str, run: fn(&Bench) -> LocalBoxFuture<'_, ()>) -> Comparison {
    Comparison { name, counts: None, run }
}

fn main() -> ExitCode {
    if let Some(role) = std::env::args().nth(1).and_then(|word| role_of(&word)) {
        tokio::runtime::Runtime::new().unwrap().block_on(role);
        return ExitCode::SUCCESS;
    }
    match Settings::parse(std::env::args().skip(1)).and_then(chosen) {
        Ok(settings) => {
            run(&Bench { settings, histories: Histories::default() });
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}\n\n{}", usage());
            ExitCode::from(2)
        }
    }
}

/// What this process does where another one of this program started it.
fn role_of(word: &str) -> Option<LocalBoxFuture<'static, ()>> {
    match word {
        delivery::WRITER => Some(delivery::write().boxed_local()),
        live::ROLE => Some(live::play().boxed_local()),
        memory::ROLE => Some(memory::play().boxed_local()),
        open::ROLE => Some(open::play().boxed_local()),
        versions::ROLE => Some(versions::play().boxed_local()),
        topics::ROLE => Some(topics::play().boxed_local()),
        _ => None,
    }
}

fn chosen(settings: Settings) -> Result<Settings, String> {
    let names = COMPARISONS.map(|comparison| comparison.name);
    match settings.unknown(&names) {
        Some(name) => Err(format!("there is no comparison `{name}`")),
        None => Ok(settings),
    }
}

fn usage() -> String {
    let lines = COMPARISONS.map(|Comparison { name, counts, .. }| match counts {
        Some(counts) => format!("  {name:<10} count: {counts}\n"),
        None => format!("  {name:<10} of one size\n"),
    });
    let lines = lines.concat();
    format!(
        "usage: cargo xtask bench [NAME…] [quick] [count=N]\n\n\
         All of them without a name. `quick` is a hundredth, to see that it runs; `count=N` another size.\n\n{lines}"
    )
}

fn run(bench: &Bench) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = &bench.settings;
    for comparison in COMPARISONS.iter().filter(|comparison| settings.picks(comparison.name)) {
        let name = comparison.name;
        if comparison.counts.is_none() && settings.is_sized() {
            eprintln!("{name}: left out, it has one size only");
            continue;
        }
        runtime.block_on((comparison.run)(bench));
        println!("  again: {}", settings.repeats(name));
    }
}

impl Bench {
    /// Keeps what a full run in release measured; other runs are tries.
    fn keep(&self, file: &str, heading: &str, lines: &str) {
        if self.settings.is_sized() || cfg!(debug_assertions) {
            return;
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/results");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), format!("{heading}\n{lines}")).unwrap();
        println!("  written: benches/results/{file}; `cargo xtask plot` draws it");
    }
}
