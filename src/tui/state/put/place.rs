//! Where in the text of a record the value of a field stands.

/// The line of the value of a field of the outermost object and the byte in it, both from 0; of a path, that of the field
/// that it begins with.
pub(crate) fn place_of(text: &str, path: &str) -> Option<(usize, usize)> {
    let begins = |name: &str| {
        let rest = path.strip_prefix(name).filter(|_| !name.is_empty())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some(())
    };
    let at = keys(text).find_map(|(name, at)| begins(&name).map(|()| at))?;
    let before = text.get(..at)?;
    let line = before.matches('\n').count();
    Some((line, at - before.rfind('\n').map_or(0, |end| end + 1)))
}

/// The keys of the outermost object, and the byte at which the value of each begins.
fn keys(text: &str) -> impl Iterator<Item = (String, usize)> {
    let (mut at, mut depth) = (0, 0_u32);
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            match rest.chars().next()? {
                '"' => {
                    let end = at + string_end(rest)?;
                    let name = text.get(at..end)?;
                    at = end;
                    let behind = text.get(end..)?.trim_start();
                    if let (1, Some(value)) = (depth, behind.strip_prefix(':')) {
                        let value = text.len() - value.trim_start().len();
                        at = value;
                        return Some((serde_json::from_str(name).ok()?, value));
                    }
                    continue;
                }
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    })
}

/// The byte behind a string that a text begins with.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    let inside = text.char_indices().skip(1);
    for (at, c) in inside {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_a_field_is_found_by_its_name_and_not_by_what_looks_like_it() {
        let text = "{\n  \"n\": {\"x\": 1},\n  \"t\": \"\\\"x\\\": 3\",\n  \"x\":\n    [\"ä\"], \"x.y\": 1, \"ü\" : 7}";
        for (path, place) in [
            ("n", Some((1, 7))),
            ("n.x", Some((1, 7))),
            ("t", Some((2, 7))),
            ("x", Some((4, 4))),
            ("x[0]", Some((4, 4))),
            ("ü", Some((4, 29))),
            ("z", None),
            ("", None),
        ] {
            assert_eq!(place_of(text, path), place, "{path}");
        }
    }

    #[test]
    fn no_text_is_too_broken() {
        proptest::proptest!(|(text in "[{}\\[\\]\":,\\\\ax \n日]{0,40}")| {
            if let Some((line, byte)) = place_of(&text, "a") {
                let line = text.split('\n').nth(line).unwrap();
                assert!(line.is_char_boundary(byte));
            }
        });
    }
}
