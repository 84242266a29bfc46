//! Whatever a person presses, and however an engine answers: what always holds.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestCaseResult};
use ratatui::layout::Size;

use super::fake::{Fake, Fate, REFUSED, Turn, at, origins, refusal};
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, Slot};
use crate::tui::event::{Event, Input};
use crate::tui::input::{Action, Key, actions};
use crate::tui::layout::Layout;
use crate::tui::options::{Options, Start};
use crate::tui::picture::drawn;
use crate::tui::state::{Counts, Following, Overlay, Screen, State, Verdict};
use crate::tui::update::{start, update};
use crate::{WatchMode, parse_record};

/// Rounds within which everything is answered, once nothing new happens.
const ROUNDS: usize = 400;

#[derive(Debug, Clone)]
enum Step {
    Do(Input),
    Answer(usize, Fate),
    /// An answer that nobody waits for any more.
    Late(usize, Fate),
    World(Turn),
    Tell(usize),
    Second(u64),
    Fault,
}

/// Every key that means something somewhere, and some to type.
fn key() -> impl Strategy<Value = Key> {
    let bound: Vec<Key> = actions().flat_map(|entry| entry.keys).copied().collect();
    let typed = [Key::Backspace, Key::Delete, Key::Ctrl('a'), Key::Ctrl('w'), Key::Char('ß')];
    let digits = "0123456789:".chars().map(Key::Char);
    prop_oneof![
        6 => select(bound),
        2 => select(digits.chain(typed).collect::<Vec<_>>()),
        // From place to place.
        4 => select(vec![Key::Down, Key::Up, Key::Right, Key::Enter, Key::Char('f'), Key::End]),
    ]
}

fn size() -> impl Strategy<Value = Size> {
    let usual = select(vec![(80, 24), (120, 40), (140, 30), (40, 10)]);
    let any = (1_u16..=300, 1_u16..=100);
    prop_oneof![3 => usual, 1 => any].prop_map(|(width, height)| Size { width, height })
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![6 => Just(Fate::Now), 3 => Just(Fate::AsAsked), 1 => Just(Fate::Fails)]
}

fn turn() -> impl Strategy<Value = Turn> {
    let topic = || 0..4_usize;
    // None, or enough for pages that are full, and so are kept for good.
    let rows = prop_oneof![Just(0), 100..400_u64];
    prop_oneof![
        5 => (topic(), 0..3_usize, 1..300_u64).prop_map(|(t, b, n)| Turn::Put(t, b, n)),
        3 => topic().prop_map(Turn::Flush),
        3 => (topic(), 0..3_usize, rows).prop_map(|(t, b, n)| Turn::Rewrite(t, b, n)),
        1 => (topic(), 1..4_usize).prop_map(|(t, n)| Turn::Toggle(t, n)),
    ]
}

fn pasted() -> impl Strategy<Value = Input> {
    let lines = ["{\"a\": 1}\n{\"x\": 2}\n", "{\"a\": 1}\r{\"b\": 2}\r{\"c\"\r{}"];
    let texts = ["12", "1:200", "{\"a\": 1}", "{\"x\": 1}", "{\"x\": ", "\u{1b}[2J\n\u{202e}", ""];
    select([&texts[..], &lines].concat()).prop_map(|text| Input::Paste(text.into()))
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || any::<u16>().prop_map(usize::from);
    prop_oneof![
        12 => key().prop_map(|key| Step::Do(Input::Key(key))),
        1 => pasted().prop_map(Step::Do),
        1 => size().prop_map(|size| Step::Do(Input::Resize(size))),
        9 => (pick(), fate()).prop_map(|(pick, fate)| Step::Answer(pick, fate)),
        3 => (pick(), fate()).prop_map(|(pick, fate)| Step::Late(pick, fate)),
        4 => turn().prop_map(Step::World),
        4 => pick().prop_map(Step::Tell),
        1 => (0..40_u64).prop_map(Step::Second),
        1 => Just(Step::Fault),
    ]
}

fn beginning() -> impl Strategy<Value = Start> {
    let topic = || "bb".parse().unwrap();
    select(vec![Start::Topics, Start::Records(topic()), Start::Tail(topic())])
}

/// An explorer on the fake.
struct Explorer {
    state: State,
    fake: Fake,
    /// Seconds that have passed at the last rest.
    passed: u64,
}

impl Explorer {
    fn open(start_at: Start) -> Self {
        let mut fake = Fake::default();
        for (topic, buckets) in [(0, 1), (1, 3), (2, 2)] {
            fake.turn(&Turn::Toggle(topic, buckets));
            (0..buckets).for_each(|bucket| fake.turn(&Turn::Put(topic, bucket, 150)));
        }
        fake.turn(&Turn::Flush(1));
        let tour = start_at == Start::Topics;
        let options = Options { start: start_at, tour, ..Options::default() };
        let size = Size { width: 120, height: 40 };
        let mut state = State::new("./root".into(), WatchMode::Events, size, &options);
        let effects = start(&mut state);
        fake.take(effects);
        Self { state, fake, passed: 0 }
    }

    fn take(&mut self, event: Event) -> TestCaseResult {
        let effects = update(&mut self.state, event);
        // The runner's loop takes these two.
        (self.state.suspended, self.state.repaint) = (false, false);
        let loads = effects.iter().filter(|effect| matches!(effect, Effect::Load { .. })).count();
        let room = usize::from(self.state.size.height) + 12;
        prop_assert!(loads <= room, "{loads} loads at once");
        self.fake.take(effects);
        self.holds()
    }

    fn step(&mut self, step: &Step) -> TestCaseResult {
        let event = match step {
            Step::Do(Input::Key(key)) if self.would_leave(*key) => None,
            Step::Do(input) => Some(Event::Input(input.clone())),
            Step::Answer(pick, fate) => self.fake.answer(*pick, *fate),
            Step::Late(pick, fate) => self.fake.answer_late(*pick, *fate),
            Step::World(turn) => {
                self.fake.turn(turn);
                None
            }
            Step::Tell(pick) => self.fake.tell(*pick),
            Step::Second(seconds) => Some(Event::Tick(at(*seconds))),
            Step::Fault => Some(Event::Panicked(Fault::new("something fell"))),
        };
        event.map_or(Ok(()), |event| self.take(event))
    }

    /// Whether a key ends the explorer: then there is nothing more to see.
    fn would_leave(&self, key: Key) -> bool {
        let action = self
            .state
            .keymap
            .resolve(self.state.context(), key)
            .map(|entry| (entry.action, entry.id));
        matches!(action, Some((Action::Quit, _) | (Action::Back, "leave")))
    }

    fn holds(&self) -> TestCaseResult {
        self.selections_are_in_range()?;
        self.loads_are_those_that_are_waited_for()?;
        self.only_what_belongs_here_is_shown()?;
        self.a_verdict_is_about_what_stands_there()
    }

    fn selections_are_in_range(&self) -> TestCaseResult {
        let State { records, topics, tail, .. } = &self.state;
        prop_assert!(records.scroll.selected < records.extents.total().max(1));
        prop_assert!(topics.scroll.selected < topics.total().max(1));
        let Some(layout) = Layout::of(&self.state) else { return Ok(()) };
        let view = records.scroll.top..records.scroll.top + layout.table_rows().max(1);
        prop_assert!(view.contains(&records.scroll.selected), "{:?} in {view:?}", records.scroll);
        let Some(tail) = tail else { return Ok(()) };
        let view = tail.view(layout.tail_rows().max(1));
        let in_view = tail.selected().is_none_or(|selected| view.contains(&selected));
        prop_assert!(in_view || view.is_empty(), "{:?} in {view:?}", tail.following);
        if let (Following::Paused(held), 1..) = (tail.following, tail.ring.end()) {
            let lines = tail.ring.first()..tail.ring.end();
            prop_assert!(lines.contains(&held.scroll.selected), "{held:?} in {lines:?}");
        }
        Ok(())
    }

    fn loads_are_those_that_are_waited_for(&self) -> TestCaseResult {
        let loads = &self.state.loads;
        for (slot, id) in self.fake.live() {
            prop_assert!(loads.is_current(slot, id), "{slot:?} is read for nobody");
        }
        for slot in self.fake.seen() {
            let asked = self.fake.live().any(|(live, _)| live == slot);
            prop_assert!(asked || !loads.is_running(slot), "{slot:?} is waited for in vain");
        }
        let pages = self.fake.live().filter(|(slot, _)| matches!(slot, Slot::Page(_))).count();
        prop_assert!(pages <= usize::from(self.state.size.height) + 2, "{pages} pages at once");
        Ok(())
    }

    fn only_what_belongs_here_is_shown(&self) -> TestCaseResult {
        let State { screen, records, tail, .. } = &self.state;
        let place = match screen {
            Screen::Tail => tail.as_ref().map(|tail| &tail.place),
            Screen::Records | Screen::Versions => records.place.as_ref(),
        };
        // What is being written stays, also where its topic goes away meanwhile; the prompt names it.
        let written = match &self.state.overlay {
            Overlay::Put(page) => Some(&page.topic),
            _ => None,
        };
        for line in self.screen() {
            for origin in origins(&line) {
                let beside = tail.as_ref().is_some_and(|tail| tail.beside.contains(&origin.topic));
                let shown = beside
                    || place.is_some_and(|place| {
                        place.topic == origin.topic
                            && place.bucket.is_none_or(|bucket| bucket == origin.bucket)
                    });
                let there = shown || written == Some(&origin.topic);
                prop_assert!(there, "{origin:?} is shown in {place:?}");
            }
        }
        Ok(())
    }

    /// The lines of the screen.
    fn screen(&self) -> Vec<String> {
        let buffer = drawn(&self.state);
        let width = usize::from(buffer.area.width).max(1);
        let line = |cells: &[ratatui::buffer::Cell]| {
            cells.iter().map(ratatui::buffer::Cell::symbol).collect()
        };
        buffer.content().chunks(width).map(line).collect()
    }

    fn a_verdict_is_about_what_stands_there(&self) -> TestCaseResult {
        let Overlay::Put(page) = &self.state.overlay else { return Ok(()) };
        let record = match (&page.pasted, &page.editor) {
            (Some(_), _) => return Ok(()),
            (None, Some(editor)) => parse_record(editor.text()).ok(),
            (None, None) => page.form.record().ok(),
        };
        let refused = record.as_ref().and_then(refusal);
        match &page.verdict {
            Verdict::Fits(_) => prop_assert!(record.is_some() && refused.is_none()),
            Verdict::Wrong(reason) if reason.starts_with(REFUSED) => {
                prop_assert_eq!(refused.as_ref(), Some(reason));
            }
            _ => {}
        }
        let fields = page.form.fields();
        prop_assert!(page.form.row() < fields.len());
        prop_assert!(fields.last().is_some_and(|field| field.is_new() && field.is_blank()));
        Ok(())
    }

    /// Everything is told and answered; then nothing more is asked, and what is shown is what there is.
    fn comes_to_rest(&mut self) -> TestCaseResult {
        self.take(Event::Input(Input::Resize(Size { width: 120, height: 40 })))?;
        for _ in 0..ROUNDS {
            let told = self.fake.tell(0).or_else(|| self.fake.answer_next());
            match told {
                Some(event) => self.take(event)?,
                None => break,
            }
        }
        prop_assert!(!self.fake.is_busy(), "it asks and asks");
        let before: Vec<_> = self.fake.live().map(|(slot, id)| (slot.clone(), id)).collect();
        for _ in 0..20 {
            self.passed += 10;
            self.take(Event::Tick(at(40 + self.passed)))?;
        }
        let after: Vec<_> = self.fake.live().map(|(slot, id)| (slot.clone(), id)).collect();
        prop_assert_eq!(before, after, "time alone makes it read");
        prop_assert!(!self.state.needs_clock(), "the clock runs though nothing moves");
        self.what_is_shown_is_what_there_is()
    }

    fn what_is_shown_is_what_there_is(&self) -> TestCaseResult {
        let State { screen: Screen::Records, records, topics, .. } = &self.state else {
            return Ok(());
        };
        let Some(place) = &records.place else { return Ok(()) };
        // A list is of what was found; that its pages come is all there is to say.
        if records.listed.is_some() {
            let rows = (records.scroll.top..records.extents.total()).take(20);
            let came = rows.filter(|row| records.row(*row).is_none()).count();
            prop_assert!(records.failed.is_some() || came == 0, "{came} rows never came");
            return Ok(());
        }
        let known = topics.get(&place.topic).map(|topic| &topic.counts);
        // What failed stays so until something changes, or the person asks again.
        let (Some(Counts::Known(counts)), None) = (known, &records.failed) else { return Ok(()) };
        let world = &self.fake.world;
        let there = world.counts(&place.topic);
        prop_assert_eq!(Some(counts), there.as_ref());
        for number in (records.scroll.top..records.extents.total()).take(20) {
            let (bucket, local) = records.extents.find(number).unwrap();
            let there = world.bucket(&place.topic, bucket).unwrap();
            let Some(row) = records.row(number) else {
                return Err(TestCaseError::fail(format!("row {number} never came")));
            };
            let text = row.cells[0].text();
            prop_assert_eq!(row.offset, there.first + local);
            prop_assert_eq!(origins(&text)[0].epoch, there.epoch, "{} is of the past", text);
            prop_assert_eq!(row.buffered, local >= there.rows - there.buffered);
        }
        Ok(())
    }
}

/// The same cases each time, so that a change is judged by what it changes; `LANCEQ_SEED=N` chooses others, and
/// `PROPTEST_CASES` more.
fn chosen() -> ProptestConfig {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let rng_seed = RngSeed::Fixed(number("LANCEQ_SEED").unwrap_or(1));
    let cases = number("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok());
    ProptestConfig { cases: cases.unwrap_or(128), rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(chosen())]

    #[test]
    fn whatever_is_pressed_and_however_it_is_answered(
        begin in beginning(),
        steps in prop::collection::vec(step(), 1..90),
    ) {
        let is_read = matches!(begin, Start::Records(_));
        let mut explorer = Explorer::open(begin);
        // Some begin with everything read: then there is more that can become a thing of the past.
        if is_read {
            explorer.comes_to_rest()?;
        }
        for step in &steps {
            explorer.step(step)?;
        }
        explorer.comes_to_rest()?;
        prop_assert!(!explorer.state.ended);
        explorer.take(Event::Input(Input::Key(Key::Ctrl('c'))))?;
        prop_assert!(explorer.state.ended);
    }
}
