//! Schemas and types as text.

use super::text_of;
use crate::{TopicSchema, parse_type, type_text};

/// A schema that is taken reads back from its own form.
pub(crate) fn schema(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let Ok(schema) = text.parse::<TopicSchema>() else { return };
    let form = schema.to_json();
    assert_eq!(TopicSchema::from_json(&form).expect("its own form"), schema);
    assert_eq!(form.to_string().parse::<TopicSchema>().expect("its own text"), schema);
    let extended = schema.merge_new_fields(&schema).expect("nothing new");
    assert_eq!(extended.schema, schema);
}

/// A type that is read has a text that reads as the same type.
pub(crate) fn type_name(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    if let Ok(data_type) = parse_type(text) {
        let again = type_text(&data_type);
        assert_eq!(parse_type(&again).as_ref(), Ok(&data_type), "{again}");
        assert_eq!(type_text(&data_type), again);
    }
}
