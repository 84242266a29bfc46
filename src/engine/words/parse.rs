//! The language of text searches, from text to query.
//!
//! ```text
//! query  = clause { clause }
//! clause = [ "+" | "-" ] ( word | '"' words '"' | "(" query ")" )
//! ```
//!
//! Of what stands there plainly a record has one at least, unless something must be there. A word with signs within, as in
//! `e-mail` or `2.2`, is a phrase. Words that are in nearly every text are passed over, in phrases too, where others may
//! then stand in their place.

use std::fmt;

use super::lexicon::Analyzer;
use super::query::{Clause, Group, Leaf, Node, Occur, TextQuery};
use super::split::words;

/// Terms that a query may have.
const MOST_TERMS: usize = 64;
/// Words, phrases and groups that it may have, each as often as it is written: what is counted in each record, and held for
/// each way to match.
const MOST_CLAUSES: usize = 256;
/// Words that all of these may have together.
const MOST_WORDS: usize = 1024;
/// Parentheses within each other.
const DEEPEST: usize = 16;
/// What other languages join conditions with.
const OPERATORS: [&str; 3] = ["AND", "OR", "NOT"];

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// At which of its characters, counted from 1; behind the last one at its end.
    pub character: usize,
    /// What is wrong, without a full stop.
    pub reason: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.character, self.reason)
    }
}

impl std::error::Error for QueryError {}

impl TextQuery {
    /// Reads a query.
    ///
    /// # Errors
    /// Where it is none, and why.
    pub(crate) fn parse(text: &str, analyzer: &mut Analyzer) -> Result<Self, QueryError> {
        let query = Self::default();
        let (clauses, words, passed_over) = (0, 0, Vec::new());
        let mut parser = Parser { text, at: 0, query, analyzer, clauses, words, passed_over };
        let root = parser.group(0)?;
        if let Some(')') = parser.peek() {
            return Err(parser.error("no `(` stands before this `)`"));
        }
        parser.end(root)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    query: TextQuery,
    analyzer: &'a mut Analyzer,
    /// How many there are so far.
    clauses: usize,
    words: usize,
    /// Words that are no terms.
    passed_over: Vec<String>,
}

impl Parser<'_> {
    fn end(self, root: Group) -> Result<TextQuery, QueryError> {
        let start = QueryError { character: 1, reason: String::new() };
        if root.clauses.is_empty() {
            let reason = match self.passed_over.as_slice() {
                [] => "there is no word in it".to_owned(),
                words => format!(
                    "`{}` is in nearly every text or longer than {LONGEST_WORD} letters: such words are not searched for",
                    words.join("`, `")
                ),
            };
            return Err(QueryError { reason, ..start });
        }
        if root.clauses.iter().all(|clause| clause.occur == Occur::MustNot) {
            let reason = "it only says what must not be there; name a word to look for".to_owned();
            return Err(QueryError { reason, ..start });
        }
        Ok(TextQuery { root, ..self.query })
    }

    fn group(&mut self, depth: usize) -> Result<Group, QueryError> {
        let mut group = Group::default();
        loop {
            self.skip_blanks();
            match self.peek() {
                None | Some(')') => return Ok(group),
                Some(_) => group.clauses.extend(self.clause(depth)?),
            }
        }
    }

    /// A clause; `None` where all of its words are passed over.
    fn clause(&mut self, depth: usize) -> Result<Option<Clause>, QueryError> {
        self.clauses += 1;
        if self.clauses > MOST_CLAUSES {
            let reason = format!("a query has at most {MOST_CLAUSES} words, phrases and groups");
            return Err(self.error(&reason));
        }
        let occur = match self.peek() {
            Some('+') => Occur::Must,
            Some('-') => Occur::MustNot,
            _ => Occur::May,
        };
        if occur != Occur::May {
            let sign = self.at;
            self.at += 1;
            if self.peek().is_none_or(|c| c.is_whitespace() || "+-)".contains(c)) {
                let reason =
                    "a word, a phrase or a group in parentheses is expected right behind the sign";
                return Err(self.error_at(sign, reason));
            }
        }
        let node = match self.peek() {
            Some('"') => self.phrase()?,
            Some('(') => self.inner(depth)?,
            _ => self.word()?,
        };
        Ok(node.map(|node| Clause { occur, node }))
    }

    fn inner(&mut self, depth: usize) -> Result<Option<Node>, QueryError> {
        if depth >= DEEPEST {
            return Err(self.error("there are too many parentheses within each other"));
        }
        let open = self.at;
        self.at += 1;
        let group = self.group(depth + 1)?;
        if self.peek() != Some(')') {
            return Err(self.error_at(open, "this `(` is not closed"));
        }
        self.at += 1;
        let all_must_not = group.clauses.iter().all(|clause| clause.occur == Occur::MustNot);
        if !group.clauses.is_empty() && all_must_not {
            let reason = "nothing to look for stands between these parentheses";
            return Err(self.error_at(open, reason));
        }
        Ok((!group.clauses.is_empty()).then_some(Node::Group(group)))
    }

    fn phrase(&mut self) -> Result<Option<Node>, QueryError> {
        let open = self.at;
        self.at += 1;
        let rest = self.rest();
        let Some(end) = rest.find('"') else {
            return Err(self.error_at(open, "this `\"` is not closed"));
        };
        let inside = rest.get(..end).unwrap_or_default().to_owned();
        let node = self.leaf(&inside)?;
        self.at += end + 1;
        Ok(node)
    }

    fn word(&mut self) -> Result<Option<Node>, QueryError> {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "\"()".contains(c));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().to_owned();
        if OPERATORS.contains(&word.as_str()) {
            let reason = format!(
                "`{word}` joins nothing here: `+a +b` finds what has both, `a b` what has one, `a -b` what has only the first; in quotes it is a word"
            );
            return Err(self.error(&reason));
        }
        let node = self.leaf(&word)?;
        self.at += word.len();
        Ok(node)
    }

    /// The words of a text as one leaf; `None` where there are none that are searched for.
    fn leaf(&mut self, text: &str) -> Result<Option<Node>, QueryError> {
        let mut parts: Vec<(usize, u32)> = Vec::new();
        for word in words(text) {
            self.words += 1;
            if self.words > MOST_WORDS {
                let reason =
                    format!("a query has at most {MOST_WORDS} words, those of phrases counted");
                return Err(self.error(&reason));
            }
            match (self.analyzer)(word.text) {
                Some(term) => parts.push((self.term(term)?, word.position)),
                None => self.passed_over.push(word.text.to_owned()),
            }
        }
        let leaf = match parts.as_slice() {
            [] => return Ok(None),
            [(term, _)] => Leaf::Term(*term),
            [(_, first), ..] => {
                Leaf::Phrase(parts.iter().map(|(term, at)| (*term, at - first)).collect())
            }
        };
        let leaves = &mut self.query.leaves;
        let known = leaves.iter().position(|known| *known == leaf);
        Ok(Some(Node::Leaf(known.unwrap_or_else(|| {
            leaves.push(leaf);
            leaves.len() - 1
        }))))
    }

    fn term(&mut self, term: String) -> Result<usize, QueryError> {
        if let Some(known) = self.query.terms.iter().position(|known| *known == term) {
            return Ok(known);
        }
        if self.query.terms.len() >= MOST_TERMS {
            return Err(self.error(&format!("a query has at most {MOST_TERMS} different words")));
        }
        self.query.terms.push(term);
        Ok(self.query.terms.len() - 1)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// An error at this place.
    fn error(&self, reason: &str) -> QueryError {
        self.error_at(self.at, reason)
    }

    /// An error at a byte. Cost: all that stands before it, so it is only made where there is one.
    fn error_at(&self, at: usize, reason: &str) -> QueryError {
        let before = self.text.get(..at).unwrap_or_default().chars().count();
        QueryError { character: before + 1, reason: reason.into() }
    }
}

/// Letters of the longest word that is one.
const LONGEST_WORD: usize = 39;
