//! `cargo xtask soak MINUTES`: writers, tails, gets, searches, flushes and kills on one topic at once, for so long.
//!
//! Everything goes through the program, as users' processes would. What is acknowledged must be seen by each tail once, in
//! order, and be there for whoever asks; memory and open files must stay bounded. A line a minute shows whether anything grows.

mod asker;
mod book;
mod clock;
mod minutes;
mod process;
mod tail;
mod usage;
mod writer;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use book::Book;
use clock::Clock;
use minutes::{Left, Minutes};
use process::{Program, TOPIC};
use usage::Usage;

use crate::{cargo, ci, torture};

const USAGE: &str = "usage: cargo xtask soak MINUTES";
/// How durably each writer puts.
const LEVELS: [&str; 4] = ["always", "1000", "os", "50"];
const TAILS: usize = 2;
const LINE: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_mins(1);

/// What all that takes part have in common.
struct Soak {
    program: Program,
    clock: Clock,
    book: Book,
    usage: Usage,
    minutes: Minutes,
    root: PathBuf,
}

/// Soaks for so many minutes; says every ten seconds how it stands, and in the end.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let [minutes] = arguments else { return Err(USAGE.to_owned()) };
    let minutes: u64 = minutes.parse().map_err(|_| USAGE.to_owned())?;
    ci::finish(&mut cargo::command(&["build", "--bin", "lanceq"])?)?;
    let root = fresh_root()?;
    let soak = Soak {
        program: Program::on(&root)?,
        clock: Clock::of(Duration::from_secs(minutes * 60)),
        book: Book::new(TAILS),
        usage: Usage::default(),
        minutes: Minutes::default(),
        root: root.clone(),
    };
    eprintln!("xtask: {minutes} min on {}", root.display());
    soak.live();
    println!("{}", soak.table());
    match soak.clock.broken() {
        None => {
            fs::remove_dir_all(&root).map_err(|cause| format!("{}: {cause}", root.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(what) => {
            eprintln!("xtask: broken: {what}\nwhat is there: {}", root.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn fresh_root() -> Result<PathBuf, String> {
    let folder = torture::target()?.join("soak").join(std::process::id().to_string());
    fs::create_dir_all(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
    Ok(folder)
}

impl Soak {
    fn live(&self) {
        std::thread::scope(|scope| {
            for (number, level) in LEVELS.iter().enumerate() {
                scope.spawn(move || writer::write(self, number, level));
            }
            for tail in 0..TAILS {
                scope.spawn(move || tail::follow(self, tail));
            }
            scope.spawn(|| asker::ask(self));
            scope.spawn(|| asker::flush(self));
            let mut last = Duration::ZERO;
            while self.clock.wait(LINE) {
                self.usage.look(&self.clock);
                eprintln!("{}", self.line());
                let lasted = self.clock.elapsed().saturating_sub(last);
                if lasted >= MINUTE {
                    eprintln!("{}", self.minutes.end(lasted, self.left()));
                    last += lasted;
                }
            }
            // The last one ends with the soak.
            let lasted = self.clock.elapsed().saturating_sub(last);
            eprintln!("{}", self.minutes.end(lasted, self.left()));
        });
    }

    fn line(&self) -> String {
        let (stands, used) = (self.book.stands(), self.usage.stands());
        format!("{:>6} s  {stands}  {used}", self.clock.elapsed().as_secs())
    }

    /// What a minute leaves behind it.
    fn left(&self) -> Left {
        let stats = asker::printed(self, "stats", &["--json"]);
        let fragments = stats.ok().and_then(|stats| minutes::number(&stats, "fragments"));
        Left {
            mib: self.usage.now(),
            disk: minutes::disk(&self.root),
            fragments: fragments.unwrap_or_default(),
            versions: minutes::versions(&self.root.join(TOPIC).join("bucket_0/data.lance")),
            broken: u8::from(self.clock.broken().is_some()),
        }
    }

    fn table(&self) -> String {
        let outcome = u8::from(self.clock.broken().is_some());
        let rows = self.book.rows().into_iter().chain(self.usage.rows());
        let rows = rows.map(|(what, value)| format!("| {what} | {value} |\n"));
        let minutes = self.clock.elapsed().as_secs() / 60;
        let end = torture::describe();
        format!(
            "{}\n\n| what | |\n|---|---|\n{}| violations | {outcome} |\n| duration | {minutes} min |\n{end}",
            self.minutes.table(),
            rows.collect::<String>()
        )
    }
}
