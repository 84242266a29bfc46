//! The grammar of a condition, checked before Lance plans it.
//!
//! Lance puts a condition behind `SELECT 1 FROM t WHERE`, takes the first condition that it finds there and passes over
//! what follows: `year > 1990 nonsense` would be `year > 1990`. Of literals that it does not know it makes a panic.

use std::any::TypeId;

use lance::deps::datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect};
use lance::deps::datafusion::sql::sqlparser::keywords::Keyword;
use lance::deps::datafusion::sql::sqlparser::parser::{Parser, ParserError};
use lance::deps::datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

/// Bytes of a condition at most.
const LONGEST: usize = 256 << 10;
/// Words and signs between two of `and`, `or` and a comma at most, and so many of `and` and `or`: planning and computing
/// call themselves for each of a chain, as `1 + 1 + 1 + …`, until the stack is used up.
const LONGEST_CHAIN: usize = 128;
const MOST_PARTS: usize = 500;
/// What links the parts of a query, each a level deeper than the one before.
const LINKS: [Keyword; 12] = [
    Keyword::AND,
    Keyword::OR,
    Keyword::NOT,
    Keyword::IS,
    Keyword::BETWEEN,
    Keyword::WHEN,
    Keyword::JOIN,
    Keyword::UNION,
    Keyword::EXCEPT,
    Keyword::INTERSECT,
    Keyword::LIKE,
    Keyword::ILIKE,
];

/// Lance's dialect: names that are no plain words stand in backticks, text in either kind of quotes.
#[derive(Debug)]
struct ConditionDialect(GenericDialect);

impl Dialect for ConditionDialect {
    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        self.0.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        self.0.is_identifier_part(ch)
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '`'
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        self.0.supports_bitwise_shift_operators()
    }
}

/// Checks that a text is one condition and nothing else; says why it is not.
///
/// `columns` are the names of columns: one of them in double quotes would be a text, and the condition would mean
/// something else than what was meant.
pub(super) fn check(text: &str, columns: &[&str]) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let dialect = ConditionDialect(GenericDialect {});
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| told(&error.into()))?;
    tokens.iter().try_for_each(|token| known(&token.token, columns))?;
    names_no_argument(&tokens)?;
    bounded(&tokens)?;
    let mut parser = Parser::new(&dialect).with_tokens_with_locations(tokens);
    parser.parse_expr().map_err(|error| told(&error))?;
    let rest = parser.peek_token();
    match rest.token {
        Token::EOF => Ok(()),
        _ => parser.expected::<()>("the end of the condition", rest).map_err(|error| told(&error)),
    }
}

fn told(error: &ParserError) -> String {
    match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.clone(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply".into(),
    }
}

/// Refuses what Lance would panic at, and what looks like a column and is none.
fn known(token: &Token, columns: &[&str]) -> Result<(), String> {
    match token {
        Token::DoubleQuotedString(text) if columns.contains(&text.as_str()) => Err(format!(
            "\"{text}\" in double quotes is text; the column is `{text}`, in backticks"
        )),
        Token::Placeholder(name) => Err(format!("there is no value for {name}")),
        Token::TripleSingleQuotedString(_)
        | Token::TripleDoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::TripleSingleQuotedByteStringLiteral(_)
        | Token::TripleDoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::DoubleQuotedRawStringLiteral(_)
        | Token::TripleSingleQuotedRawStringLiteral(_)
        | Token::TripleDoubleQuotedRawStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::QuoteDelimitedStringLiteral(_)
        | Token::NationalQuoteDelimitedStringLiteral(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_) => {
            Err(format!("text stands in single quotes without a prefix; found {token}"))
        }
        _ => Ok(()),
    }
}

/// Lance takes the argument of this function to be there.
fn names_no_argument(tokens: &[TokenWithSpan]) -> Result<(), String> {
    let solid: Vec<&Token> = tokens
        .iter()
        .map(|token| &token.token)
        .filter(|token| !matches!(token, Token::Whitespace(_)))
        .collect();
    let is_call = |window: &[&Token]| match window {
        [Token::Word(word), Token::LParen, Token::RParen] => word.value == "is_valid",
        _ => false,
    };
    if solid.windows(3).any(is_call) {
        return Err("`is_valid` needs a column".into());
    }
    Ok(())
}

/// Refuses a query that would use up the stack; says why. Each of its expressions may be as long as a condition.
pub(super) fn bounded_query(text: &str, tokens: &[TokenWithSpan]) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let (mut chain, mut parts) = (0, 0);
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Comma => chain = 0,
            Token::Word(word) if word.keyword != Keyword::NoKeyword => {
                (chain, parts) = (0, parts + usize::from(LINKS.contains(&word.keyword)));
            }
            _ => chain += 1,
        }
        if chain > LONGEST_CHAIN {
            return Err(format!(
                "it has more than {LONGEST_CHAIN} names, values and signs between two keywords or commas"
            ));
        }
    }
    if parts > MOST_PARTS {
        let reason = "of `and`, `or`, `when`, `join` and `union`; `in (…)` may help";
        return Err(format!("it has more than {MOST_PARTS} {reason}"));
    }
    Ok(())
}

/// Refuses what would use up the stack.
fn bounded(tokens: &[TokenWithSpan]) -> Result<(), String> {
    let (mut chain, mut parts) = (0, 0);
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Comma => chain = 0,
            Token::Word(word) if matches!(word.keyword, Keyword::AND | Keyword::OR) => {
                (chain, parts) = (0, parts + 1);
            }
            _ => chain += 1,
        }
        if chain > LONGEST_CHAIN {
            return Err(format!(
                "it has more than {LONGEST_CHAIN} words and signs between two of `and` and `or`"
            ));
        }
    }
    if parts > MOST_PARTS {
        return Err(format!("it has more than {MOST_PARTS} of `and` and `or`; `in (…)` may help"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_one_expression_and_nothing_behind_it() {
        for text in
            ["a > 1", "`a b` == 'x' and (c or d is null)", "a in (1, 2) -- why", "name = \"x\""]
        {
            assert_eq!(check(text, &["a"]), Ok(()), "{text}");
        }
        for (text, reason) in [
            ("", "empty"),
            ("  \n", "empty"),
            ("a >", "found: EOF"),
            ("a > 1 nonsense", "nonsense"),
            ("a > 1 limit 3", "limit"),
            ("a > 1; drop table t", ";"),
            ("a > 1) or (b", ")"),
            ("a = 'x", "Unterminated"),
            ("a = $1", "$1"),
            ("a = ?", "?"),
            ("a = N'x'", "single quotes"),
            ("is_valid ( )", "needs a column"),
            ("\"a\" > 1", "backticks"),
        ] {
            let error = check(text, &["a"]).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(check(&format!("a > {}", " ".repeat(LONGEST)), &[]).is_err());
    }

    #[test]
    fn an_error_says_where() {
        let error = check("year > 1990 aand x", &[]).unwrap_err();
        assert!(error.contains("Line: 1, Column: 13"), "{error}");
    }
}
