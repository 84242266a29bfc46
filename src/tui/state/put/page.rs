//! What lies over the panes while records are made by hand: the form or the text of one, or lines that were pasted, and what
//! is known of them.

use super::editor::Editor;
use super::form::Form;
use super::pasted::Pasted;
use super::place::place_of;
use crate::tui::data::{Refusal, Shape, Trial, plainly};
use crate::tui::input::Key;
use crate::{JsonError, JsonObject, JsonReason, TopicName, parse_record};

/// Records on their way into a topic.
#[derive(Debug)]
pub(crate) struct PutPage {
    pub(crate) topic: TopicName,
    /// What the topic takes; none until that is read.
    pub(crate) shape: Option<Shape>,
    pub(crate) form: Form,
    /// The record as JSON, while it is typed so, and not into the form.
    pub(crate) editor: Option<Editor>,
    /// Lines that were pasted, while they are looked at.
    pub(crate) pasted: Option<Box<Pasted>>,
    pub(crate) verdict: Verdict,
    /// Where the JSON is amiss: the line and the byte in it, from 0.
    pub(crate) fault: Option<(usize, usize)>,
    /// What is to be said of it while nothing is wrong.
    pub(crate) note: Option<String>,
    /// Whether somebody has changed it since it was made.
    pub(crate) changed: bool,
    /// The record that the form begins with, as soon as there is one.
    beginning: Option<JsonObject>,
    /// Keys that were pressed before the form had its fields.
    early: Vec<Key>,
}

/// Keys that wait at most; more are no typing.
const EARLY: usize = 1024;

/// What is known of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing: nothing was typed, or it is being checked.
    #[default]
    Open,
    /// So far it is right, and something is missing.
    Unfinished(String),
    /// It cannot be put.
    Wrong(String),
    /// It can be put, and this becomes of it.
    Fits(Trial),
}

impl PutPage {
    /// An empty page for a topic.
    pub(crate) fn new(topic: TopicName) -> Self {
        Self {
            topic,
            shape: None,
            form: Form::default(),
            editor: None,
            pasted: None,
            verdict: Verdict::Open,
            fault: None,
            note: None,
            changed: false,
            beginning: None,
            early: Vec::new(),
        }
    }

    /// A page that begins with a record that nobody has typed.
    pub(crate) fn beginning_with(topic: TopicName, record: JsonObject, note: String) -> Self {
        Self { beginning: Some(record), note: Some(note), ..Self::new(topic) }
    }

    /// Takes what the topic takes: the form gets its rows, and keeps what was typed before.
    pub(crate) fn take_shape(&mut self, shape: Shape) {
        if self.shape.as_ref() != Some(&shape) {
            let form = Form::of(&shape.schema, shape.strictness);
            let before = std::mem::replace(&mut self.form, form);
            self.form.adopt(before);
            self.shape = Some(shape);
        }
        if let Some(record) = self.beginning.take() {
            self.form.fill(&record);
        }
    }

    /// Whether there are no fields yet into which one could type.
    pub(crate) fn awaits_fields(&self) -> bool {
        self.shape.is_none() && self.editor.is_none() && self.pasted.is_none()
    }

    /// Keeps a key until there are fields.
    pub(crate) fn keep(&mut self, key: Key) {
        if self.early.len() < EARLY {
            self.early.push(key);
        }
    }

    /// The keys that were kept.
    pub(crate) fn kept(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.early)
    }

    /// Whether nothing stands there.
    pub(crate) fn is_blank(&self) -> bool {
        match &self.editor {
            Some(editor) => editor.text().trim().is_empty(),
            None => self.form.is_blank(),
        }
    }

    /// Takes everything away that was typed.
    pub(crate) fn empty(&mut self) {
        self.form.fill(&JsonObject::new());
        self.form.select(0);
        if let Some(editor) = &mut self.editor {
            *editor = Editor::default();
        }
        self.note = None;
    }

    /// The records that stand there, where they are some so far; else the verdict says what is amiss.
    pub(crate) fn records(&mut self) -> Option<Vec<JsonObject>> {
        self.verdict = Verdict::Open;
        self.fault = None;
        if let Some(pasted) = &self.pasted {
            return Some(pasted.records().to_vec());
        }
        if self.shape.is_none() || self.is_blank() {
            return None;
        }
        match &self.editor {
            // What is amiss in a field is said beside it.
            None => self.form.record().ok().map(|record| vec![record]),
            Some(editor) => match parse_record(editor.text()) {
                Ok(record) => Some(vec![record]),
                Err(error) => {
                    self.doubt(&error);
                    None
                }
            },
        }
    }

    /// Takes why the text is no record.
    fn doubt(&mut self, error: &JsonError) {
        let Some(editor) = &self.editor else { return };
        let index = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        // What is missing at the end of a line is told of the beginning of the next one.
        let ends = error.column == 0 && error.line > 1;
        let line = index(error.line) - usize::from(ends);
        let text = editor.lines().nth(line).unwrap_or_default();
        let byte = if ends { text.len() } else { text.floor_char_boundary(index(error.column)) };
        let column = text.get(..byte).unwrap_or_default().chars().count() + 1;
        let at = format!("line {}, column {column}", line + 1);
        self.verdict = match &error.reason {
            JsonReason::Syntax { message } if message.starts_with("EOF") => {
                Verdict::Unfinished("not finished".into())
            }
            JsonReason::Syntax { message } if message == "trailing characters" => {
                Verdict::Wrong(format!("{at}: one record at a time; several are pasted as lines"))
            }
            reason => Verdict::Wrong(format!("{at}: {}", plainly(reason))),
        };
        self.fault = matches!(self.verdict, Verdict::Wrong(_)).then_some((line, byte));
    }

    /// Says why there is nothing to put, and goes there.
    pub(crate) fn insist(&mut self) {
        if let Some(editor) = &mut self.editor {
            if let Some((line, byte)) = self.fault {
                editor.go_to(line, byte);
            }
            self.verdict = Verdict::Wrong(match std::mem::take(&mut self.verdict) {
                Verdict::Wrong(why) => why,
                Verdict::Unfinished(what) => what,
                _ => "a record is a JSON object; type one, or leave with esc".into(),
            });
            return;
        }
        self.form.go_to_fault();
        self.verdict = Verdict::Wrong(match self.form.record() {
            Err(_) => "not put: see the field".into(),
            Ok(_) => "nothing was typed: a field may be null (^N), but a record of nothing is none"
                .into(),
        });
    }

    /// Takes why the record is refused; in its text, the place of the field at fault.
    pub(crate) fn refuse(&mut self, refusal: &Refusal) {
        let field = refusal.field.as_deref();
        self.fault = self.editor.as_ref().and_then(|editor| place_of(editor.text(), field?));
        self.verdict = Verdict::Wrong(match self.fault {
            Some((line, _)) => format!("line {}: {}", line + 1, refusal.sentence()),
            None => refusal.sentence(),
        });
    }

    /// Shows the record as JSON, or in the form; whether it does. What the form has no text for keeps it from that, and is
    /// said.
    pub(crate) fn turn(&mut self) -> bool {
        let Some(editor) = &self.editor else {
            self.editor = Some(self.form.editor());
            return true;
        };
        if editor.text().trim().is_empty() {
            self.form.fill(&JsonObject::new());
            self.editor = None;
            return true;
        }
        let Some(record) = self.records().and_then(|mut records| records.pop()) else {
            self.insist();
            return false;
        };
        let mut form = self.form.clone();
        match form.fill(&record).first() {
            None => {
                self.form = form;
                self.editor = None;
                true
            }
            Some(name) => {
                self.fault = self.editor.as_ref().and_then(|e| place_of(e.text(), name));
                let text = format!(
                    "the form has no way to say `{name}` as it stands here: correct it first"
                );
                self.verdict = Verdict::Wrong(text);
                false
            }
        }
    }
}
