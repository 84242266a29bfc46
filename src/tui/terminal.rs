//! The terminal: taken over as a whole, and given back as it was, whatever happens.
//!
//! Leaving, an error, a panic and a signal all end in `restore`, which may be called any number of
//! times and from any thread.

use std::error::Error as StdError;
use std::io::{self, IsTerminal, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};

use super::panics;

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

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
    /// The explorer itself panicked; the terminal was given back before that was printed.
    #[error("the explorer ended because of a fault of its own: {message}")]
    Panicked {
        /// What the panic said, and where.
        message: String,
        /// The file with the backtrace, where one could be written.
        report: Option<PathBuf>,
    },
}

impl From<io::Error> for TerminalError {
    fn from(error: io::Error) -> Self {
        Self::Lost(error.into())
    }
}

/// The terminal while it is ours; dropping this gives it back.
pub(crate) struct Screen {
    /// Never dropped: ratatui would show the cursor then, and where the terminal is gone say on stderr that it cannot,
    /// which panics where stderr is the same terminal. Here, the cursor is `restore`'s.
    pub(crate) terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
}

impl Screen {
    /// Takes the terminal over.
    pub(crate) fn take() -> Result<Self, TerminalError> {
        if !stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(TerminalError::NoTerminal);
        }
        panics::watch();
        let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        // From here on whatever fails drops the guard, which restores.
        let mut screen = Self { terminal: ManuallyDrop::new(terminal) };
        take()?;
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

fn take() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
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

/// Takes clicks and the wheel from the terminal, or leaves them to it, if it is ours. Motion is not asked for: it would
/// be told with each cell.
pub(crate) fn take_mouse(taken: bool) -> io::Result<()> {
    if taken { write("\u{1b}[?1000h\u{1b}[?1006h") } else { write("\u{1b}[?1006l\u{1b}[?1000l") }
}

/// Writes a sequence that moves nothing on the screen, if the terminal is ours.
pub(crate) fn write(sequence: &str) -> io::Result<()> {
    if !is_taken() {
        return Ok(());
    }
    let mut out = stdout().lock();
    out.write_all(sequence.as_bytes())?;
    out.flush()
}

/// Whether the terminal is ours.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back to the shell and stops, as Ctrl-Z does elsewhere; takes it again when the shell lets the
/// process go on, or where there is no shell to go back to. Does nothing where the terminal is not ours.
#[cfg(unix)]
pub(crate) async fn suspend() -> Result<(), TerminalError> {
    use rustix::process::{Signal, kill_current_process_group};
    use tokio::signal::unix::{SignalKind, signal};

    /// A group without a shell behind it is not stopped, and so nobody lets it go on either.
    const NOT_STOPPED: std::time::Duration = std::time::Duration::from_millis(100);

    if !is_taken() {
        return Ok(());
    }
    let mut goes_on = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    restore();
    kill_current_process_group(Signal::TSTP).map_err(io::Error::from)?;
    // Another thread may be the one that is told to stop: this one must not take the terminal before that.
    tokio::time::timeout(NOT_STOPPED, goes_on.recv()).await.ok();
    Ok(take()?)
}

/// There is no stopping here.
#[cfg(not(unix))]
pub(crate) async fn suspend() -> Result<(), TerminalError> {
    Ok(())
}
