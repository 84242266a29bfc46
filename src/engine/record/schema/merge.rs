//! How a schema grows: by new nullable columns, never otherwise.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use super::error::SchemaError;
use super::topic_schema::TopicSchema;

/// A schema that has grown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extended {
    /// The whole schema.
    pub schema: TopicSchema,
    /// What is new in it, and nothing else: new columns whole, structs that have grown with their
    /// new fields only. Empty if nothing is new.
    pub added: SchemaRef,
}

/// Adds the fields that only `other` has.
pub(super) fn merge_new_fields(
    schema: &TopicSchema,
    other: &TopicSchema,
) -> Result<Extended, SchemaError> {
    let arrow = schema.as_arrow();
    let growth = grow_fields(arrow.fields(), other.as_arrow().fields())?;
    let grown = Schema::new_with_metadata(growth.whole, arrow.metadata().clone());
    Ok(Extended { schema: TopicSchema::new(&grown)?, added: Arc::new(Schema::new(growth.added)) })
}

/// Fields as they are after growing, and what grew.
struct Growth {
    whole: Fields,
    added: Fields,
}

fn grow_fields(present: &Fields, other: &Fields) -> Result<Growth, SchemaError> {
    let mut whole: Vec<FieldRef> = present.to_vec();
    let mut added: Vec<FieldRef> = Vec::new();
    for new in other {
        let Some((index, field)) = present.find(new.name()) else {
            let new = Arc::new(Field::clone(new).with_nullable(true));
            whole.push(new.clone());
            added.push(new);
            continue;
        };
        let growth = grow_type(field.data_type(), new.data_type());
        if let Some((grown, growth)) = growth.map_err(|error| error.in_field(field.name()))? {
            added.push(retyped(field, growth));
            if let Some(slot) = whole.get_mut(index) {
                *slot = retyped(field, grown);
            }
        }
    }
    Ok(Growth { whole: whole.into(), added: added.into() })
}

/// Returns a type as it is after growing, and the part of it that grew; nothing if none did.
fn grow_type(
    present: &DataType,
    other: &DataType,
) -> Result<Option<(DataType, DataType)>, SchemaError> {
    use DataType::{LargeList, List, Struct};
    match (present, other) {
        (Struct(present), Struct(other)) => {
            let Growth { whole, added } = grow_fields(present, other)?;
            Ok((!added.is_empty()).then_some((Struct(whole), Struct(added))))
        }
        (List(item), List(other)) => grow_item(item, other, List),
        (LargeList(item), List(other) | LargeList(other)) => grow_item(item, other, LargeList),
        // Another type is no growth: values that do not fit the present one are refused as such.
        _ => Ok(None),
    }
}

fn grow_item(
    item: &FieldRef,
    other: &FieldRef,
    list: fn(FieldRef) -> DataType,
) -> Result<Option<(DataType, DataType)>, SchemaError> {
    let growth = grow_type(item.data_type(), other.data_type())?;
    Ok(growth.map(|(grown, added)| (list(retyped(item, grown)), list(retyped(item, added)))))
}

fn retyped(field: &FieldRef, data_type: DataType) -> FieldRef {
    Arc::new(Field::clone(field).with_data_type(data_type))
}
