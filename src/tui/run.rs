//! The loop: takes events, changes the state, draws it when it changed and no oftener than needed.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::{FutureExt, Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::clock;
use super::event::{Event, Input};
use super::events;
use super::options::Options;
use super::runner::Runner;
use super::state::State;
use super::terminal::{self, Screen, TerminalError};
use super::{update, view};
use crate::Engine;

/// The least time between two frames; what a person does is drawn at once all the same.
const FRAME: Duration = Duration::from_millis(16);
/// How often time passes, where it is seen to.
const SECOND: Duration = Duration::from_secs(1);
/// Events that may wait to be taken; then the reads wait.
const WAITING: usize = 64;

/// Who ended the explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The person at it.
    ByUser,
    /// SIGINT, SIGTERM or SIGHUP from outside, or the terminal went away.
    BySignal,
}

/// Shows the explorer on the terminal until somebody ends it.
///
/// Needs a tokio runtime. The terminal is restored before this returns, on a panic, and where the
/// returned future is dropped.
///
/// # Errors
/// [`TerminalError::NoTerminal`] where standard input or output is none.
pub async fn run(engine: Engine, options: Options) -> Result<Ended, TerminalError> {
    let asked = signals()?;
    let stop = async {
        tokio::select! {
            () = asked => {}
            () = terminal::panicked() => {}
        }
    };
    let mut screen = Screen::take()?;
    let ended = run_with(&mut screen.terminal, events::inputs(), stop, engine, options).await;
    if terminal::has_panicked() { Err(TerminalError::Panicked) } else { ended }
}

/// The same on any backend, with inputs from anywhere, until the inputs end or `stop` is ready.
///
/// # Errors
/// [`TerminalError::Lost`] where the backend fails.
pub async fn run_with<B>(
    terminal: &mut Terminal<B>,
    inputs: impl Stream<Item = Input> + Unpin,
    stop: impl Future<Output = ()>,
    engine: Engine,
    options: Options,
) -> Result<Ended, TerminalError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    let size = terminal.size().map_err(lost)?;
    let root = engine.root().display().to_string();
    let state = State::new(root, engine.watch_mode(), size, &options);
    let (sender, answers) = mpsc::channel(WAITING);
    let runner = Runner::start(engine, options.writers, sender);
    let mut parts = Parts { state, runner, answers };
    let ended = explore(terminal, inputs, stop, &mut parts).await;
    let Parts { runner, answers, .. } = parts;
    drop(answers);
    runner.end().await;
    ended
}

/// What the loop works on.
struct Parts {
    state: State,
    runner: Runner,
    answers: mpsc::Receiver<Event>,
}

async fn explore<B>(
    terminal: &mut Terminal<B>,
    mut inputs: impl Stream<Item = Input> + Unpin,
    stop: impl Future<Output = ()>,
    parts: &mut Parts,
) -> Result<Ended, TerminalError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    let Parts { state, runner, answers } = parts;
    runner.run(update::start(state));
    let mut stop = pin!(stop);
    let mut pace = Pace::new();
    while !state.ended {
        if std::mem::take(&mut state.repaint) {
            // Not `Terminal::clear`, which asks where the cursor is and waits for an answer.
            terminal.backend_mut().clear().map_err(lost)?;
            terminal.swap_buffers();
        }
        if pace.is_due() {
            draw(terminal, state)?;
            pace.drawn();
        }
        let event = tokio::select! {
            biased;
            () = &mut stop => return Ok(Ended::BySignal),
            input = inputs.next() => match input {
                Some(input) => Some(Event::Input(input)),
                None => return Ok(Ended::BySignal),
            },
            answer = answers.recv() => answer,
            () = sleep_until(pace.next_frame()), if pace.dirty => None,
            () = sleep_until(pace.next_tick), if state.needs_clock() => Some(pace.tick()),
        };
        let Some(event) = event else { continue };
        pace.note(&event);
        runner.run(update::update(state, event));
        // Whatever has come meanwhile is taken before the next frame.
        while let Some(Some(input)) = inputs.next().now_or_never().filter(|_| !state.ended) {
            runner.run(update::update(state, Event::Input(input)));
        }
        for _ in 0..WAITING {
            let Ok(event) = answers.try_recv() else { break };
            runner.run(update::update(state, event));
        }
    }
    Ok(Ended::ByUser)
}

/// When to draw.
struct Pace {
    dirty: bool,
    urgent: bool,
    last_frame: Instant,
    next_tick: Instant,
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self { dirty: true, urgent: true, last_frame: now, next_tick: now + SECOND }
    }

    fn note(&mut self, event: &Event) {
        self.dirty = true;
        self.urgent |= matches!(event, Event::Input(_));
    }

    fn next_frame(&self) -> Instant {
        self.last_frame + FRAME
    }

    fn is_due(&self) -> bool {
        self.dirty && (self.urgent || Instant::now() >= self.next_frame())
    }

    fn drawn(&mut self) {
        (self.dirty, self.urgent) = (false, false);
        self.last_frame = Instant::now();
    }

    fn tick(&mut self) -> Event {
        self.next_tick = Instant::now() + SECOND;
        Event::Tick(clock::now())
    }
}

fn draw<B>(terminal: &mut Terminal<B>, state: &State) -> Result<(), TerminalError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    // The terminal is no longer ours: a frame would be drawn over the message of the panic.
    if terminal::has_panicked() {
        return Ok(());
    }
    let frame = terminal.draw(|frame| {
        view::draw(state, frame.buffer_mut());
        if let Some(position) = view::cursor(state) {
            frame.set_cursor_position(position);
        }
    });
    frame.map(|_| ()).map_err(lost)
}

fn lost(error: impl std::error::Error + Send + Sync + 'static) -> TerminalError {
    TerminalError::Lost(Box::new(error))
}

/// Ready when the process is asked to end.
#[cfg(unix)]
fn signals() -> Result<impl Future<Output = ()>, TerminalError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ready when the process is asked to end.
#[cfg(not(unix))]
fn signals() -> Result<impl Future<Output = ()>, TerminalError> {
    Ok(async {
        // Where it cannot be listened for, the key still ends the explorer.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
