//! The configuration as a text: what each key means. Pure, and needs neither a terminal nor an engine.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::tui::input::Key;
use crate::tui::theme::Theme;

/// What can be set up, beside `[keys]` and `[columns]`.
const NAMES: &str = "theme, ascii, reduced-motion, mouse, poll-ms, [keys] or [columns]";
/// Least and longest time between two looks at the disk, in milliseconds.
const POLL: Range<u64> = 10..3_600_001;

/// What a person set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The colours; none where the environment decides.
    pub theme: Option<Theme>,
    /// Whether borders are drawn with ASCII only. Default: no.
    pub ascii: bool,
    /// Whether nothing on the screen moves by itself. Default: no.
    pub reduced_motion: bool,
    /// Whether the wheel and clicks are taken; then the terminal selects text only with shift held. Default: yes.
    pub mouse: bool,
    /// How often the disk is looked at where no events come; none where the engine decides.
    pub poll: Option<Duration>,
    /// The keys of actions by their names, and the line that says so.
    pub(crate) keys: Vec<(String, Vec<Key>, usize)>,
    /// Columns that are hidden, or stay in view, wherever they are not arranged otherwise.
    pub(crate) hidden: Vec<String>,
    pub(crate) frozen: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: None,
            ascii: false,
            reduced_motion: false,
            mouse: true,
            poll: None,
            keys: Vec::new(),
            hidden: Vec::new(),
            frozen: Vec::new(),
        }
    }
}

/// Takes what a text says; each sentence beside it names a line and a key that were not taken, and why.
pub fn parse(text: &str) -> (Config, Vec<String>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut parser = Parser { text, config: Config::default(), troubles: Vec::new() };
    for error in errors {
        let line = parser.line(error.span().map_or(0, |span| span.start));
        parser.troubles.push((line, format!("line {line}: {}", one_line(error.message()))));
    }
    for (name, value) in table.get_ref() {
        parser.top(name.get_ref(), name.span(), value);
    }
    let mut troubles = parser.troubles;
    troubles.sort();
    (parser.config, troubles.into_iter().map(|(_, told)| told).collect())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Parser<'a> {
    text: &'a str,
    config: Config,
    /// Each with its line.
    troubles: Vec<(usize, String)>,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Parser<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    fn refuse(&mut self, at: usize, key: &str, why: &str) {
        let line = self.line(at);
        // A name or a text may have several lines itself.
        let told = one_line(&format!("line {line}: `{key}`: {why}"));
        self.troubles.push((line, told));
    }

    /// Says that a value is not what is expected.
    fn mistaken(&mut self, key: &str, value: &Value<'_>, expected: &str) {
        let span = value.span();
        let found = one_line(self.text.get(span.clone()).unwrap_or_default());
        if found.is_empty() {
            // There is none, which was said where the line was read.
            return;
        }
        self.refuse(span.start, key, &format!("expected {expected}, found {found}"));
    }

    fn top(&mut self, name: &str, span: Range<usize>, value: &Value<'_>) {
        match name {
            "theme" => {
                self.config.theme = value.get_ref().as_str().and_then(Theme::named);
                if self.config.theme.is_none() {
                    let names: Vec<String> =
                        Theme::ALL.iter().map(|theme| format!("\"{}\"", theme.name())).collect();
                    self.mistaken(name, value, &format!("one of {}", names.join(", ")));
                }
            }
            "ascii" => self.config.ascii = self.flag(name, value, self.config.ascii),
            "reduced-motion" => {
                self.config.reduced_motion = self.flag(name, value, self.config.reduced_motion);
            }
            "mouse" => self.config.mouse = self.flag(name, value, self.config.mouse),
            "poll-ms" => {
                let number = number(value).filter(|number| POLL.contains(number));
                self.config.poll = number.map(Duration::from_millis);
                if number.is_none() {
                    let (least, most) = (POLL.start, POLL.end - 1);
                    self.mistaken(name, value, &format!("a whole number from {least} to {most}"));
                }
            }
            "keys" => self.table(name, value, Self::key),
            "columns" => self.table(name, value, Self::columns),
            _ => self.refuse(span.start, name, &format!("there is no such key; expected {NAMES}")),
        }
    }

    fn flag(&mut self, name: &str, value: &Value<'_>, default: bool) -> bool {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.mistaken(name, value, "true or false");
        }
        flag.unwrap_or(default)
    }

    fn table(
        &mut self,
        name: &str,
        value: &Value<'_>,
        each: fn(&mut Self, &str, Range<usize>, &Value<'_>),
    ) {
        match value.get_ref().as_table() {
            Some(table) => {
                for (name, value) in table {
                    each(self, name.get_ref(), name.span(), value);
                }
            }
            None => self.mistaken(name, value, &format!("a table, [{name}]")),
        }
    }

    /// The keys of an action: one, or a list.
    fn key(&mut self, action: &str, span: Range<usize>, value: &Value<'_>) {
        let Some(names) = texts(value) else {
            return self.mistaken(action, value, "a key such as \"ctrl-g\", or a list of keys");
        };
        let mut keys = Vec::new();
        for name in names {
            match name.parse::<Key>() {
                Ok(key) => keys.push(key),
                Err(why) => return self.refuse(value.span().start, action, &why),
            }
        }
        let line = self.line(span.start);
        self.config.keys.push((action.to_owned(), keys, line));
    }

    fn columns(&mut self, name: &str, span: Range<usize>, value: &Value<'_>) {
        let names = texts(value);
        match (name, names) {
            ("hide", Some(names)) => self.config.hidden = names,
            ("freeze", Some(names)) => self.config.frozen = names,
            ("hide" | "freeze", None) => {
                self.mistaken(name, value, "a column's name, or a list of names");
            }
            _ => self.refuse(span.start, name, "there is no such key; expected hide or freeze"),
        }
    }
}

fn number(value: &Value<'_>) -> Option<u64> {
    let number = value.get_ref().as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// One text, or a list of texts.
fn texts(value: &Value<'_>) -> Option<Vec<String>> {
    if let Some(text) = value.get_ref().as_str() {
        return Some(vec![text.to_owned()]);
    }
    let list = value.get_ref().as_array()?;
    list.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_set_up() {
        let text = r#"
            theme = "deuteranopia"
            ascii = true
            reduced-motion = true
            mouse = false
            poll-ms = 250
            [keys]
            seek = ["ctrl-g", "f5"]
            quit = "Q"
            [columns]
            hide = "embedding"
            freeze = ["id", "a b"]
        "#;
        let (config, troubles) = parse(text);
        assert_eq!(troubles, Vec::<String>::new());
        let expected = Config {
            theme: Some(Theme::Deuteranopia),
            ascii: true,
            reduced_motion: true,
            mouse: false,
            poll: Some(Duration::from_millis(250)),
            keys: vec![
                ("quit".into(), vec![Key::Char('Q')], 9),
                ("seek".into(), vec![Key::Ctrl('g'), Key::F(5)], 8),
            ],
            hidden: vec!["embedding".into()],
            frozen: vec!["id".into(), "a b".into()],
        };
        let mut keys = config.keys.clone();
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(Config { keys, ..config }, expected);
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_are_taken() {
        let text = "theme = \"pink\"\nascii = 1\nmouse = false\npoll-ms = 0\ncolour = 3\n[keys]\nseek = \
                    \"ctrl-\"\nfind = 7\n[columns]\nwidth = 3\nhide = [1]\n";
        let (config, troubles) = parse(text);
        assert_eq!(config, Config { mouse: false, ..Config::default() });
        let expected = [
            "line 1: `theme`: expected one of \"ansi\", \"contrast\", \"deuteranopia\", \"mono\", found \"pink\"",
            "line 2: `ascii`: expected true or false, found 1",
            "line 4: `poll-ms`: expected a whole number from 10 to 3600000, found 0",
            "line 5: `colour`: there is no such key; expected theme, ascii, reduced-motion, mouse, poll-ms, [keys] or [columns]",
            "line 7: `seek`: `ctrl-` is no key; expected a character, a name such as space, enter or f5, or ctrl- and a letter",
            "line 8: `find`: expected a key such as \"ctrl-g\", or a list of keys, found 7",
            "line 10: `width`: there is no such key; expected hide or freeze",
            "line 11: `hide`: expected a column's name, or a list of names, found [1]",
        ];
        assert_eq!(troubles, expected);
    }

    #[test]
    fn a_line_that_is_no_toml_costs_itself_only() {
        let (config, troubles) = parse("mouse = false\nascii = = true\nreduced-motion = true\n");
        assert!(!config.mouse && config.reduced_motion);
        assert!(troubles.iter().all(|told| told.starts_with("line 2: ")), "{troubles:?}");
        assert!(!troubles.is_empty());
    }

    #[test]
    fn what_has_several_lines_is_told_in_one() {
        let (_, troubles) = parse("[keys]\nseek = \"\"\"no\nkey\"\"\"\n\"two\\nlines\" = 3\n");
        assert_eq!(troubles.len(), 2, "{troubles:?}");
        assert!(troubles.iter().all(|told| !told.contains('\n')), "{troubles:?}");
    }
}
