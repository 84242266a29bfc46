//! A condition on records, in SQL: the one evaluation that persisted and buffered rows alike go through.

use std::fmt;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema, SchemaRef};
use lance::deps::datafusion::common::DFSchema;
use lance::deps::datafusion::logical_expr::Expr;
use lance::deps::datafusion::logical_expr::execution_props::ExecutionProps;
use lance::deps::datafusion::logical_expr::utils::conjunction;
use lance::deps::datafusion::physical_expr::create_physical_expr;
use lance::deps::datafusion::physical_plan::PhysicalExpr;
use lance_datafusion::planner::Planner;

use super::failure::said;
use super::syntax;
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;
use crate::engine::record::{conform, type_text};

/// One or more conditions that must all hold.
///
/// The grammar is that of Lance's filters, so that a filter means here what it means to pylance.
#[derive(Debug, Clone)]
pub(crate) struct Predicate {
    text: String,
    expression: Arc<dyn PhysicalExpr>,
    /// The columns that it looks at.
    schema: SchemaRef,
}

impl Predicate {
    /// Plans conditions over the columns of a schema.
    ///
    /// # Errors
    /// [`Error::InvalidOption`], which says what is wrong with which condition.
    pub(crate) fn parse<T: AsRef<str> + Sync>(
        conditions: &[T],
        schema: &SchemaRef,
    ) -> Result<Self> {
        let planned = on_a_deep_stack(|| Self::plan(conditions, schema));
        planned.unwrap_or_else(|reason| Err(invalid(&joined(conditions), reason)))
    }

    fn plan<T: AsRef<str>>(conditions: &[T], schema: &SchemaRef) -> Result<Self> {
        let text = joined(conditions);
        let mut used = Vec::new();
        for condition in conditions {
            let found = columns_of(condition.as_ref(), schema);
            used.extend(found.map_err(|reason| invalid(condition.as_ref(), reason))?);
        }
        let is_used = |name: &String| used.contains(name);
        let fields = schema.fields().iter().filter(|field| is_used(field.name())).cloned();
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let mut whole: Option<Expr> = None;
        for condition in conditions {
            let one = planned(condition.as_ref(), &schema);
            let one = one.map_err(|reason| invalid(condition.as_ref(), reason))?;
            whole = Some(whole.map_or(one.clone(), |whole| whole.and(one)));
        }
        let whole = whole.ok_or_else(|| invalid(&text, "it is empty".into()))?;
        let planner = Planner::new(schema.clone());
        let expression =
            planner.create_physical_expr(&whole).map_err(|e| invalid(&text, said(&e)))?;
        Ok(Self { text, expression, schema })
    }

    /// The conditions that a query's planner hands down, over columns of a schema; `None` where there are none.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where they cannot be computed over these columns.
    pub(super) fn of_query(
        filters: &[Expr],
        schema: &SchemaRef,
        props: &ExecutionProps,
    ) -> Result<Option<Self>> {
        let Some(whole) = conjunction(filters.iter().cloned()) else { return Ok(None) };
        let text = whole.to_string();
        let used = whole.column_refs();
        let is_used = |name: &str| used.iter().any(|column| column.name == name);
        let fields = schema.fields().iter().filter(|field| is_used(field.name())).cloned();
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let expression = DFSchema::try_from(schema.clone())
            .and_then(|own| create_physical_expr(&whole, &own, props))
            .map_err(|error| invalid(&text, error.strip_backtrace()))?;
        Ok(Some(Self { text, expression, schema }))
    }

    /// The columns that it looks at.
    pub(crate) fn columns(&self) -> Columns {
        Columns::Only(self.schema.fields().iter().map(|field| field.name().clone()).collect())
    }

    /// Which rows match. A column that the batch lacks is null in it; where the answer is null, the row does not
    /// match.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where it cannot be computed for a row: a division by zero, a text that is no number.
    pub(crate) fn matches(&self, batch: &RecordBatch) -> Result<Vec<bool>> {
        let cannot =
            |reason: String| invalid(&self.text, format!("it cannot be computed: {reason}"));
        let batch = self.own_columns(batch).map_err(cannot)?;
        let answer = self.expression.evaluate(&batch);
        let answer = answer.and_then(|answer| answer.into_array(batch.num_rows()));
        let answer = answer.map_err(|error| cannot(error.to_string()))?;
        let flags = answer.as_boolean_opt().ok_or_else(|| cannot("it is no condition".into()))?;
        Ok((0..flags.len()).map(|row| flags.is_valid(row) && flags.value(row)).collect())
    }

    fn own_columns(&self, batch: &RecordBatch) -> Result<RecordBatch, String> {
        let fields = self.schema.fields().iter();
        let there: Vec<usize> =
            fields.filter_map(|field| batch.schema_ref().index_of(field.name()).ok()).collect();
        let own = batch.project(&there).map_err(|error| error.to_string())?;
        if own.schema_ref() == &self.schema {
            return Ok(own);
        }
        conform(&own, &self.schema).map_err(|error| error.to_string())
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Runs work with more stack than a thread of a runtime has: planning needs some kilobytes for each level of a condition.
/// A panic in it is an error here.
pub(super) fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    const STACK: usize = 64 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("lanceq-plan".into()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(|error| error.to_string())?;
        thread.join().map_err(|_| "it cannot be planned".to_owned())
    })
}

fn joined<T: AsRef<str>>(conditions: &[T]) -> String {
    conditions.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" and ")
}

/// The columns that a condition names, each of which is there.
fn columns_of(condition: &str, schema: &SchemaRef) -> Result<Vec<String>, String> {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    syntax::check(condition, &names)?;
    let expression = Planner::new(schema.clone()).parse_filter(condition).map_err(|e| said(&e))?;
    let mut found = Vec::new();
    for path in Planner::column_names_in_expr(&expression) {
        let is_it = |name: &&&str| path == **name || path.starts_with(&format!("{name}."));
        let Some(name) = names.iter().find(is_it) else {
            let names = if names.is_empty() { "none yet".into() } else { names.join(", ") };
            return Err(format!("there is no column `{path}`; there are {names}"));
        };
        found.push((*name).to_owned());
    }
    Ok(found)
}

/// A condition as Lance understands it over the columns that it names.
fn planned(condition: &str, schema: &SchemaRef) -> Result<Expr, String> {
    let planner = Planner::new(schema.clone());
    let expression =
        planner.parse_filter(condition).and_then(|parsed| planner.optimize_expr(parsed));
    let expression = expression.map_err(|error| said(&error))?;
    let physical = planner.create_physical_expr(&expression).map_err(|error| said(&error))?;
    match physical.data_type(schema).map_err(|error| error.to_string())? {
        DataType::Boolean => Ok(expression),
        other => Err(format!("it is {}, not true or false", type_text(&other))),
    }
}

fn invalid(condition: &str, reason: String) -> Error {
    Error::InvalidOption { option: "filter", value: format!("`{condition}`"), reason }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray, StructArray};
    use arrow_schema::Field;

    use super::*;

    fn batch() -> RecordBatch {
        let year: ArrayRef = Arc::new(Int64Array::from(vec![Some(1989), Some(1995), None]));
        let title: ArrayRef = Arc::new(StringArray::from(vec!["Batman", "Toy Story", "Nobody's"]));
        let rating: ArrayRef = Arc::new(Float64Array::from(vec![7.5, f64::NAN, 0.0]));
        let host: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
        let place: ArrayRef = Arc::new(StructArray::from(vec![(
            Arc::new(Field::new("host", DataType::Utf8, true)),
            host,
        )]));
        RecordBatch::try_from_iter_with_nullable([
            ("year", year, true),
            ("Title", title, true),
            ("IMDB Rating", rating, true),
            ("place", place, true),
        ])
        .unwrap()
    }

    fn matching(condition: &str) -> Vec<usize> {
        let batch = batch();
        let predicate = Predicate::parse(&[condition], &batch.schema()).unwrap();
        let flags = predicate.matches(&batch).unwrap();
        flags.iter().enumerate().filter(|(_, flag)| **flag).map(|(row, _)| row).collect()
    }

    #[test]
    fn a_row_matches_where_the_condition_is_true_and_not_where_it_is_null() {
        for (condition, rows) in [
            ("year > 1990", &[1][..]),
            ("not (year > 1990)", &[0]),
            ("year is null", &[2]),
            ("year = 1989 or Title like 'Toy%'", &[0, 1]),
            ("title = 'Batman'", &[0]),
            ("`IMDB Rating` >= 7", &[0, 1]),
            ("Title = 'Nobody''s'", &[2]),
            ("place.host in ('b', 'c')", &[1, 2]),
            ("lower(Title) like '%story' and year between 1990 and 2000", &[1]),
            ("true", &[0, 1, 2]),
            ("1 = 2", &[]),
        ] {
            assert_eq!(matching(condition), rows, "{condition}");
        }
    }

    #[test]
    fn a_column_that_the_batch_lacks_is_null_in_it() {
        let predicate = Predicate::parse(&["year is null", "Title > 'a'"], &batch().schema());
        let title: ArrayRef = Arc::new(StringArray::from(vec!["A", "b"]));
        let narrow = RecordBatch::try_from_iter([("Title", title)]).unwrap();
        assert_eq!(predicate.unwrap().matches(&narrow).unwrap(), [false, true]);
    }

    #[test]
    fn a_condition_that_cannot_be_says_why() {
        for (condition, reason) in [
            ("yaer > 1990", "no column `yaer`; there are year, Title, IMDB Rating, place"),
            ("year >", "EOF"),
            ("year + 1", "int64, not true or false"),
            ("Title", "utf8, not true or false"),
            ("nope(year) = 1", "nope"),
            ("year in (select 1)", "not supported"),
            ("place > 3", "place"),
        ] {
            let error = Predicate::parse(&[condition], &batch().schema()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`filter` cannot be `{condition}`: ")), "{error}");
            assert!(error.contains(reason), "{condition}: {error}");
            assert!(!error.contains(".rs"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_computed_is_an_error_and_no_panic() {
        let batch = batch();
        let predicate = Predicate::parse(&["cast(Title as int) > 3"], &batch.schema()).unwrap();
        let error = predicate.matches(&batch).unwrap_err().to_string();
        assert!(error.contains("cannot be computed") && error.contains("Batman"), "{error}");
    }

    #[test]
    fn a_long_condition_is_computed_or_refused_and_uses_up_no_stack() {
        let batch = batch();
        for (condition, fits) in [
            (format!("year in ({}1)", "1, ".repeat(20_000)), true),
            (format!("{}year = 1", "year = 1 or ".repeat(500)), true),
            (format!("{}year = 1", "year = 1 or Title = 'a' and ".repeat(250)), true),
            (format!("year = {}1", "year + ".repeat(60)), true),
            (format!("{}year = 1{}", "(".repeat(20), ")".repeat(20)), true),
            (format!("{}year = 1", "year = 1 and ".repeat(4_000)), false),
            (format!("year = {}1", "1 + ".repeat(10_000)), false),
            (format!("{}year = 1{}", "(".repeat(60), ")".repeat(60)), false),
            (format!("{}year = 1", "not ".repeat(10_000)), false),
        ] {
            let shown: String = condition.chars().take(30).collect();
            let planned = Predicate::parse(&[&condition], &batch.schema());
            assert_eq!(planned.is_ok(), fits, "{shown}: {:?}", planned.err());
            if let Ok(predicate) = planned {
                assert_eq!(predicate.matches(&batch).unwrap(), [false; 3], "{shown}");
            }
        }
    }
}
