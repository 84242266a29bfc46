//! What a text search asks for, and whether a record has it.

/// A query: words and phrases, and which of them a record must have, may have or must not have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextQuery {
    /// Each term once, as an index has it.
    pub(crate) terms: Vec<String>,
    /// Each word and each phrase once.
    pub(super) leaves: Vec<Leaf>,
    pub(super) root: Group,
}

/// What is counted in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leaf {
    /// A term, by its number.
    Term(usize),
    /// Several terms, and how far each stands behind the first.
    Phrase(Vec<(usize, u32)>),
}

/// What must hold of the parts of a query: each that must be there is, none that must not is, and where none must, one of
/// the others is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) clauses: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) occur: Occur,
    pub(super) node: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occur {
    May,
    Must,
    MustNot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A leaf, by its number.
    Leaf(usize),
    Group(Group),
}

impl TextQuery {
    /// How well a record matches, by what each of its leaves is worth in it; `None` where it does not.
    pub(super) fn score(&self, worth: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
        self.root.score(worth)
    }

    /// Whether a record matches that has so many of each leaf.
    pub(super) fn matches(&self, counts: &[u32]) -> bool {
        let worth = |leaf: usize| counts.get(leaf).filter(|count| **count > 0).map(|_| 0.0);
        self.score(&worth).is_some()
    }

    /// The leaves that are looked for; not those that must not be there.
    pub(super) fn wanted(&self) -> Vec<bool> {
        let mut wanted = vec![false; self.leaves.len()];
        self.root.want(&mut wanted);
        wanted
    }
}

impl Leaf {
    /// Its terms, in their order.
    pub(super) fn terms(&self) -> Vec<usize> {
        match self {
            Self::Term(term) => vec![*term],
            Self::Phrase(parts) => parts.iter().map(|(term, _)| *term).collect(),
        }
    }
}

impl Group {
    fn score(&self, worth: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
        let (mut sum, mut has_one) = (0.0, false);
        for clause in &self.clauses {
            let own = match &clause.node {
                Node::Leaf(leaf) => worth(*leaf),
                Node::Group(group) => group.score(worth),
            };
            match (clause.occur, own) {
                (Occur::MustNot, Some(_)) | (Occur::Must, None) => return None,
                (Occur::MustNot | Occur::May, None) => {}
                (Occur::Must | Occur::May, Some(own)) => {
                    sum += own;
                    has_one = true;
                }
            }
        }
        has_one.then_some(sum)
    }

    fn want(&self, wanted: &mut [bool]) {
        for clause in self.clauses.iter().filter(|clause| clause.occur != Occur::MustNot) {
            match &clause.node {
                Node::Leaf(leaf) => wanted.iter_mut().skip(*leaf).take(1).for_each(|w| *w = true),
                Node::Group(group) => group.want(wanted),
            }
        }
    }
}
