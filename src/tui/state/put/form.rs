//! The form: a record as one field a row, in the order of the topic's schema, then the fields that it has not yet.

use arrow_schema::SchemaRef;
use tui_input::{Input, InputRequest};

use super::editor::Editor;
use super::field::{Content, Field, Finding};
use crate::tui::data::{Amiss, Manner};
use crate::tui::state::Scroll;
use crate::tui::text::one_line::one_line;
use crate::{JsonObject, Strictness};

/// Bytes of a name at most that are pasted: half of one would be another.
const LONGEST_NAME: usize = 1_000;

/// A record as it is being typed.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// The fields; the last one is always new and blank.
    fields: Vec<Field>,
    pub(crate) scroll: Scroll,
    /// Whether the name of a new field is being typed, and not its value.
    naming: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self { fields: vec![Field::fresh()], scroll: Scroll::default(), naming: true }
    }
}

impl Form {
    /// An empty form for records of a schema.
    pub(crate) fn of(schema: &SchemaRef, strictness: Strictness) -> Self {
        let fields = schema.fields().iter().map(|column| Field::of(column, strictness));
        let fields: Vec<Field> = fields.chain([Field::fresh()]).collect();
        let naming = fields.len() == 1;
        Self { fields, scroll: Scroll::default(), naming }
    }

    /// Takes over what was typed into another form, by the names of the fields: that of a schema before.
    pub(crate) fn adopt(&mut self, before: Self) {
        let selected = before.selected().name.value().to_owned();
        for field in before.fields {
            if field.is_blank() {
                continue;
            }
            let same = |own: &&mut Field| !own.is_new() && own.name.value() == field.name.value();
            if let Some(own) = self.fields.iter_mut().find(same) {
                own.content = field.content;
                own.judge();
            } else {
                let last = self.fields.len().saturating_sub(1);
                self.fields.insert(last, Field { column: None, ..field });
            }
        }
        self.settle();
        let is_it = |field: &Field| !selected.is_empty() && field.name.value() == selected;
        self.select(self.fields.iter().position(is_it).unwrap_or(0));
    }

    /// The fields, the last one new and blank.
    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The row of the selected field.
    pub(crate) fn row(&self) -> usize {
        usize::try_from(self.scroll.selected)
            .unwrap_or(usize::MAX)
            .min(self.fields.len().saturating_sub(1))
    }

    /// The selected field.
    pub(crate) fn selected(&self) -> &Field {
        static NONE: std::sync::LazyLock<Field> = std::sync::LazyLock::new(Field::fresh);
        self.fields.get(self.row()).unwrap_or(&NONE)
    }

    fn selected_mut(&mut self) -> Option<&mut Field> {
        let row = self.row();
        self.fields.get_mut(row)
    }

    /// Whether the name of the selected field is being typed.
    pub(crate) fn is_naming(&self) -> bool {
        self.naming && self.selected().is_new()
    }

    /// Whether nothing was said in any field.
    pub(crate) fn is_blank(&self) -> bool {
        self.fields.iter().all(Field::is_blank)
    }

    /// Selects a field.
    pub(crate) fn select(&mut self, row: usize) {
        self.scroll.selected = row.min(self.fields.len().saturating_sub(1)) as u64;
        // Where there is a name already, one types the value.
        self.naming = self.selected().is_new() && self.selected().name.value().is_empty();
    }

    /// Goes on: from the name of a new field to its value, else to the next field.
    pub(crate) fn next(&mut self) {
        if self.is_naming() && !self.selected().name.value().is_empty() {
            self.naming = false;
        } else {
            self.select(self.row() + 1);
        }
    }

    /// Goes back: from the value of a new field to its name, else to the field before.
    pub(crate) fn previous(&mut self) {
        if self.selected().is_new() && !self.naming {
            self.naming = true;
        } else {
            self.select(self.row().saturating_sub(1));
        }
    }

    /// Goes to the first field that cannot be put, or lacks something.
    pub(crate) fn go_to_fault(&mut self) {
        let is_amiss =
            |field: &Field| matches!(field.finding, Finding::Wrong(_) | Finding::Unfinished(_));
        if let Some(row) = self.fields.iter().position(is_amiss) {
            self.select(row);
        }
    }

    /// Changes the text under the cursor.
    pub(crate) fn edit(&mut self, request: InputRequest) {
        let naming = self.is_naming();
        if let (InputRequest::InsertChar(c), Manner::Flag, false) =
            (request, self.selected().manner(), naming)
            && self.flag(c)
        {
            return;
        }
        if let Some(field) = self.selected_mut() {
            if naming {
                field.name.handle(request);
                field.judge();
            } else {
                field.edit(request);
            }
        }
        self.settle();
    }

    /// A letter that says true or false, or a space, which turns it.
    fn flag(&mut self, c: char) -> bool {
        let Some(field) = self.selected_mut().filter(|field| field.text().is_empty() || c == ' ')
        else {
            return false;
        };
        match c {
            ' ' => field.turn(),
            't' => drop(field.fill(&true.into())),
            'f' => drop(field.fill(&false.into())),
            _ => return false,
        }
        true
    }

    /// Writes a text where the cursor stands.
    pub(crate) fn insert(&mut self, text: &str) {
        let naming = self.is_naming();
        if let Some(field) = self.selected_mut() {
            if naming && text.len() <= LONGEST_NAME {
                for c in text.chars().filter(|c| !c.is_control()) {
                    field.name.handle(InputRequest::InsertChar(c));
                }
            } else if !naming {
                field.insert(text);
            }
        }
        self.settle();
    }

    /// Says null in the selected field; again, an empty text or nothing.
    pub(crate) fn null(&mut self) {
        if let Some(field) = self.selected_mut() {
            field.null();
        }
        self.settle();
    }

    /// Takes the values of a record; the fields that no text can say are returned, and stay as they were.
    pub(crate) fn fill(&mut self, record: &JsonObject) -> Vec<String> {
        self.fields.retain(|field| !field.is_new());
        self.fields.iter_mut().for_each(|field| {
            field.content = Content::Left;
            field.judge();
        });
        self.fields.push(Field::fresh());
        let mut lost = Vec::new();
        for (name, value) in record {
            let known = self.fields.iter_mut().find(|field| field.name.value() == name);
            let fits = match known {
                Some(field) => field.fill(value),
                None => self.push(name, value),
            };
            if !fits {
                lost.push(name.clone());
            }
        }
        self.settle();
        self.select(self.row());
        lost
    }

    /// Adds a field that the topic has not got.
    fn push(&mut self, name: &str, value: &serde_json::Value) -> bool {
        let mut field = Field { name: Input::new(name.into()), ..Field::fresh() };
        let fits = field.fill(value);
        self.fields.insert(self.fields.len().saturating_sub(1), field);
        fits
    }

    /// The record as JSON, a field a line, with the cursor in the value of the selected one; what is no JSON yet stands there
    /// as it was typed.
    pub(crate) fn editor(&self) -> Editor {
        let (mut lines, mut place) = (Vec::new(), (0, 0));
        for (row, field) in self.fields.iter().enumerate() {
            let value = match field.value() {
                None => continue,
                Some(Ok(value)) => one_line(&value),
                Some(Err(_)) => field.text().to_owned(),
            };
            let name = format!("  {}: ", one_line(&field.name.value()));
            if row == self.row() {
                place = (lines.len() + 1, name.len());
            }
            lines.push(format!("{name}{value}"));
        }
        if lines.is_empty() {
            let mut editor = Editor::new("{\n  \n}".into());
            editor.go_to(1, 2);
            return editor;
        }
        let mut editor = Editor::new(format!("{{\n{}\n}}", lines.join(",\n")));
        editor.go_to(place.0, place.1);
        editor
    }

    /// The record that was typed; else the row of the first field that is amiss.
    pub(crate) fn record(&self) -> Result<JsonObject, usize> {
        let mut record = JsonObject::new();
        for (row, field) in self.fields.iter().enumerate() {
            if matches!(field.finding, Finding::Wrong(_) | Finding::Unfinished(_)) {
                return Err(row);
            }
            match field.value() {
                None => {}
                Some(Ok(value)) => drop(record.insert(field.name.value().to_owned(), value)),
                Some(Err(Amiss::Unfinished(_) | Amiss::Wrong(_))) => return Err(row),
            }
        }
        Ok(record)
    }

    /// Keeps one blank field at the end, and says what is amiss with the names of the new ones.
    fn settle(&mut self) {
        if self.fields.last().is_none_or(|field| !field.is_blank()) {
            self.fields.push(Field::fresh());
        }
        let names: Vec<String> =
            self.fields.iter().map(|field| field.name.value().to_owned()).collect();
        for (row, field) in self.fields.iter_mut().enumerate().filter(|(_, field)| field.is_new()) {
            field.judge();
            let name = field.name.value();
            let twice = names.iter().take(row).any(|other| other == name);
            if !field.is_blank() && name.is_empty() {
                field.finding = Finding::Unfinished("the field needs a name".into());
            } else if !name.is_empty() && twice {
                field.finding = Finding::Wrong(format!("there is a field {name} already"));
            }
        }
    }
}
