//! The loop: takes events, changes the state, draws it when it changed and no oftener than needed.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::{FutureExt, Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::clipboard::{self, Inside};
use super::effect::Effect;
use super::event::{Event, Input};
use super::options::{Options, named_root};
use super::panics::{self, Report, Who};
use super::runner::Runner;
use super::signals::{Signal, Signals};
use super::state::State;
use super::terminal::{self, Screen, TerminalError};
use super::{clock, events, fault, memory, update, view};
use crate::Engine;

/// The least time between two frames; what a person does is drawn at once all the same.
const FRAME: Duration = Duration::from_millis(16);
/// Events that may wait to be taken; then the reads wait.
const WAITING: usize = 64;

/// Who ended the explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The person at it.
    ByUser,
    /// A signal from outside.
    BySignal(Signal),
    /// The terminal went away, or whatever else the inputs came from.
    ByHangUp,
}

/// Shows the explorer on the terminal until somebody ends it.
///
/// Needs a tokio runtime. The terminal is given back before this returns, on a panic, and where the returned future
/// is dropped. A signal ends it in order: what is being written comes to its end. A second one does not wait for that.
///
/// # Errors
/// [`TerminalError::NoTerminal`] where standard input or output is none; [`TerminalError::Panicked`] where the
/// explorer itself panicked.
pub async fn run(engine: Engine, options: Options) -> Result<Ended, TerminalError> {
    let (mut first, second) = (Signals::listen()?, Signals::listen()?);
    let mut screen = Screen::take()?;
    let stop = async move { Ended::BySignal(first.next().await) };
    let explored = run_with(&mut screen.terminal, events::inputs(), stop, engine, options);
    let ended = tokio::select! {
        ended = panics::caught(Who::Loop, explored) => ended,
        signal = insistent(second) => Ok(Ok(Ended::BySignal(signal))),
    };
    drop(screen);
    ended.unwrap_or_else(|Report { message, file: report }| {
        Err(TerminalError::Panicked { message, report })
    })
}

/// Waits for a signal that comes when the explorer is ending already.
async fn insistent(mut signals: Signals) -> Signal {
    let first = signals.next().await;
    if terminal::is_taken() { signals.next().await } else { first }
}

/// The same on any backend, with inputs from anywhere, until the inputs end or `stop` is ready.
///
/// # Errors
/// [`TerminalError::Lost`] where the backend fails.
pub async fn run_with<B>(
    terminal: &mut Terminal<B>,
    inputs: impl Stream<Item = Input> + Unpin,
    stop: impl Future<Output = Ended>,
    engine: Engine,
    options: Options,
) -> Result<Ended, TerminalError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    let size = terminal.size().map_err(lost)?;
    let root = engine.root().display().to_string();
    let mut state = State::new(root, engine.watch_mode(), size, &options);
    if let Ok(here) = std::env::current_dir() {
        state.named_root = named_root(engine.root(), &here);
    }
    let mut told = options.told;
    let (sender, answers) = mpsc::channel(WAITING);
    let file = options.memory.map(|folder| memory::File::of(&folder, engine.root()));
    let mut runner = Runner::start(engine, options.writers, options.news, sender);
    if let Some(file) = file {
        let (memory, damaged) = file.read();
        state.recall(memory);
        told.extend(damaged);
        runner.remember_in(file);
    }
    state.now = clock::now();
    state.tell(told);
    let mut parts = Parts { state, runner, answers };
    let ended = explore(terminal, inputs, stop, &mut parts).await;
    // Nothing more is drawn: whoever waits for the end waits at their own prompt, where Ctrl-C is a signal again.
    terminal::restore();
    let Parts { mut runner, answers, state } = parts;
    drop(answers);
    runner.run(vec![Effect::Remember(Box::new(state.memory()))]);
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
    stop: impl Future<Output = Ended>,
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
    let mut mouse = false;
    while !state.ended {
        if std::mem::take(&mut state.suspended) {
            terminal::suspend().await?;
            state.repaint = true;
            mouse = false;
        }
        if std::mem::take(&mut state.repaint) {
            // Not `Terminal::clear`, which asks where the cursor is and waits for an answer.
            terminal.backend_mut().clear().map_err(lost)?;
            terminal.swap_buffers();
            // Nobody tells a process that is stopped that the size has changed.
            state.size = terminal.size().map_err(lost)?;
        }
        if state.look.mouse != mouse {
            mouse = state.look.mouse;
            terminal::take_mouse(mouse)?;
        }
        if let Some(text) = state.to_terminal.take() {
            terminal::write(&clipboard::sequence(&text, Inside::from_env()))?;
        }
        if pace.is_due() {
            draw(terminal, state)?;
            pace.drawn();
        }
        let event = tokio::select! {
            biased;
            ended = &mut stop => return Ok(ended),
            input = inputs.next() => match input {
                Some(input) => Some(Event::Input(input)),
                None => return Ok(Ended::ByHangUp),
            },
            report = panics::uncaught() => Some(Event::Panicked(report.into())),
            answer = answers.recv() => answer,
            () = sleep_until(pace.next_frame()), if pace.dirty => None,
            () = sleep_until(pace.next_tick(state.rest())), if state.rest().is_some() => Some(pace.tick()),
        };
        let Some(event) = event else { continue };
        pace.note(&event);
        state.pass(clock::now(), pace.begun.elapsed());
        runner.run(update::update(state, event));
        // One frame shows all that has come meanwhile; but a person does not wait for what is read.
        for _ in 0..WAITING {
            let event = match inputs.next().now_or_never() {
                _ if state.ended => break,
                Some(Some(input)) => Event::Input(input),
                _ if pace.urgent => break,
                _ => match answers.try_recv() {
                    Ok(event) => event,
                    Err(_) => break,
                },
            };
            pace.note(&event);
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
    begun: Instant,
    last_tick: Instant,
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self { dirty: true, urgent: true, last_frame: now, begun: now, last_tick: now }
    }

    fn note(&mut self, event: &Event) {
        self.dirty = true;
        self.urgent |= matches!(event, Event::Input(_));
    }

    fn next_frame(&self) -> Instant {
        self.last_frame + FRAME
    }

    /// When time alone changes the screen again.
    fn next_tick(&self, rest: Option<Duration>) -> Instant {
        self.last_tick + rest.unwrap_or_default()
    }

    fn is_due(&self) -> bool {
        self.dirty && (self.urgent || Instant::now() >= self.next_frame())
    }

    fn drawn(&mut self) {
        (self.dirty, self.urgent) = (false, false);
        self.last_frame = Instant::now();
    }

    fn tick(&mut self) -> Event {
        self.last_tick = Instant::now();
        Event::Tick(clock::now())
    }
}

fn draw<B>(terminal: &mut Terminal<B>, state: &State) -> Result<(), TerminalError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
{
    fault::at("view");
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
