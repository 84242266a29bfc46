//! Which records may match a query, by which have its terms: sets of records, whatever they are made of.

use super::query::{Group, Leaf, Node, Occur, TextQuery};

/// A set of records.
pub(crate) trait Records: Clone + Default {
    /// Those that are in both.
    #[must_use]
    fn both(self, other: &Self) -> Self;

    /// Those that are in one at least.
    #[must_use]
    fn either(self, other: &Self) -> Self;
}

impl TextQuery {
    /// The records that may match, by those that have each of its terms: all that do, and others, whose words do not stand as
    /// a phrase has them, or which have what must not be there.
    pub(crate) fn candidates<R: Records>(&self, with: &[R]) -> R {
        self.in_group(&self.root, with)
    }

    fn in_group<R: Records>(&self, group: &Group, with: &[R]) -> R {
        let must = self.those(group, Occur::Must, with).into_iter();
        let must = must.reduce(|all, one| all.both(&one));
        let may = || self.those(group, Occur::May, with).into_iter();
        must.or_else(|| may().reduce(|all, one| all.either(&one))).unwrap_or_default()
    }

    fn those<R: Records>(&self, group: &Group, occur: Occur, with: &[R]) -> Vec<R> {
        let clauses = group.clauses.iter().filter(|clause| clause.occur == occur);
        clauses.map(|clause| self.in_node(&clause.node, with)).collect()
    }

    fn in_node<R: Records>(&self, node: &Node, with: &[R]) -> R {
        let leaf = match node {
            Node::Group(group) => return self.in_group(group, with),
            Node::Leaf(leaf) => self.leaves.get(*leaf),
        };
        let terms = leaf.map(Leaf::terms).unwrap_or_default().into_iter();
        let sets = terms.map(|term| with.get(term).cloned().unwrap_or_default());
        sets.reduce(|all, one| all.both(&one)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::words::Analyzer;

    impl Records for BTreeSet<u64> {
        fn both(self, other: &Self) -> Self {
            &self & other
        }

        fn either(self, other: &Self) -> Self {
            &self | other
        }
    }

    #[test]
    fn whatever_matches_is_a_candidate_and_few_others_are() {
        let mut analyzer: Analyzer = Box::new(|word| Some(word.to_owned()));
        // Record n has the terms whose bits are set in n.
        let terms = ["a", "b", "c", "d"];
        for (text, wanted) in [
            ("a", "n & 1 > 0"),
            ("a b", "a or b"),
            ("+a b", "a"),
            ("\"a b\"", "a and b"),
            ("a -b", "a"),
            ("+(a b) +c", "(a or b) and c"),
            ("+a +(+b (c d))", "a and b"),
            ("a (+b +c) -d", "a or b and c"),
        ] {
            let query = TextQuery::parse(text, &mut analyzer).unwrap();
            let has = |n: u64, term: &str| {
                n >> terms.iter().position(|other| *other == term).unwrap() & 1 > 0
            };
            let with: Vec<BTreeSet<u64>> = query
                .terms
                .iter()
                .map(|term| (0..16).filter(|n| has(*n, term)).collect())
                .collect();
            let found = query.candidates(&with);
            let may = |n: &u64| {
                let [a, b, c, d] = terms.map(|term| has(*n, term));
                match wanted {
                    "n & 1 > 0" | "a" => a,
                    "a or b" => a || b,
                    "a and b" => a && b,
                    "(a or b) and c" => (a || b) && c,
                    "a or b and c" => a || b && c,
                    _ => d,
                }
            };
            assert_eq!(found, (0..16).filter(may).collect(), "{text}");
            for n in 0..16 {
                let counts: Vec<u32> = query
                    .leaves
                    .iter()
                    .map(|leaf| {
                        let all = leaf.terms().iter().all(|term| has(n, &query.terms[*term]));
                        u32::from(all)
                    })
                    .collect();
                assert!(!query.matches(&counts) || found.contains(&n), "{text} {n}");
            }
        }
    }
}
