//! Panics while the explorer has the terminal: which of them end it, and the report that each leaves.
//!
//! One in the loop itself (an update, a view) gives the terminal back and ends the explorer. One in a load is shown
//! where the load's answer would be. One anywhere else in the process is told in the status line, and the screen is
//! drawn anew, because whoever prints panics has written on it. Nobody is brought down by what another task did.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::future::Future;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use futures::FutureExt;
use tokio::sync::Notify;

use super::clock;
use super::data::Fault;
use super::terminal;

/// Reports that one process writes at most: a load that panics is tried again with each change.
const MOST: usize = 8;

static HOOK: Once = Once::new();
static WOKEN: Notify = Notify::const_new();
static KEPT: Mutex<Kept> = Mutex::new(Kept { untold: VecDeque::new(), files: Vec::new() });

tokio::task_local! {
    /// Set while work runs whose panic is caught.
    static CATCHER: Catcher;
}

/// Whose panic is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The loop: it draws, so nobody can after it.
    Loop,
    /// A load: its panic is its answer.
    Load,
}

struct Catcher {
    who: Who,
    report: RefCell<Option<Report>>,
}

/// What is known of the panics of this process.
struct Kept {
    /// Those that the person has not been told yet.
    untold: VecDeque<Report>,
    files: Vec<PathBuf>,
}

/// A panic, and where the whole story is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// What it said, and where in the source.
    pub(crate) message: String,
    /// The file with message and backtrace, where one could be written.
    pub(crate) file: Option<PathBuf>,
}

impl From<Report> for Fault {
    fn from(report: Report) -> Self {
        let hint = report.file.map(|file| format!("the whole report is in {}", file.display()));
        Self { hint, ..Self::new(format!("a fault of lanceq itself: {}", report.message)) }
    }
}

/// Does work; where it panics, the report of that.
pub(crate) async fn caught<T>(who: Who, work: impl Future<Output = T>) -> Result<T, Report> {
    let watched = async {
        let done = AssertUnwindSafe(work).catch_unwind().await;
        done.map_err(|panic| reported(&*panic))
    };
    CATCHER.scope(Catcher { who, report: RefCell::new(None) }, watched).await
}

/// The same for work that blocks, on the thread that it blocks.
pub(crate) fn caught_here<T>(who: Who, work: impl FnOnce() -> T) -> Result<T, Report> {
    let watched = || {
        let done = std::panic::catch_unwind(AssertUnwindSafe(work));
        done.map_err(|panic| reported(&*panic))
    };
    CATCHER.sync_scope(Catcher { who, report: RefCell::new(None) }, watched)
}

/// The report of a panic that was just caught.
fn reported(panic: &(dyn Any + Send)) -> Report {
    let reported = CATCHER.with(|catcher| catcher.report.take());
    // Where the hook is another program's, the message is all there is.
    reported.unwrap_or_else(|| Report { message: message_of(panic), file: None })
}

/// Waits for a panic that nobody caught, anywhere in the process. Cancel-safe.
pub(crate) async fn uncaught() -> Report {
    loop {
        if let Some(report) = kept().untold.pop_front() {
            return report;
        }
        WOKEN.notified().await;
    }
}

/// The files that were written by this process.
pub(crate) fn reports() -> Vec<PathBuf> {
    kept().files.clone()
}

/// From now on, panics leave reports and never write on the explorer's screen for long.
pub(crate) fn watch() {
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| take(panic, &*print)));
    });
}

fn take(panic: &PanicHookInfo<'_>, print: &dyn Fn(&PanicHookInfo<'_>)) {
    match CATCHER.try_with(|catcher| catcher.who) {
        Ok(Who::Loop) => {
            // The terminal first: whoever prints and whoever writes files takes time, and may fail.
            terminal::restore();
            print(panic);
            keep(Report::write(panic));
        }
        Ok(Who::Load) => keep(Report::write(panic)),
        Err(_) => {
            print(panic);
            if terminal::is_taken() {
                tell(Report::write(panic));
            }
        }
    }
}

fn keep(report: Report) {
    let keep = |catcher: &Catcher| {
        catcher.report.try_borrow_mut().map(|mut kept| *kept = Some(report)).ok();
    };
    // It was there a moment ago; else the message alone is told.
    CATCHER.try_with(keep).ok();
}

/// IMPORTANT: after it was printed, because the screen is drawn anew for it.
fn tell(report: Report) {
    kept().untold.push_back(report);
    WOKEN.notify_one();
}

impl Report {
    fn write(panic: &PanicHookInfo<'_>) -> Self {
        let place = panic.location().map_or_else(String::new, |at| format!(", at {at}"));
        let message = format!("{}{place}", message_of(panic.payload()));
        let file = write_file(&message).ok().flatten();
        kept().files.extend(file.clone());
        Self { message, file }
    }
}

/// Writes a report into a new file of the folder for temporary ones; nothing where there are enough.
fn write_file(message: &str) -> io::Result<Option<PathBuf>> {
    let number = kept().files.len();
    if number >= MOST {
        return Ok(None);
    }
    let name = format!("lanceq-fault-{}-{number}.txt", std::process::id());
    let path = std::env::temp_dir().join(name);
    // Never through a link that stands there already, and for nobody else: a message may hold a value.
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    let thread = std::thread::current();
    writeln!(file, "lanceq {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)?;
    writeln!(file, "{} · thread {}", clock::now(), thread.name().unwrap_or("without a name"))?;
    writeln!(file, "{message}\n\n{}", Backtrace::force_capture())?;
    Ok(Some(path))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

fn kept() -> MutexGuard<'static, Kept> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_told_with_its_message_and_other_work_is_left_alone() {
        let fault = caught(Who::Load, async { panic!("number {}", 7) }).await;
        assert_eq!(fault.map(|()| 0).map_err(|report| report.message).unwrap_err(), "number 7");
        assert_eq!(caught(Who::Load, async { 7 }).await, Ok(7));
        let fault = caught_here(Who::Load, || -> u8 { panic!("number {}", 8) });
        assert_eq!(fault.map_err(|report| report.message), Err("number 8".into()));
    }

    #[test]
    fn a_report_names_its_file() {
        let report = Report { message: "x, at y.rs:1:2".into(), file: Some("/tmp/r.txt".into()) };
        let fault = Fault::from(report);
        assert_eq!(fault.message, "a fault of lanceq itself: x, at y.rs:1:2");
        assert_eq!(fault.hint.as_deref(), Some("the whole report is in /tmp/r.txt"));
    }
}
