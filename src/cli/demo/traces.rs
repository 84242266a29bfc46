//! What agents did: one record a call of a model, with its text and an embedding of it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::dice::Dice;
use super::embed::{DIMENSIONS, embed};
use super::phrases::phrase;

/// A model: its name, its usual milliseconds for an answer, and cents for 1,000 tokens.
const MODELS: [(&str, f64, f64); 4] = [
    ("haiku", 180.0, 0.08),
    ("sonnet", 640.0, 0.6),
    ("opus", 1900.0, 3.0),
    ("local-8b", 420.0, 0.0),
];
const AGENTS: &[&str] = &["triage", "reviewer", "analyst", "support", "researcher", "migrator"];

/// Makes traces up, one after the other.
#[derive(Debug)]
pub(super) struct Traces {
    dice: Dice,
    count: u64,
    burst: u64,
}

impl Traces {
    /// Starts anew.
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice::seeded(seed), count: 0, burst: 0 }
    }

    /// The topic's schema in its short form.
    pub(super) fn schema() -> Value {
        // What says most comes first: on a narrow screen it is all that is seen.
        json!({
            "id": "utf8",
            "model": "utf8",
            "latency_ms": "float64",
            "prompt": "utf8",
            "response": "utf8",
            "agent": "utf8",
            "tool": "utf8",
            "error": "utf8",
            "usage": "struct<input: int64, output: int64, cost_cents: float64>",
            "embedding": format!("fixed_size_list<float32, {DIMENSIONS}>"),
            "time": "timestamp(us, UTC)",
        })
    }

    /// How many come in a tenth of a second: about five, and at times a burst of many more.
    pub(super) fn due(&mut self) -> u64 {
        if self.burst == 0 && self.dice.chance(1) {
            self.burst = self.dice.between(5, 15);
        }
        let is_burst = self.burst > 0;
        self.burst = self.burst.saturating_sub(1);
        if is_burst { self.dice.between(15, 30) } else { self.dice.between(2, 8) }
    }

    /// The next one.
    pub(super) fn next(&mut self, now: DateTime<Utc>) -> Value {
        self.count += 1;
        let dice = &mut self.dice;
        let phrase = phrase(dice);
        let index = usize::try_from(dice.below(MODELS.len() as u64)).unwrap_or(0);
        let (model, typical, price) = MODELS.get(index).copied().unwrap_or_default();
        let failed = dice.chance(2);
        let error = failed
            .then(|| dice.pick(&["rate limited", "timeout", "tool failed", "context too long"]));
        let (input, output) =
            (tokens(&phrase.prompt) + dice.between(200, 3000), tokens(&phrase.response));
        let cents = (price * (input + output) as f64).round() / 1000.0;
        let embedding = embed(&format!("{} {}", phrase.prompt, phrase.response));
        json!({
            "id": format!("t-{:06}", self.count),
            "time": now.to_rfc3339_opts(SecondsFormat::Micros, true),
            "agent": dice.pick(AGENTS),
            "model": model,
            "tool": phrase.tool,
            "latency_ms": dice.latency(typical),
            "prompt": phrase.prompt,
            "response": if failed { None } else { Some(phrase.response) },
            "usage": {"input": input, "output": if failed { 0 } else { output }, "cost_cents": cents},
            "error": error,
            "embedding": embedding,
        })
    }
}

/// As a rule of thumb, a token has four letters.
fn tokens(text: &str) -> u64 {
    text.len() as u64 / 4 + 1
}
