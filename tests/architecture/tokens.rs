//! Cuts Rust text into words and punctuation, without comments, literals and test code.

/// A word, `::` or a sign, and the line it stands on.
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Removes `#[cfg(test)]` items; returns also how many lines they take.
pub(crate) fn without_tests(tokens: Vec<Token>) -> (Vec<Token>, usize) {
    let marker = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut lines, mut rest) = (Vec::new(), 0, tokens);
    while let Some(at) = rest
        .windows(marker.len())
        .position(|window| window.iter().map(|t| t.text.as_str()).eq(marker))
    {
        let mut item = rest.split_off(at);
        kept.append(&mut rest);
        rest = item.split_off(item_length(&item));
        if let (Some(first), Some(last)) = (item.first(), item.last()) {
            lines += last.line - first.line + 1;
        }
    }
    kept.append(&mut rest);
    (kept, lines)
}

/// An item ends with the brace that closes its body, or with a semicolon outside of any bracket.
fn item_length(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token.text.as_str(), "}" | ";") {
            return at + 1;
        }
    }
    tokens.len()
}

pub(crate) fn tokenize(text: &str) -> Vec<Token> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, kept) = next_token(rest, first);
        let (token, behind) = rest.split_at(length);
        if kept {
            tokens.push(Token { line, text: token.trim_start_matches("r#").to_owned() });
        }
        line += token.matches('\n').count();
        rest = behind;
    }
    tokens
}

/// The length of what comes next, and whether it is code: white space, comments and literals are not.
fn next_token(rest: &str, first: char) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), false);
    }
    if let Some(length) = literal(rest) {
        return (length, false);
    }
    if rest.starts_with("::") {
        return (2, true);
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    if word(first) {
        let from = if rest.starts_with("r#") { 2 } else { 0 };
        return (
            rest.char_indices()
                .skip(from)
                .find(|(_, c)| !word(*c))
                .map_or(rest.len(), |(at, _)| at),
            true,
        );
    }
    (first.len_utf8(), !first.is_whitespace())
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(behind) = rest.get(at..).filter(|behind| !behind.is_empty()) {
        let (step, change) = match behind.get(..2) {
            Some("/*") => (2, 1),
            Some("*/") => (2, -1),
            _ => (behind.chars().next().map_or(1, char::len_utf8), 0),
        };
        depth = depth.saturating_add_signed(change);
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a string, raw string, character or lifetime that starts here.
fn literal(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - body.len();
    let hashes = body.strip_prefix('r').map(|raw| raw.chars().take_while(|c| *c == '#').count());
    if let Some(hashes) =
        hashes.filter(|hashes| body.get(1 + hashes..).is_some_and(|raw| raw.starts_with('"')))
    {
        let end = format!("\"{}", "#".repeat(hashes));
        let open = 2 + hashes;
        return Some(prefix + open + body.get(open..)?.find(&end).map_or(0, |at| at + end.len()));
    }
    match body.chars().next() {
        Some('"') => Some(prefix + quoted(body, '"')),
        Some('\'') => Some(prefix + character_or_lifetime(body)),
        _ => None,
    }
}

fn character_or_lifetime(body: &str) -> usize {
    let mut inside = body.chars().skip(1);
    let (first, second) = (inside.next(), inside.next());
    if first == Some('\\') || second == Some('\'') { quoted(body, '\'') } else { 1 }
}

fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    body.len()
}
