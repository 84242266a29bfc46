//! Whatever a value, a name or an error holds: only the explorer's own sequences reach the terminal.
//!
//! Every screen and every layer above it is drawn by the backend that the program draws with, and the bytes are read one
//! by one. A new variant of [`Screen`] or [`Overlay`], and a new request, do not compile until they have a line here.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, FixedSizeListArray, RecordBatch, StringArray};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::tui::data::{
    Behind, Cell, CellChange, Difference, Differing, Fault, Finds, FoundText, Like, Likes, Passage,
    Refusal, Rows, Shape, Trial, Version, Whole,
};
use crate::tui::effect::{Alteration, BucketId, Effect, Request, Way as Direction};
use crate::tui::event::{
    Administered, Altered, Answer, Arrival, Compared, Complaint, Event, Hit, Input, Landing,
    Sifted, Sight, Spot,
};
use crate::tui::input::{Action, Key, actions};
use crate::tui::options::Options;
use crate::tui::sample::now;
use crate::tui::state::{Overlay, Screen, State};
use crate::tui::text::sanitize::clean;
use crate::tui::update::{start, update};
use crate::tui::view;
use crate::tui::work::{Exported, Fact, Order, Outcome};
use crate::{
    Advice, AdviceKind, BranchInfo, BucketCounts, BucketStorage, ChangeKind, Chunk, ColumnBytes,
    Holdings, Maintenance, Strictness, TopicCounts, TopicEntry, TopicName, WatchMode,
};

/// What a terminal would obey. Where it looks like something that the explorer writes itself, its numbers are none that
/// the explorer would write.
const SEQUENCES: &[&str] = &[
    "\u{1b}[2J",
    "\u{1b}[998;999H",
    "\u{1b}[4321m",
    "\u{1b}[?1049l",
    "\u{1b}[?2004h",
    "\u{1b}[6n",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;cm0=\u{1b}\\",
    "\u{1b}]8;;http://x\u{1b}\\y",
    "\u{1b}P$q\"p\u{1b}\\",
    "\u{1b}_apc\u{1b}\\",
    "\u{1b}^pm\u{1b}\\",
    "\u{1b}Xsos\u{1b}\\",
    "\u{1b}c\u{1b}7\u{1b}8\u{1b}(0",
    "\u{9b}4321m\u{9d}0;t\u{9c}",
    "\u{90}q\u{9c}\u{9f}x\u{9c}",
    "a\r\nb\u{8}\u{b}\u{c}\tc",
    "\u{1b}\u{1b}[\u{1b}",
];
const TURNING: &str = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}";
const HIDDEN: &str = "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{34f}\u{fe0f}\u{2028}\u{2029}\u{e0041}\u{3164}";

/// Short texts, so that each is seen whole: all bytes as text and as Latin-1, sequences, what turns and what hides.
fn poisons() -> Vec<String> {
    let bytes: Vec<u8> = (0..=255).collect();
    let mut singles: Vec<char> = (0_u8..=255).map(char::from).collect();
    singles.extend(TURNING.chars().chain(HIDDEN.chars()));
    let singles = singles.chunks(12).map(|part| part.iter().flat_map(|c| [*c, 'x']).collect());
    let raw = bytes.chunks(64).map(|part| String::from_utf8_lossy(part).into_owned());
    SEQUENCES.iter().map(ToString::to_string).chain(singles).chain(raw).collect()
}

/// A root in which everything is called so, holds that, and fails with it.
struct Hostile {
    text: String,
    broken: bool,
}

impl Hostile {
    fn topic(&self) -> TopicName {
        let name = format!("t{}", self.text.replace(['/', '\\', '\0'], ""));
        TopicName::of_folder(&name).unwrap()
    }

    fn fault(&self) -> Fault {
        Fault { message: self.text.clone(), hint: Some(self.text.clone()), missing: false }
    }

    fn batch(&self) -> RecordBatch {
        let values: ArrayRef = Arc::new(StringArray::from(vec![self.text.clone()]));
        let nested = arrow_array::StructArray::from(vec![(
            Arc::new(arrow_schema::Field::new(&self.text, arrow_schema::DataType::Utf8, true)),
            values.clone(),
        )]);
        let vector = [Some([Some(0.5), Some(1.0)])];
        let vector = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vector, 2);
        let columns: [(&str, ArrayRef); 3] =
            [(&self.text, values), ("n", Arc::new(nested)), ("v", Arc::new(vector))];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn rows(&self) -> Rows {
        let batch = self.batch();
        Rows::of_chunk(&Chunk { bucket: 0, offsets: vec![0], buffered: true, batch }, &[])
    }

    fn likes(&self) -> Likes {
        let like = Like {
            bucket: 0,
            offset: 0,
            buffered: true,
            distance: f32::NAN,
            text: self.text.clone(),
        };
        Likes {
            column: self.text.clone(),
            columns: vec![self.text.clone(); 2],
            hits: vec![like],
            searched: 1,
            by: Some(self.text.clone()),
            took: Duration::ZERO,
        }
    }

    fn finds(&self) -> Finds {
        let hit = FoundText {
            bucket: 0,
            offset: 0,
            buffered: true,
            score: f32::NAN,
            path: self.text.clone(),
            passage: Passage { text: self.text.clone(), words: vec![0..1, 3..99] },
        };
        Finds {
            columns: vec![self.text.clone(); 2],
            hits: vec![hit],
            matching: 1,
            searched: 1,
            read: 1,
            by: Some(self.text.clone()),
            took: Duration::ZERO,
        }
    }

    fn compared(&self) -> Compared {
        let cell = Cell::Text(self.text.clone());
        let (before, after) = (Some(cell.clone()), Some(cell));
        let cells = vec![CellChange { column: clean(&self.text).into_owned(), before, after }];
        let rows = [ChangeKind::Added, ChangeKind::Updated, ChangeKind::Deleted]
            .map(|kind| Difference { offset: 0, kind, cells: cells.clone() });
        let columns = vec![self.text.clone()];
        let differing = Differing { updated: 1, columns, ..Differing::default() };
        Compared { rows: rows.to_vec(), differing, took: Some(Duration::ZERO) }
    }

    fn version(&self) -> Version {
        Version {
            number: 2,
            when: now(),
            operation: self.text.clone(),
            rows: 1,
            next_offset: 1,
            updated: 0,
            fragments: 1,
            bytes: Some(1),
            tags: vec![self.text.clone()],
        }
    }

    fn sight(&self) -> Sight {
        let (version, counts) = (self.version(), counts());
        let (row, pages, took) = (0, Vec::new(), Duration::ZERO);
        let branch = Some(self.text.as_str().into());
        Sight { branch, version, newest: 2, counts, row, pages, took }
    }

    fn branch(&self) -> BranchInfo {
        BranchInfo {
            bucket_id: 0,
            branch: self.text.clone(),
            parent: Some(self.text.clone()),
            parent_version: 2,
            created: None,
            version: 2,
            rows: 1,
            error: Some(self.text.clone()),
        }
    }

    fn upkeep(&self) -> Maintenance {
        let text = || Some(self.text.clone());
        Maintenance { due: Some("cleanup"), versions: 2, last_begun: text(), error: text() }
    }

    fn shape(&self) -> Shape {
        Shape { schema: self.batch().schema(), strictness: Strictness::Strict }
    }

    /// Some records are refused, some would add a column.
    fn checked(&self) -> Result<Trial, Vec<Refusal>> {
        let text = || self.text.clone();
        if self.text.len().is_multiple_of(2) {
            return Ok(Trial { buckets: vec![(0, 1)], added: vec![text()] });
        }
        Err(vec![Refusal { record: 0, field: Some(text()), reason: text() }])
    }

    fn complaint(&self) -> Complaint {
        Complaint { reason: self.text.clone(), place: Some(0..1) }
    }

    #[expect(clippy::too_many_lines, reason = "a line or two for each request")]
    fn answer(&self, request: &Request) -> Result<Answer, Fault> {
        Ok(match request {
            Request::Topics => {
                Answer::Topics(vec![TopicEntry { name: self.topic(), buckets: 1, foreign: false }])
            }
            _ if self.broken => return Err(self.fault()),
            Request::Counts(_) => Answer::Counts(counts(), now()),
            Request::Page { generation, .. } => {
                Answer::Page { rows: self.rows(), took: Duration::ZERO, generation: *generation }
            }
            Request::Record(_) | Request::Lighter { .. } => {
                Answer::Record(Whole::of_row(&self.batch(), true))
            }
            Request::Similar { .. } => Answer::Similar(self.likes()),
            Request::Words(_) => Answer::Words(self.finds()),
            Request::Diff(_) => Answer::Compared(self.compared()),
            Request::Alter(_) => Answer::Altered(self.altered()),
            Request::Lag(_) => Answer::Lag { behind: Some(self.behind()), took: Duration::ZERO },
            Request::Export(order) => Answer::Exported(self.exported(order)),
            Request::Holdings(_) => Answer::Holdings(Box::new(self.holdings())),
            Request::Administer(administration) => Answer::Administered(Administered {
                administration: administration.clone(),
                trashed: Some(self.text.clone()),
            }),
            Request::Storage(_) => Answer::Storage(Box::new(self.storage())),
            Request::Preview { .. } => Answer::Preview(vec![self.text.clone()]),
            Request::Tend { .. } => Answer::Tended(self.outcome()),
            Request::Screenshot { .. } => Answer::Pictured(self.text.clone()),
            Request::VersionNumbers(_) => Answer::VersionNumbers(vec![1, 2]),
            Request::Versions { numbers, .. } => {
                let version = |number: &u64| Version { number: *number, ..self.version() };
                Answer::Versions(numbers.iter().map(version).collect())
            }
            Request::Upkeep(_) => Answer::Upkeep(self.upkeep()),
            Request::Branches(_) => Answer::Branches(vec![self.branch()]),
            Request::Pin(look) => {
                Answer::Pinned(look.bucket.bucket, Landing::At(Box::new(self.sight())))
            }
            Request::Find(_) => {
                Answer::Found(Hit { bucket: 0, row: 0, offset: 0, field: self.text.clone() })
            }
            Request::Copy(_) => Answer::Copied(self.text.clone()),
            Request::Offer(_) => Answer::Offered(None),
            Request::Shape(_) => Answer::Shape(self.shape()),
            Request::Check { .. } => Answer::Checked(self.checked()),
            Request::Since { .. } => Answer::Spot(Spot {
                bucket: 0,
                row: 0,
                offset: 0,
                is_there: true,
                flush: Some(self.version()),
            }),
            Request::Condition { .. } => Answer::Condition(Err(self.complaint())),
            Request::Estimate(_) => Answer::Estimated(Err(self.complaint())),
            Request::Sift(_) => Answer::Sifted(Sifted {
                found: vec![(0, 0)],
                matches: 1,
                looked_at: 1,
                all: 1,
                sorted: None,
                end: Some(crate::Cursor::default()),
            }),
            Request::SiftOn { .. } => Answer::SiftedOn(Vec::new()),
            Request::FlushFrom { .. } => Answer::NoFlush(Direction::Up),
            Request::Locate(_)
            | Request::Put { .. }
            | Request::Flush(_)
            | Request::Picture { .. }
            | Request::Value { .. } => {
                return Err(self.fault());
            }
            Request::Tail { .. } => Answer::Tail(vec![Arrival::Rows(self.rows())], now()),
        })
    }

    fn altered(&self) -> Altered {
        let bucket = BucketId { topic: self.topic(), bucket: 0 };
        let alteration = Alteration::Tag { bucket, version: 2, tag: self.text.clone() };
        Altered { said: self.text.clone(), alteration, made: None }
    }

    fn behind(&self) -> Behind {
        Behind { group: self.text.clone(), records: 3, buckets: vec![(0, 3)] }
    }

    fn exported(&self, order: &Order) -> Exported {
        Exported {
            order: Order { file: self.text.clone(), ..order.clone() },
            path: self.text.clone(),
            records: 1,
            bytes: 1,
            non_finite: 1,
            took: Duration::ZERO,
        }
    }

    fn holdings(&self) -> Holdings {
        let texts = || vec![self.text.clone()];
        Holdings {
            topic: self.topic(),
            buckets: 1,
            total_count: Some(1),
            buffer_count: Some(1),
            bytes: 1,
            tags: texts(),
            groups: texts(),
            error: Some(self.text.clone()),
        }
    }

    fn storage(&self) -> BucketStorage {
        let text = || self.text.clone();
        let column = ColumnBytes { column: text(), r#type: text(), bytes: 1 };
        let what = AdviceKind::Compact;
        let advice = Advice { what, why: text(), command: text() };
        BucketStorage { columns: vec![column], advice: vec![advice], ..BucketStorage::default() }
    }

    fn outcome(&self) -> Outcome {
        let text = || self.text.clone();
        let facts = vec![Fact::change(&self.text, text(), text())];
        Outcome { title: text(), said: text(), facts, ..Outcome::default() }
    }

    fn settle(&self, state: &mut State, mut effects: Vec<Effect>) {
        while let Some(effect) = effects.pop() {
            if let Effect::Load { id, slot, request } = effect {
                let result = self.answer(&request);
                effects.extend(update(state, Event::Answer { slot, id, result }));
            }
        }
    }

    fn opened(&self, size: Size) -> State {
        let options = Options::default();
        let mut state = State::new(self.text.clone(), WatchMode::Events, size, &options);
        let effects = start(&mut state);
        self.settle(&mut state, effects);
        state
    }

    fn take(&self, state: &mut State, input: Input) {
        let effects = update(state, Event::Input(input));
        self.settle(state, effects);
        self.check(state);
    }

    fn press(&self, state: &mut State, keys: &[Key]) {
        for key in keys {
            self.take(state, Input::Key(*key));
        }
    }

    #[track_caller]
    fn check(&self, state: &State) {
        let bytes = drawn(state);
        if let Err(found) = obeys_only_us(&bytes, state.size) {
            panic!("{found} for {:?}, broken: {}", self.text, self.broken);
        }
    }
}

/// One bucket with one record, which is buffered.
fn counts() -> TopicCounts {
    let bucket = BucketCounts {
        total_count: 1,
        buffer_count: 1,
        next_offset: 1,
        version: 2,
        ..BucketCounts::default()
    };
    TopicCounts { total_count: 1, buffer_count: 1, persisted_count: 0, buckets: vec![bucket] }
}

/// What the terminal would get.
fn drawn(state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    let area = Rect::new(0, 0, state.size.width, state.size.height);
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).unwrap();
    terminal
        .draw(|frame| {
            view::draw(state, frame.buffer_mut());
            if let Some(position) = view::cursor(state) {
                frame.set_cursor_position(position);
            }
        })
        .unwrap();
    drop(terminal);
    bytes
}

/// Whether these bytes are text that shows itself, and sequences that set a style, move the cursor on the screen, or
/// show or hide it.
fn obeys_only_us(bytes: &[u8], size: Size) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            let shows = !c.is_control() && clean(c.encode_utf8(&mut [0; 4])).contains(c);
            if !shows {
                return Err(format!("{c:?} was written"));
            }
            continue;
        }
        let numbers: String =
            rest.clone().skip(1).take_while(|c| "?0123456789;".contains(*c)).collect();
        let sequence: String = rest.by_ref().take(numbers.len() + 2).collect();
        if !is_ours(&sequence, &numbers, size) {
            return Err(format!("ESC {sequence:?} was written"));
        }
    }
    Ok(())
}

fn is_ours(sequence: &str, numbers: &str, size: Size) -> bool {
    let all = |fits: &dyn Fn(u16) -> bool| {
        numbers.split(';').all(|number| number.is_empty() || number.parse().is_ok_and(fits))
    };
    match (sequence.strip_prefix('['), sequence.chars().last()) {
        (Some(_), Some('m')) => all(&|style| style <= 107),
        (Some(_), Some('H')) => all(&|at| at <= size.width.max(size.height)),
        (Some(_), Some('h' | 'l')) => numbers == "?25",
        _ => false,
    }
}

/// Whether a variant is there, and keys that lead to it.
type Way<T> = (fn(&T) -> bool, &'static [Key]);

/// A way to each variant.
macro_rules! every {
    ($type:ty: $($variant:pat => $keys:expr),+ $(,)?) => {{
        // Does not compile where a variant is missing.
        let _complete: fn(&$type) = |it| match it { $($variant => ()),+ };
        [$((|it| matches!(it, $variant), $keys)),+]
    }};
}

#[expect(clippy::too_many_lines, reason = "a line for each layer")]
#[test]
fn only_our_own_sequences_reach_the_terminal_from_any_screen_and_any_layer() {
    let screens: [Way<Screen>; _] = every!(Screen:
        Screen::Records => &[],
        Screen::Tail => &[Key::Char('f')],
        Screen::Versions => &[Key::Char('v')],
    );
    let overlays: [Way<Overlay>; _] = every!(Overlay:
        Overlay::None => &[],
        Overlay::Help(_) => &[Key::Char('?')],
        Overlay::Seek(_) => &[Key::Char('g')],
        Overlay::Find(_) => &[Key::Char('/')],
        Overlay::Filter(_) => &[Key::Enter, Key::Char('&')],
        Overlay::Put(_) => &[Key::Char('p')],
        Overlay::FlushAll(_) => &[Key::Char('A')],
        Overlay::Jobs(_) => &[Key::Char('w')],
        Overlay::Marks(_) => &[Key::Enter, Key::Char('m'), Key::Char('\'')],
        Overlay::Branches(_) => &[Key::Enter, Key::Char('v'), Key::Char('b')],
        Overlay::Similar(_) => &[Key::Enter, Key::Char('s')],
        Overlay::Words(..) => &[Key::Enter, Key::Char('W')],
        Overlay::Found(_) => &[Key::Enter, Key::Char('W'), Key::Char('a'), Key::Enter],
        Overlay::Diff(_) => &[Key::Enter, Key::Char('v'), Key::Char('d')],
        Overlay::Tag(..) => &[Key::Enter, Key::Char('v'), Key::Char('t')],
        Overlay::Alter(_) => &[Key::Enter, Key::Char('v'), Key::Down, Key::Char('R')],
        Overlay::Palette(_) => &[Key::Enter, Key::Char(':')],
        // Something is said first, so that there is something to read.
        Overlay::Log(_) => &[Key::Enter, Key::Char(']'), Key::F(2), Key::F(4)],
        Overlay::Copy => &[Key::Enter, Key::Char('y')],
        Overlay::Code => &[Key::Enter, Key::Char('Y')],
        Overlay::Columns(_) => &[Key::Enter, Key::Char('C')],
        Overlay::Export(_) => &[Key::Enter, Key::Char('e')],
        Overlay::Tend(_) => &[Key::Enter, Key::Char('v'), Key::Char('C')],
        Overlay::Rename(..) => &[Key::Char('R')],
        Overlay::Delete(_) => &[Key::Char('X')],
        Overlay::Storage(_) => &[Key::Enter, Key::Char('D')],
        // Something is done first, so that there is something to take back.
        Overlay::Deeds(_) => &[
            Key::Enter,
            Key::Char('v'),
            Key::Char('t'),
            Key::Char('a'),
            Key::Enter,
            Key::Char('U'),
        ],
    );
    let mut reached = BTreeSet::new();
    for (number, text) in poisons().into_iter().enumerate() {
        // Narrow ones put a pane over the others.
        let size = Size { width: [140, 60, 100][number % 3], height: 40 };
        for broken in [false, true] {
            let hostile = Hostile { text: text.clone(), broken };
            for (is_there, keys) in &screens {
                let mut state = hostile.opened(size);
                hostile.press(&mut state, keys);
                assert!(is_there(&state.screen), "{keys:?} lead to {:?}", state.screen);
                hostile.press(&mut state, &[Key::Enter, Key::Enter, Key::Right, Key::Down]);
                for (layer, (is_open, open)) in overlays.iter().enumerate() {
                    let mut state = hostile.opened(size);
                    hostile.press(&mut state, keys);
                    hostile.press(&mut state, open);
                    reached.extend(is_open(&state.overlay).then_some(layer));
                    hostile.take(&mut state, Input::Paste(hostile.text.clone()));
                    hostile.take(&mut state, Input::Paste(format!("{{{:?}: 1}}", hostile.text)));
                    hostile.press(&mut state, &[Key::Ctrl('t'), Key::End, Key::Ctrl('t')]);
                    let line = format!("{{{:?}: 1}}\n", hostile.text);
                    hostile.take(&mut state, Input::Paste([line.clone(), line].concat()));
                    hostile.press(&mut state, &[Key::Left, Key::Home, Key::Enter]);
                }
            }
        }
    }
    assert_eq!(reached.len(), overlays.len(), "layers that were reached: {reached:?}");
}

#[test]
fn no_action_brings_anything_else_to_the_terminal() {
    for text in [SEQUENCES.concat(), TURNING.into(), HIDDEN.into(), "\u{9b}31m\u{7f}\0".into()] {
        for broken in [false, true] {
            let hostile = Hostile { text: text.clone(), broken };
            for entry in actions().filter(|entry| entry.action != Action::Quit) {
                let mut state = hostile.opened(Size { width: 130, height: 30 });
                hostile.press(&mut state, &[Key::Enter]);
                hostile.press(&mut state, entry.keys);
                hostile.press(&mut state, &[Key::Enter, Key::Esc]);
            }
        }
    }
}

#[test]
fn a_list_that_cannot_be_read_and_a_fault_in_the_background_are_told_safely() {
    for text in poisons() {
        let hostile = Hostile { text, broken: true };
        let mut state = hostile.opened(Size { width: 80, height: 24 });
        for effect in update(&mut state, Event::Input(Input::Key(Key::Char('r')))) {
            if let Effect::Load { id, slot, .. } = effect {
                update(&mut state, Event::Answer { slot, id, result: Err(hostile.fault()) });
                hostile.check(&state);
            }
        }
        update(&mut state, Event::Panicked(hostile.fault()));
        hostile.check(&state);
    }
}

#[test]
fn the_reader_of_bytes_tells_ours_from_theirs() {
    let size = Size { width: 80, height: 24 };
    let ours = "\u{1b}[0m\u{1b}[38;5;4m\u{1b}[24;80Hé▶ 漢\u{1b}[?25l\u{1b}[H";
    assert_eq!(obeys_only_us(ours.as_bytes(), size), Ok(()));
    for text in poisons().into_iter().filter(|text| *clean(text) != **text) {
        assert!(obeys_only_us(text.as_bytes(), size).is_err(), "{text:?} passed");
    }
}
