//! A Rust file as its tokens and the paths it names: enough to hold laws, without a parser.

use std::fs;
use std::io;
use std::path::Path;

use crate::tokens::{Token, tokenize, without_tests};

/// One file of `src`, without comments, literals and test code.
pub(crate) struct Source {
    /// Relative to the repository, with `/`.
    pub(crate) path: String,
    pub(crate) first_line: String,
    pub(crate) production_lines: usize,
    tokens: Vec<Token>,
    module: Vec<String>,
}

/// A path as written in the code, or one leaf of a `use` tree, made absolute where it starts with `self` or `super`.
struct Named {
    line: usize,
    segments: Vec<String>,
}

/// Reads all files below `src` that ship.
pub(crate) fn sources() -> io::Result<Vec<Source>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(root, &root.join("src"), &mut found)?;
    Ok(found)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let relative =
            path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() && !relative.ends_with("/tests") {
            collect(root, &path, found)?;
        } else if path.extension() == Some("rs".as_ref()) && !relative.ends_with("/tests.rs") {
            found.push(Source::parse(&relative, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

impl Source {
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let (tokens, test_lines) = without_tests(tokenize(text));
        Self {
            path: path.to_owned(),
            first_line: text.lines().next().unwrap_or_default().to_owned(),
            production_lines: text.lines().count() - test_lines,
            tokens,
            module: module_path(path),
        }
    }

    /// `engine`, `files`, `tui` or `cli`.
    pub(crate) fn wing(&self) -> Option<&str> {
        self.module.get(1).map(String::as_str)
    }

    /// The module of `src/engine` this file belongs to; none for the engine's door and other wings.
    pub(crate) fn engine_module(&self) -> Option<&str> {
        (self.wing() == Some("engine")).then(|| self.module.get(2).map(String::as_str)).flatten()
    }

    /// Asks about each path the file names, in order.
    pub(crate) fn findings(&self, ask: impl Fn(&[&str]) -> Option<String>) -> Vec<(usize, String)> {
        let answer = |named: &Named| {
            let segments: Vec<&str> = named.segments.iter().map(String::as_str).collect();
            ask(&segments).map(|what| (named.line, what))
        };
        self.paths().iter().filter_map(answer).collect()
    }

    pub(crate) fn macro_calls(&self, names: &[&str]) -> Vec<(usize, String)> {
        let pairs = self.tokens.iter().zip(self.tokens.iter().skip(1));
        pairs
            .filter(|(name, bang)| bang.text == "!" && names.contains(&name.text.as_str()))
            .map(|(name, _)| (name.line, format!("`{}!`", name.text)))
            .collect()
    }

    pub(crate) fn keywords(&self, words: &[&str]) -> Vec<(usize, String)> {
        let found = self.tokens.iter().filter(|token| words.contains(&token.text.as_str()));
        found.map(|token| (token.line, format!("holds a `{}`", token.text))).collect()
    }

    fn paths(&self) -> Vec<Named> {
        let mut reader = Reader { tokens: &self.tokens, at: 0, found: Vec::new() };
        while let Some(token) = reader.peek() {
            let word = token.text.clone();
            if word == "use" {
                reader.at += 1;
                reader.tree(&[]);
            } else if is_word(&word) {
                let segments = reader.segments();
                reader.push(segments);
            } else {
                reader.at += 1;
            }
        }
        let absolute = |named: Named| Named { segments: self.resolve(named.segments), ..named };
        reader.found.into_iter().map(absolute).collect()
    }

    fn resolve(&self, segments: Vec<String>) -> Vec<String> {
        let ups = segments.iter().take_while(|segment| *segment == "super").count();
        let here = segments.first().is_some_and(|first| first == "self" && segments.len() > 1);
        if ups == 0 && !here {
            return segments;
        }
        let base = self.module.iter().take(self.module.len().saturating_sub(ups));
        base.cloned().chain(segments.iter().skip(ups.max(1)).cloned()).collect()
    }
}

/// `src/engine/store/scan.rs` is `crate::engine::store::scan`.
fn module_path(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| !["mod", "lib", "main"].contains(part));
    ["crate"].into_iter().chain(parts).map(str::to_owned).collect()
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Walks over the tokens and collects paths.
struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    found: Vec<Named>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, text: &str) -> bool {
        let taken = self.peek().is_some_and(|token| token.text == text);
        self.at += usize::from(taken);
        taken
    }

    fn push(&mut self, segments: Vec<String>) {
        let line = self.tokens.get(self.at.saturating_sub(1)).map_or(1, |token| token.line);
        self.found.push(Named { line, segments });
    }

    /// Reads `a::b::c`; stops behind a `::` that no word follows.
    fn segments(&mut self) -> Vec<String> {
        let mut segments = Vec::new();
        while let Some(token) = self.peek().filter(|token| is_word(&token.text)) {
            segments.push(token.text.clone());
            self.at += 1;
            if !self.take("::") {
                break;
            }
        }
        segments
    }

    /// Reads one tree of a `use`: `a::{b, c::d as e, f::*}`.
    fn tree(&mut self, prefix: &[String]) {
        self.take("::");
        let path = [prefix, &self.segments()].concat();
        if self.take("{") {
            while self.peek().is_some() && !self.take("}") {
                self.tree(&path);
                self.take(",");
            }
        } else if self.take("*") {
            self.push([path, vec!["*".to_owned()]].concat());
        } else {
            let renamed = self.take("as");
            self.at += usize::from(renamed || path.len() == prefix.len());
            self.push(path);
        }
    }
}
