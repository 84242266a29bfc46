//! Datasets that LanceDB and pylance made, opened by the real engine, as the explorer shows them: compared with pictures.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ratatui::layout::Size;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::tui::effect::Effect;
use crate::tui::event::{Event, Input};
use crate::tui::picture::{drawn, held};
use crate::tui::runner::Runner;
use crate::tui::state::State;
use crate::tui::{Colours, Key, Options, sample, svg, update};
use crate::{Engine, WatchMode};

/// How long a test waits for an answer of the engine.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the root is called on the pictures, wherever it is.
const ROOT: &str = "./datasets";

/// An explorer whose loads are waited for.
struct Patient {
    state: State,
    runner: Runner,
    answers: mpsc::Receiver<Event>,
    _root: TempDir,
}

impl Patient {
    /// On copies of the datasets in `tests/fixtures/foreign`.
    async fn open(size: Size) -> Self {
        let root = TempDir::new().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/foreign");
        for name in ["catalog.lance", "chats.lance", "readings.lance"] {
            copy(&fixtures.join(name), &root.path().join(name));
        }
        let engine = Engine::open(root.path()).await.unwrap();
        let options = Options { colours: Colours::True, ..Options::default() };
        let mut state = State::new(ROOT.into(), WatchMode::Events, size, &options);
        state.now = sample::now();
        let (sender, answers) = mpsc::channel(64);
        let runner = Runner::start(engine, Vec::new(), None, sender);
        let mut patient = Self { state, runner, answers, _root: root };
        let effects = update::start(&mut patient.state);
        patient.settle(effects).await;
        patient
    }

    async fn settle(&mut self, effects: Vec<Effect>) {
        self.runner.run(effects);
        while self.state.loads.running().next().is_some() {
            let event = tokio::time::timeout(PATIENCE, self.answers.recv()).await;
            let event = event.expect("an answer comes").unwrap();
            let effects = update::update(&mut self.state, event);
            self.runner.run(effects);
        }
    }

    async fn press(&mut self, keys: &[Key]) {
        for key in keys {
            let effects = update::update(&mut self.state, Event::Input(Input::Key(*key)));
            self.settle(effects).await;
        }
    }

    /// The picture of what is shown, which says nothing of the time that a read took here.
    fn picture(&mut self) -> String {
        self.state.records.cost = Some(Duration::from_micros(400));
        svg::of_buffer(&drawn(&self.state), &format!("lanceq {ROOT}"))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() { copy(&from, &to) } else { fs::copy(&from, &to).map(|_| ()).unwrap() }
    }
}

async fn picture(file: &str, height: u16, keys: &[Key]) {
    let mut explorer = Patient::open(Size { width: 150, height }).await;
    explorer.press(keys).await;
    held(file, &explorer.picture());
}

const DOWN: Key = Key::Down;
const OPEN: Key = Key::Enter;

#[tokio::test]
async fn a_table_of_lancedb_with_images_and_objects_shows_as_pictured() {
    let unfold = [DOWN, DOWN, DOWN, DOWN, OPEN, DOWN, DOWN, OPEN, Key::End, OPEN];
    let keys = [&[Key::Home, OPEN, DOWN, OPEN][..], &unfold].concat();
    picture("foreign-lancedb.svg", 34, &keys).await;
}

#[tokio::test]
async fn conversations_that_pylance_wrote_show_as_pictured() {
    let messages = [DOWN, OPEN, DOWN, DOWN, OPEN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN];
    let keys = [&[DOWN, OPEN, DOWN, OPEN][..], &messages].concat();
    picture("foreign-nested.svg", 34, &keys).await;
}

#[tokio::test]
async fn categoricals_decimals_and_times_with_zones_show_as_pictured() {
    let keys = [Key::End, OPEN, DOWN, OPEN, Key::End, OPEN];
    picture("foreign-pandas.svg", 30, &keys).await;
}
