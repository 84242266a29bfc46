//! What users of a shop do, in four buckets: all of a user's events are in one, in order.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::dice::Dice;

const USERS: u64 = 500;
const COUNTRIES: &[&str] = &["DE", "US", "FR", "IN", "BR", "JP", "NG"];
const ITEMS: &[&str] = &[
    "headphones",
    "desk lamp",
    "water bottle",
    "keyboard",
    "notebook",
    "backpack",
    "coffee",
    "tent",
];
const ERRORS: [(u64, &str); 4] = [
    (402, "card declined"),
    (404, "page not found"),
    (409, "cart changed meanwhile"),
    (503, "payment service did not answer"),
];

/// Makes events up, one after the other.
#[derive(Debug)]
pub(super) struct Events {
    dice: Dice,
    count: u64,
}

impl Events {
    /// Starts anew.
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice::seeded(seed), count: 0 }
    }

    /// The topic's schema in its short form.
    pub(super) fn schema() -> Value {
        json!({
            "id": "int64",
            "time": "timestamp(ms, UTC)",
            "user": "utf8",
            "kind": "utf8",
            "country": "utf8",
            "item": "utf8",
            "amount": "float64",
            "error": "struct<code: int64, message: utf8>",
        })
    }

    /// How many come in a tenth of a second.
    pub(super) fn due(&mut self) -> u64 {
        self.dice.between(1, 4)
    }

    /// The next one.
    pub(super) fn next(&mut self, now: DateTime<Utc>) -> Value {
        self.count += 1;
        let user = self.user();
        let kind = self.kind();
        let dice = &mut self.dice;
        let is_about_an_item = matches!(kind, "view" | "add_to_cart" | "purchase");
        let item = is_about_an_item.then(|| dice.pick(ITEMS));
        let amount = (kind == "purchase").then(|| dice.between(499, 19_999) as f64 / 100.0);
        let error = (kind == "error").then(|| error(dice));
        json!({
            "id": self.count,
            "time": now.to_rfc3339_opts(SecondsFormat::Millis, true),
            "user": format!("u-{user:03}"),
            "kind": kind,
            "country": COUNTRIES.get(usize::try_from(user).unwrap_or(0) % COUNTRIES.len()),
            "item": item,
            "amount": amount,
            "error": error,
        })
    }

    /// A few users do most of it.
    fn user(&mut self) -> u64 {
        let share = self.dice.unit() * self.dice.unit();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of 500"
        )]
        let user = (share * USERS as f64) as u64;
        user
    }

    fn kind(&mut self) -> &'static str {
        match self.dice.below(100) {
            0..15 => "login",
            15..60 => "view",
            60..75 => "search",
            75..85 => "add_to_cart",
            85..91 => "purchase",
            91..97 => "logout",
            _ => "error",
        }
    }
}

fn error(dice: &mut Dice) -> Value {
    let index = usize::try_from(dice.below(ERRORS.len() as u64)).unwrap_or(0);
    let (code, message) = ERRORS.get(index).copied().unwrap_or_default();
    json!({"code": code, "message": message})
}
