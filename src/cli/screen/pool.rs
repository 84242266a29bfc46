//! The children: few, kept while they answer, replaced when they do not.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::process::{Outcome, Process};
use super::protocol::Request;
use crate::cli::failure::{Failure, Result};
use crate::{Look, Screen, Verdict};

/// A screen whose processes are `program`, which is this command line's: each is started as `program __screen`, limits
/// itself to 4 GiB of memory, and has 30 s for a read. For programs that embed the engine or the explorer.
///
/// At most two run at a time. They start when they are first needed, and end with the screen, or with the process
/// that has it.
pub fn screen(program: &Path) -> Arc<dyn Screen> {
    Arc::new(Pool::of(program))
}

/// What tries reads for a command.
pub(crate) fn pool() -> Result<Pool> {
    Pool::of_this_program().map_err(|error| Failure::io("could not find this program", &error))
}

/// Children at most: one reads while another is busy, and a machine is not filled with them.
const MOST: usize = 2;

/// Children of one program. They start when they are first needed, and end with this.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    program: Arc<Path>,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Process>>>,
}

impl Pool {
    /// Children of a program, which is this one or understands the same word.
    pub(crate) fn of(program: &Path) -> Self {
        Self { program: program.into(), free: Arc::new(Semaphore::new(MOST)), idle: Arc::default() }
    }

    /// Children of the program that runs.
    pub(crate) fn of_this_program() -> io::Result<Self> {
        // That very file, also where another one has taken its name meanwhile.
        let running = Path::new("/proc/self/exe");
        let program =
            if running.exists() { PathBuf::from(running) } else { std::env::current_exe()? };
        Ok(Self::of(&program))
    }

    /// Has a child read something. Cancel: the child reads on and is kept.
    pub(crate) async fn judge(&self, request: Request) -> io::Result<Verdict> {
        let permit = self.free.clone().acquire_owned().await.map_err(io::Error::other)?;
        let pool = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            pool.ask(&request)
        });
        asked.await.map_err(io::Error::other)?
    }

    fn ask(&self, request: &Request) -> io::Result<Verdict> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut child = idle.map_or_else(|| Process::start(&self.program), Ok)?;
            let was_used = child.is_used;
            match child.ask(request)? {
                Outcome::Said(Verdict::Harmless) => {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(child);
                    return Ok(Verdict::Harmless);
                }
                // What it read before may have left too little memory: the next one is fresh, or none is left.
                Outcome::Died(_) if was_used => {}
                Outcome::Said(harmful) => return Ok(harmful),
                Outcome::Silent(reason) | Outcome::Died(reason) => {
                    return Ok(Verdict::Harmful(reason));
                }
            }
        }
    }
}

#[async_trait]
impl Screen for Pool {
    async fn judge(&self, look: &Look) -> io::Result<Verdict> {
        Self::judge(self, Request::Look(look.clone())).await
    }
}
