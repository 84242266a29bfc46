//! One field of the form: what is typed into it, and what is known of that.

use std::sync::Arc;

use arrow_schema::{Field as Column, FieldRef, Schema};
use serde_json::Value;
use tui_input::{Input, InputRequest};

use crate::tui::data::{Amiss, Manner, NOW, heading, items, manner, moment};
use crate::{EncodeError, JsonObject, SchemaInference, Strictness, encode, type_text};

/// What stands in a field.
#[derive(Debug, Clone, Default)]
pub(crate) enum Content {
    /// Nothing was said: the record goes without it.
    #[default]
    Left,
    /// Null, in so many words.
    Null,
    Typed(Input),
}

/// What is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Finding {
    /// There is nothing to know.
    #[default]
    Open,
    /// Something is missing.
    Unfinished(String),
    /// It cannot be put.
    Wrong(String),
    /// It is a value of the field's type.
    Fits,
}

/// One field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The column of the topic; none where the topic has not got it yet.
    pub(crate) column: Option<FieldRef>,
    /// What it is called, or is to be called.
    pub(crate) name: Input,
    pub(crate) content: Content,
    pub(crate) finding: Finding,
    /// What there is to say of it: how many numbers of a vector there are, which type a new column would have.
    pub(crate) note: Option<String>,
    pub(super) strictness: Strictness,
}

impl Field {
    /// An empty field of a column.
    pub(super) fn of(column: &FieldRef, strictness: Strictness) -> Self {
        let mut field = Self { column: Some(column.clone()), strictness, ..Self::fresh() };
        field.name = Input::new(column.name().clone());
        field.judge();
        field
    }

    /// A field that the topic has not got, and that has no name yet.
    pub(super) fn fresh() -> Self {
        Self {
            column: None,
            name: Input::default(),
            content: Content::Left,
            finding: Finding::Open,
            note: None,
            strictness: Strictness::Strict,
        }
    }

    /// Whether the topic has not got it.
    pub(crate) fn is_new(&self) -> bool {
        self.column.is_none()
    }

    /// Whether nothing was said at all.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self.content, Content::Left) && (!self.is_new() || self.name.value().is_empty())
    }

    /// What is typed; nothing where it is null or left out.
    pub(crate) fn text(&self) -> &str {
        match &self.content {
            Content::Typed(input) => input.value(),
            Content::Left | Content::Null => "",
        }
    }

    /// Characters before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        match &self.content {
            Content::Typed(input) => input.cursor(),
            Content::Left | Content::Null => 0,
        }
    }

    /// The type of its column in few signs.
    pub(crate) fn kind(&self) -> String {
        match &self.column {
            Some(column) if column.is_nullable() => heading(column.data_type()),
            Some(column) => format!("{} not null", heading(column.data_type())),
            None => String::new(),
        }
    }

    pub(crate) fn manner(&self) -> Manner {
        self.column.as_ref().map_or(Manner::Free, |column| manner(column.data_type()))
    }

    /// Changes the text. Where an empty text is no value, one that was emptied is left out; where it is, once more.
    pub(super) fn edit(&mut self, request: InputRequest) {
        let was_empty = self.text().is_empty();
        let deletes = matches!(
            request,
            InputRequest::DeletePrevChar | InputRequest::DeletePrevWord | InputRequest::DeleteLine
        );
        if let Content::Typed(input) = &mut self.content {
            input.handle(request);
        } else if let InputRequest::InsertChar(_) = request {
            let mut input = Input::default();
            input.handle(request);
            self.content = Content::Typed(input);
        }
        let emptied = self.text().is_empty() && deletes;
        if emptied && (was_empty || !self.manner().keeps_empty()) {
            self.content = Content::Left;
        }
        self.judge();
    }

    /// Writes a text where the cursor stands.
    pub(super) fn insert(&mut self, text: &str) {
        let cursor = self.cursor();
        let before: String = self.text().chars().take(cursor).collect();
        let behind: String = self.text().chars().skip(cursor).collect();
        let end = cursor + text.chars().count();
        let whole = format!("{before}{text}{behind}");
        self.content = Content::Typed(Input::new(whole).with_cursor(end));
        self.judge();
    }

    /// Turns true or false to the next one; a value that is neither becomes true.
    pub(super) fn turn(&mut self) {
        let may_be_left = self.column.as_ref().is_none_or(|column| column.is_nullable());
        self.content = match self.text() {
            "true" => Content::Typed(Input::new("false".into())),
            "false" if may_be_left => Content::Left,
            _ => Content::Typed(Input::new("true".into())),
        };
        self.judge();
    }

    /// Says null in so many words; again, an empty text where that is a value, else nothing.
    pub(super) fn null(&mut self) {
        self.content = match self.content {
            Content::Null if self.manner().keeps_empty() => Content::Typed(Input::default()),
            Content::Null => Content::Left,
            Content::Left | Content::Typed(_) => Content::Null,
        };
        self.judge();
    }

    /// Takes a value; whether there is a text that says it. The cursor stands at its start, where reading begins.
    pub(super) fn fill(&mut self, value: &Value) -> bool {
        self.content = if value.is_null() {
            Content::Null
        } else {
            let Some(text) = self.manner().write(value) else { return false };
            Content::Typed(Input::new(text).with_cursor(0))
        };
        self.judge();
        true
    }

    /// The value that it says; none where it is left out.
    pub(crate) fn value(&self) -> Option<Result<Value, Amiss>> {
        match &self.content {
            Content::Left => None,
            Content::Null => Some(Ok(Value::Null)),
            Content::Typed(input) => Some(self.manner().read(input.value())),
        }
    }

    /// Finds out what there is to know of it.
    pub(super) fn judge(&mut self) {
        self.finding = match self.value() {
            None | Some(Ok(Value::Null)) => self.absence(),
            Some(Err(Amiss::Unfinished(what))) => Finding::Unfinished(what),
            Some(Err(Amiss::Wrong(why))) => Finding::Wrong(why),
            Some(Ok(value)) => match self.refusal(value) {
                Some(why) => Finding::Wrong(why),
                None => Finding::Fits,
            },
        };
        self.note = self.told();
    }

    /// What is known where there is no value.
    fn absence(&self) -> Finding {
        let is_needed = self.column.as_ref().is_some_and(|column| !column.is_nullable());
        match (is_needed, &self.content) {
            (true, Content::Null) => Finding::Wrong("this column takes no null".into()),
            (true, _) => Finding::Unfinished("a value is needed".into()),
            (false, Content::Left) => Finding::Open,
            (false, _) => Finding::Fits,
        }
    }

    /// Why the engine would refuse the value in this column.
    fn refusal(&self, value: Value) -> Option<String> {
        let column = self.column.as_ref()?;
        let value = match moment(column.data_type(), chrono::DateTime::UNIX_EPOCH) {
            Some(text) if value.as_str() == Some(NOW) => text.into(),
            _ => value,
        };
        let record: JsonObject = [(column.name().clone(), value)].into_iter().collect();
        let schema = Arc::new(Schema::new(vec![column.clone()]));
        match encode(&schema, &[&record], self.strictness).err()? {
            // What a struct would grow by is said of the record.
            EncodeError::NewFields { .. } => None,
            error => Some(refusal(column, &error)),
        }
    }

    /// What there is to say beside the value.
    fn told(&self) -> Option<String> {
        let text = self.text();
        match self.column.as_ref().map(|column| column.data_type()) {
            Some(arrow_schema::DataType::FixedSizeList(_, all)) => {
                Some(format!("{} of {all} numbers", items(text)?))
            }
            Some(_) if self.manner() == Manner::Moment && text.trim() == NOW => {
                Some("the moment of the put".into())
            }
            Some(_) => None,
            None => Some(format!("new column: {}", self.new_type()?)),
        }
    }

    /// The type that a new column would have.
    fn new_type(&self) -> Option<String> {
        let value = self.value()?.ok()?;
        let record: JsonObject = [(self.name.value().to_owned(), value)].into_iter().collect();
        let mut inference = SchemaInference::new();
        inference.observe(&record);
        let schema = inference.finish().ok()?;
        schema.as_arrow().fields().first().map(|field| type_text(field.data_type()))
    }
}

/// The engine's reason, with the place where that is inside of the value.
fn refusal(column: &Column, error: &EncodeError) -> String {
    let reason = error.reason();
    let path = error.path().map(crate::FieldPath::as_str).unwrap_or_default();
    match path.strip_prefix(column.name().as_str()).map(|inner| inner.trim_start_matches('.')) {
        Some(inner) if !inner.is_empty() => format!("{inner}: {reason}"),
        _ => reason,
    }
}
