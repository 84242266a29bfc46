//! Names of an answer's columns.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};

/// The same columns, each with a name of its own: of several with one name, those behind the first get a number.
pub(super) fn distinct(schema: &SchemaRef) -> SchemaRef {
    let given: HashSet<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    if given.len() == schema.fields().len() {
        return schema.clone();
    }
    let mut taken: HashSet<String> = HashSet::new();
    let mut fields: Vec<Arc<Field>> = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        if taken.insert(field.name().clone()) {
            fields.push(field.clone());
            continue;
        }
        let numbered = (2_u64..).map(|number| format!("{}_{number}", field.name()));
        let mut free =
            numbered.filter(|name| !given.contains(name.as_str()) && !taken.contains(name));
        let name = free.next().unwrap_or_default();
        taken.insert(name.clone());
        fields.push(Arc::new(field.as_ref().clone().with_name(name)));
    }
    Arc::new(Schema::new(fields))
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn columns_of_one_name_are_told_apart_and_no_other_name_is_taken() {
        let names = ["id", "id", "a", "id_2", "id", "a"];
        let fields: Vec<_> =
            names.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
        let told = distinct(&Arc::new(Schema::new(fields)));
        let told: Vec<_> = told.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(told, ["id", "id_3", "a", "id_2", "id_4", "a_2"]);
    }
}
