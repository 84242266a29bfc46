//! The child: limits itself, reads what it is told to, throws it away, and says whether it lived through it.

use std::io::{self, BufRead as _};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::{Builder, Runtime};

use super::judged::MEMORY;
use super::protocol::{Request, Said};
use crate::cli::import;
use crate::cli::output;
use crate::{Inspector, Verdict};

/// Less than a thread of the parent has: what fits in here fits there.
const STACK: usize = 1792 << 10;

/// Answers requests until stdin ends.
pub(crate) fn serve() -> ExitCode {
    let ready = limit_itself().and_then(|()| runtime());
    let Ok(runtime) = ready else { return ExitCode::FAILURE };
    let panics = watch_panics();
    let inspector = Arc::new(Inspector::new());
    for line in requests() {
        let Ok(request) = serde_json::from_str(&line) else { return ExitCode::FAILURE };
        let verdict = read(&runtime, &inspector, request);
        // Also one in a thread of the library, which may have ended as an error.
        let panicked = panics.lock().unwrap_or_else(PoisonError::into_inner).take();
        let verdict = panicked
            .map_or(verdict, |panic| Verdict::Harmful(format!("decoding it panicked: {panic}")));
        if output::answer(&Said::Done(verdict).line()).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn read(runtime: &Runtime, inspector: &Arc<Inspector>, request: Request) -> Verdict {
    let done = match request {
        Request::Look(look) => {
            let inspector = inspector.clone();
            runtime.block_on(runtime.spawn(async move { inspector.inspect(&look).await }))
        }
        Request::Import { path, format } => {
            let going = || output::answer(&Said::Going.line()).is_ok();
            let read = move || import::try_all(path.as_ref(), format, going);
            runtime.block_on(runtime.spawn_blocking(read))
        }
    };
    done.unwrap_or_else(|error| Verdict::Harmful(format!("decoding it panicked: {error}")))
}

/// The lines of stdin. When that ends, so does this process, whatever it is doing: nobody waits for the answer.
fn requests() -> Receiver<String> {
    let (sender, requests) = channel();
    thread::spawn(move || {
        let mut lines = io::stdin().lock().lines();
        while let Some(Ok(line)) = lines.next() {
            if sender.send(line).is_err() {
                return;
            }
        }
        end();
    });
    requests
}

#[expect(clippy::exit, reason = "a read that never ends must not outlive the parent")]
fn end() {
    std::process::exit(0);
}

fn limit_itself() -> io::Result<()> {
    lower(Resource::As, MEMORY)?;
    // A core of it would hold what somebody keeps records of.
    lower(Resource::Core, 0)
}

fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    let allowed = getrlimit(resource);
    let limit = Some(allowed.maximum.map_or(limit, |most| most.min(limit)));
    Ok(setrlimit(resource, Rlimit { current: limit, maximum: limit })?)
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).thread_stack_size(STACK).enable_all().build()
}

/// Keeps what the first panic of a read said, instead of printing it.
fn watch_panics() -> Arc<Mutex<Option<String>>> {
    let kept: Arc<Mutex<Option<String>>> = Arc::default();
    let keep = kept.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or("no message").to_owned();
        keep.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
    }));
    kept
}
