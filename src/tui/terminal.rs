//! The terminal: taken over as a whole, and given back as it was, whatever happens.
//!
//! Leaving, an error, a panic and a signal all end in `restore`, which may be called any number of
//! times and from any thread.

use std::error::Error as StdError;
use std::io::{self, IsTerminal, Stdout, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use tokio::sync::Notify;

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether a panic gave the terminal back while the explorer ran.
static PANICKED: AtomicBool = AtomicBool::new(false);
static WOKEN: Notify = Notify::const_new();
static HOOK: Once = Once::new();

tokio::task_local! {
    /// Set in tasks whose panics are caught and shown on the screen.
    pub(crate) static CAUGHT: ();
}

/// Why the explorer cannot show itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TerminalError {
    /// Input or output is no terminal.
    #[error(
        "the explorer needs a terminal, and this is none; in a pipe use `lanceq ls`, `lanceq get` or `lanceq tail`"
    )]
    NoTerminal,
    /// The terminal could not be read or written.
    #[error("the terminal could not be used")]
    Lost(#[source] Box<dyn StdError + Send + Sync>),
    /// Something panicked; the message was printed.
    #[error("the explorer ended because of a fault of its own")]
    Panicked,
}

impl From<io::Error> for TerminalError {
    fn from(error: io::Error) -> Self {
        Self::Lost(error.into())
    }
}

/// The terminal while it is ours; dropping this gives it back.
pub(crate) struct Screen {
    pub(crate) terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over.
    pub(crate) fn take() -> Result<Self, TerminalError> {
        if !stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(TerminalError::NoTerminal);
        }
        HOOK.call_once(restore_on_panic);
        terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        // From here on whatever fails drops the guard, which restores.
        let mut screen = Self { terminal: Terminal::new(CrosstermBackend::new(stdout()))? };
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        // Whatever stands there already, also where this is an alternate screen in another.
        screen.terminal.backend_mut().clear()?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours.
pub(crate) fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Each step is tried whatever became of the one before; there is nobody left to tell.
    execute!(
        stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        cursor::Show
    )
    .ok();
    terminal::disable_raw_mode().ok();
}

/// Whether a panic gave the terminal back.
pub(crate) fn has_panicked() -> bool {
    PANICKED.load(Ordering::SeqCst)
}

/// Ready once a panic gave the terminal back.
pub(crate) async fn panicked() {
    while !has_panicked() {
        WOKEN.notified().await;
    }
}

fn restore_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if CAUGHT.try_with(|()| ()).is_ok() {
            return;
        }
        if TAKEN.load(Ordering::SeqCst) {
            PANICKED.store(true, Ordering::SeqCst);
            WOKEN.notify_one();
        }
        restore();
        print(panic);
    }));
}
