//! An explorer on a real engine whose screen a test can wait for.

use std::convert::Infallible;
use std::time::Duration;

use futures::channel::mpsc;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Engine;
use crate::tui::{Ended, Input, Key, Options, TerminalError, run_with};

/// How long a test waits for a screen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running explorer.
pub(super) struct Explorer {
    inputs: mpsc::UnboundedSender<Input>,
    screen: watch::Receiver<String>,
    ended: JoinHandle<Result<Ended, TerminalError>>,
}

impl Explorer {
    pub(super) fn open(engine: Engine, options: Options) -> Self {
        let (inputs, typed) = mpsc::unbounded();
        let (seen, screen) = watch::channel(String::new());
        let backend = Watched { inner: TestBackend::new(110, 30), seen };
        let ended = tokio::spawn(async move {
            let mut terminal = Terminal::new(backend).unwrap();
            run_with(&mut terminal, typed, std::future::pending(), engine, options).await
        });
        Self { inputs, screen, ended }
    }

    pub(super) fn press(&self, keys: &[Key]) {
        for key in keys {
            self.inputs.unbounded_send(Input::Key(*key)).unwrap();
        }
    }

    /// Waits for a screen that fits, and returns it.
    pub(super) async fn sees(&mut self, fits: impl Fn(&str) -> bool) -> String {
        let fitting = self.screen.wait_for(|screen| fits(screen));
        let found = match tokio::time::timeout(PATIENCE, fitting).await {
            Ok(Ok(screen)) => Some(screen.clone()),
            _ => None,
        };
        found.unwrap_or_else(|| panic!("that never showed; there was:\n{}", *self.screen.borrow()))
    }

    pub(super) async fn shows(&mut self, text: &str) -> String {
        self.sees(|screen| screen.contains(text)).await
    }

    pub(super) async fn ended(self) -> Ended {
        tokio::time::timeout(PATIENCE, self.ended).await.expect("it ended").unwrap().unwrap()
    }
}

/// Tells what is on the screen after each frame.
struct Watched {
    inner: TestBackend,
    seen: watch::Sender<String>,
}

impl Backend for Watched {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.inner.draw(content)?;
        self.seen.send_replace(self.inner.to_string());
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Infallible> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.inner.flush()
    }
}
