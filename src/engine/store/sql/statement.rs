//! One statement of SQL, parsed: which tables and which words it names.

use std::collections::HashSet;

use lance::deps::datafusion::common::TableReference;
use lance::deps::datafusion::sql::parser::{DFParserBuilder, Statement as Parsed};
use lance::deps::datafusion::sql::resolve::resolve_table_references;
use lance::deps::datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use lance::deps::datafusion::sql::sqlparser::dialect::GenericDialect;
use lance::deps::datafusion::sql::sqlparser::parser::ParserError;
use lance::deps::datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::failure::{invalid, planning};
use crate::engine::error::Result;
use crate::engine::store::predicate::on_a_deep_stack;
use crate::engine::store::syntax;

/// How deep parentheses and subqueries may be nested.
const DEEPEST: usize = 50;

/// A statement that can be planned without using up the stack.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(super) parsed: Parsed,
    tables: Vec<String>,
    words: HashSet<String>,
}

impl Statement {
    /// Parses a text that is one statement. Names stand as they are, in double quotes or backticks where they are no plain
    /// words.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query), with the place where the text cannot be understood, and for a table's name with points,
    /// which is none here.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        on_a_deep_stack(|| Self::parsed(text)).map_err(invalid)?
    }

    fn parsed(text: &str) -> Result<Self> {
        let dialect = GenericDialect {};
        let tokens = Tokenizer::new(&dialect, text).tokenize_with_location();
        let tokens = tokens.map_err(|error| planning(&ParserError::from(error).into()))?;
        syntax::bounded_query(text, &tokens).map_err(invalid)?;
        let words = tokens.iter().filter_map(|token| match &token.token {
            Token::Word(word) => Some(word.value.clone()),
            _ => None,
        });
        let words = words.collect();
        let parser =
            DFParserBuilder::new(tokens).with_dialect(&dialect).with_recursion_limit(DEEPEST);
        let parsed = parser.build().and_then(|mut parser| parser.parse_statements());
        let mut parsed = parsed.map_err(|error| planning(&error))?;
        match (parsed.pop_front(), parsed.is_empty()) {
            (Some(parsed), true) if !asks(&parsed) => {
                Err(invalid("only `select`, `with`, `values` and `explain` can be asked: nothing is changed by a query".into()))
            }
            (Some(parsed), true) => Ok(Self { tables: tables(&parsed)?, parsed, words }),
            (Some(_), false) => Err(invalid("it is more than one statement".into())),
            (None, _) => Err(invalid("it is empty".into())),
        }
    }

    /// The tables that it reads, each once.
    pub(crate) fn tables(&self) -> &[String] {
        &self.tables
    }

    /// Whether a word stands in it, as a name or in one.
    pub(crate) fn names(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

/// Whether it only asks.
fn asks(parsed: &Parsed) -> bool {
    match parsed {
        Parsed::Statement(statement) => matches!(statement.as_ref(), SqlStatement::Query(_)),
        Parsed::Explain(explain) => asks(&explain.statement),
        _ => false,
    }
}

fn tables(parsed: &Parsed) -> Result<Vec<String>> {
    let found = resolve_table_references(parsed, false);
    let (tables, _) = found.map_err(|error| planning(&error))?;
    tables.into_iter().map(bare).collect()
}

fn bare(table: TableReference) -> Result<String> {
    match table {
        TableReference::Bare { table } => Ok(table.to_string()),
        other => Err(invalid(format!(
            "a table is one name, a topic's; `{other}` has a point: write \"{other}\" in double quotes where it is one"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_says_which_tables_it_reads_as_they_are_written() {
        let text = "with recent as (select * from \"traces/2@v41\" where _offset > 3)
            select Films.\"IMDB Rating\" from Films join recent using (id) where id in (select id from `a b`)";
        let statement = Statement::parse(text).unwrap();
        let mut tables = statement.tables().to_vec();
        tables.sort();
        assert_eq!(tables, ["Films", "a b", "traces/2@v41"]);
        assert!(statement.names("_offset") && !statement.names("_bucket"));
    }

    #[test]
    fn what_is_no_single_statement_is_refused_with_its_place() {
        for (text, reason) in [
            ("", "empty"),
            ("select 1; select 2", "more than one"),
            ("insert into t values (1)", "nothing is changed"),
            ("explain drop table t", "nothing is changed"),
            ("select 1 from a.b", "has a point"),
            ("select 1 from t where )", "line 1, column 23"),
            ("select 'x", "line 1, column 8"),
        ] {
            let error = Statement::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn no_statement_is_so_long_or_so_deep_that_it_could_use_up_the_stack() {
        let deep = format!("select {}1{}", "(".repeat(10_000), ")".repeat(10_000));
        let chain = format!("select 1{}", " + 1".repeat(10_000));
        let union = format!("select 1{}", " union all select 1".repeat(10_000));
        let long = format!("select '{}'", "x".repeat(1 << 20));
        for text in [deep, chain, union, long] {
            assert!(Statement::parse(&text).is_err(), "{}", text.get(..20).unwrap());
        }
    }
}
