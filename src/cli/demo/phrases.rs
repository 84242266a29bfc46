//! What agents are asked and what they answer, put together from parts.

use super::dice::Dice;

/// A kind of work: the question, the tool it takes, and the answer, with `{parts}` to fill in.
struct Work {
    prompt: &'static str,
    tool: Option<&'static str>,
    response: &'static str,
}

/// One piece of work, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) prompt: String,
    pub(super) tool: Option<&'static str>,
    pub(super) response: String,
}

const WORK: [Work; 14] = [
    Work {
        prompt: "Find the bug in {file}: {symptom}.",
        tool: Some("read_file"),
        response: "The cause is in {function}: {cause}. I changed it and added a test that fails without the change.",
    },
    Work {
        prompt: "Is this ticket a duplicate? \"{symptom} after the update of {system}\"",
        tool: Some("search_tickets"),
        response: "Yes, of {ticket}: both report that {symptom}. I linked them.",
    },
    Work {
        prompt: "Summarise the release notes of {system} for {audience}.",
        tool: Some("fetch_url"),
        response: "Three things matter to {audience}: {feature}, {other_feature}, and a fix where {symptom}.",
    },
    Work {
        prompt: "Write a migration that adds {column} to the table {table}.",
        tool: Some("run_sql"),
        response: "Added {column} to {table} as a nullable column, backfilled in batches of {number}, then set not null.",
    },
    Work {
        prompt: "Why is the dashboard of {system} slow since this morning?",
        tool: Some("query_metrics"),
        response: "The p99 of {function} went up from {number} ms at the last deploy: {cause}. Rolling back helps.",
    },
    Work {
        prompt: "Translate this message for {audience}: \"{symptom}\"",
        tool: None,
        response: "In plain words: something went wrong because {cause}. Nothing was lost; try again in a minute.",
    },
    Work {
        prompt: "Run the tests of {file} and tell me what fails.",
        tool: Some("run_command"),
        response: "{number} tests pass, one fails: {function} expects the old order. It looks like {cause}.",
    },
    Work {
        prompt: "Review this change to {function} in {file}.",
        tool: Some("read_diff"),
        response: "Two remarks: the error is dropped where {symptom}, and {column} is read without its lock.",
    },
    Work {
        prompt: "Which customers used {feature} last week? Group them by plan.",
        tool: Some("run_sql"),
        response: "{number} customers used {feature}, most of them on the team plan. The table is attached.",
    },
    Work {
        prompt: "Draft an answer to a customer who says that {symptom}.",
        tool: Some("search_docs"),
        response: "Thank you for telling us. We found that {cause}; the fix is in the next release of {system}.",
    },
    Work {
        prompt: "Plan how to move {table} from {system} to {other_system} without downtime.",
        tool: None,
        response: "Write to both, copy {table} in batches of {number}, compare counts, switch reads, stop the old writes.",
    },
    Work {
        prompt: "Label the sentiment of: \"{symptom}, and nobody answers\"",
        tool: None,
        response: "negative",
    },
    Work {
        prompt: "What does {function} in {file} return when the input is empty?",
        tool: Some("read_file"),
        response: "An empty list, not an error. Callers rely on it: see the loop over {column}.",
    },
    Work {
        prompt: "Find papers about {topic} since last year and rank them.",
        tool: Some("web_search"),
        response: "I found {number}; the best three are about {topic} at scale, its evaluation, and its failure modes.",
    },
];

const FILES: &[&str] = &[
    "src/parser.rs",
    "src/scheduler.rs",
    "api/handlers.py",
    "web/cart.ts",
    "billing/invoice.go",
    "ingest/reader.rs",
    "auth/session.py",
    "search/ranker.py",
    "etl/load_orders.sql",
];
const FUNCTIONS: &[&str] = &[
    "`parse_header`",
    "`next_batch`",
    "`apply_discount`",
    "`refresh_token`",
    "`merge_rows`",
    "`rank_results`",
    "`close_stream`",
    "`retry_later`",
    "`normalise`",
];
const SYMPTOMS: &[&str] = &[
    "the total is off by one cent",
    "requests time out under load",
    "the last row is missing",
    "users are logged out at random",
    "memory grows until the pod restarts",
    "the order of results changes between calls",
    "uploads over 2 GB fail",
    "dates before 1970 turn into today",
    "emails arrive twice",
];
const CAUSES: &[&str] = &[
    "the loop stops one element early",
    "a lock is held across the network call",
    "the cache key leaves out the tenant",
    "a rounding step was moved behind the sum",
    "the retry does not check whether the first try succeeded",
    "an index is missing",
    "the buffer is never given back",
    "two clocks are compared that differ",
];
const SYSTEMS: &[&str] = &[
    "the billing service",
    "Postgres 17",
    "the search cluster",
    "the mobile app",
    "the data lake",
    "the feature store",
    "the ticket system",
    "the model gateway",
];
const AUDIENCES: &[&str] =
    &["the support team", "data engineers", "a new customer", "the board", "operators"];
const FEATURES: &[&str] = &[
    "incremental exports",
    "shared dashboards",
    "vector search",
    "single sign-on",
    "dark mode",
    "usage alerts",
    "bulk import",
];
const COLUMNS: &[&str] =
    &["`tenant_id`", "`valid_until`", "`currency`", "`embedding`", "`deleted_at`", "`source`"];
const TABLES: &[&str] = &["orders", "sessions", "documents", "invoices", "events", "users"];
const TOPICS: &[&str] = &[
    "retrieval with long contexts",
    "agents that use tools",
    "vector quantisation",
    "columnar storage for training data",
    "evaluation of summaries",
    "learned indexes",
];

/// Makes up one piece of work. A part that is named twice is the same both times.
pub(super) fn phrase(dice: &mut Dice) -> Phrase {
    let index = usize::try_from(dice.below(WORK.len() as u64)).unwrap_or(0);
    let Some(work) = WORK.get(index) else {
        return Phrase { prompt: String::new(), tool: None, response: String::new() };
    };
    let mut parts = Parts { dice, chosen: Vec::new() };
    let prompt = parts.fill(work.prompt);
    Phrase { prompt, tool: work.tool, response: parts.fill(work.response) }
}

/// What was chosen for the parts of one piece of work.
struct Parts<'d> {
    dice: &'d mut Dice,
    chosen: Vec<(&'static str, String)>,
}

impl Parts<'_> {
    /// Fills in each `{part}`.
    fn fill(&mut self, template: &'static str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.part(name));
            rest = behind;
        }
        text + rest
    }

    fn part(&mut self, name: &'static str) -> String {
        if let Some((_, chosen)) = self.chosen.iter().find(|(known, _)| *known == name) {
            return chosen.clone();
        }
        let fresh = loop {
            let fresh = one_of(name, self.dice);
            if self.chosen.iter().all(|(_, chosen)| *chosen != fresh) {
                break fresh;
            }
        };
        self.chosen.push((name, fresh.clone()));
        fresh
    }
}

/// One word of a kind; `other_` tells two of a kind apart.
fn one_of(name: &str, dice: &mut Dice) -> String {
    let words = match name.trim_start_matches("other_") {
        "file" => FILES,
        "function" => FUNCTIONS,
        "symptom" => SYMPTOMS,
        "cause" => CAUSES,
        "system" => SYSTEMS,
        "audience" => AUDIENCES,
        "feature" => FEATURES,
        "column" => COLUMNS,
        "table" => TABLES,
        "topic" => TOPICS,
        "ticket" => return format!("#{}", dice.between(1000, 9999)),
        _ => return dice.between(3, 900).to_string(),
    };
    dice.pick(words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_is_left_to_fill_in() {
        let mut dice = Dice::seeded(3);
        for _ in 0..500 {
            let phrase = phrase(&mut dice);
            assert!(!phrase.prompt.is_empty() && !phrase.response.is_empty());
            assert!(!phrase.prompt.contains('{') && !phrase.response.contains('}'), "{phrase:?}");
        }
    }
}
