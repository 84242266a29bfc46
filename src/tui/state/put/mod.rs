//! Records by hand: the form and the text that one is typed into, lines that are pasted, and what is known of them.

mod editor;
mod field;
mod form;
mod page;
mod pasted;
mod place;

pub(crate) use editor::{Edit, Editor};
pub(crate) use field::{Content, Field, Finding};
pub(crate) use form::Form;
pub(crate) use page::{PutPage, Verdict};
pub(crate) use pasted::{
    Line as PastedLine, MOST_BYTES, MOST_RECORDS, Pasted, Recognised, recognise,
};
