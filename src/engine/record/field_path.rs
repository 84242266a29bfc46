//! Where in a record a value stands, as people write it: `usage.tokens`, `tags[3]`.

use std::fmt;

/// The path of a value inside a record, for messages.
///
/// It grows from the value outwards: whoever finds something wrong starts with the empty path, and
/// each level around it puts its own step in front. So nothing is built where nothing is wrong.
/// Control characters of a name are escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(String);

impl FieldPath {
    /// Returns this path as seen from the object whose field `name` holds it.
    #[must_use]
    pub fn in_field(self, name: &str) -> Self {
        let mut path: String = name.chars().flat_map(escape_control).collect();
        if !self.0.is_empty() && !self.0.starts_with('[') {
            path.push('.');
        }
        path.push_str(&self.0);
        Self(path)
    }

    /// Returns this path as seen from the list whose item number `index` holds it.
    #[must_use]
    pub fn in_item(self, index: usize) -> Self {
        let dot = if self.0.is_empty() || self.0.starts_with('[') { "" } else { "." };
        Self(format!("[{index}]{dot}{}", self.0))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FieldPath {
    fn from(name: &str) -> Self {
        Self::default().in_field(name)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn escape_control(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control().then(|| c.escape_default());
    let plain = (!c.is_control()).then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_grows_from_the_value_outwards() {
        let path = FieldPath::default().in_item(3).in_field("tags").in_field("usage");
        assert_eq!(path.as_str(), "usage.tags[3]");
        let path = FieldPath::from("role").in_item(0).in_item(1).in_field("turns");
        assert_eq!(path.as_str(), "turns[1][0].role");
    }

    #[test]
    fn a_control_character_never_comes_out_raw() {
        assert_eq!(FieldPath::from("a\u{1b}[2J").as_str(), "a\\u{1b}[2J");
    }
}
