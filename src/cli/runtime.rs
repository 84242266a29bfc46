//! The runtime that a command runs in.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// By how much the threads that read and decode are nicer than the one that draws. Little: what is read is waited for, too,
/// and another process may be busy.
#[cfg(target_os = "linux")]
const NICER: i32 = 5;

/// A runtime; where its main thread draws, the others give way to that, so that a frame is not late because a flood is
/// being decoded.
pub(super) fn start(draws: bool) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.enable_all();
    if draws {
        give_way(&mut builder);
    }
    builder.build()
}

/// Only Linux has priorities of single threads that need no right. Lance's own threads inherit it from those that start
/// them; so do threads of the runtime, which is why it is not raised by so much, but to so much.
#[cfg(target_os = "linux")]
fn give_way(builder: &mut Builder) {
    let Ok(own) = rustix::process::getpriority_process(None) else { return };
    builder.on_thread_start(move || {
        // Where it is forbidden, all is as without it.
        rustix::process::setpriority_process(None, own + NICER).ok();
    });
}

#[cfg(not(target_os = "linux"))]
fn give_way(_: &mut Builder) {}
