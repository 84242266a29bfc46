//! Which loads are under way: one a slot; answers of older ones are dropped by their id.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::tui::effect::{Effect, LoadId, PageKey, Request, Slot};

/// The loads under way.
#[derive(Debug, Default)]
pub(crate) struct Loads {
    last: u64,
    running: BTreeMap<Slot, Running>,
    /// The time of the last event, since the explorer began.
    now: Duration,
}

/// One load under way.
#[derive(Debug)]
struct Running {
    id: LoadId,
    begun: Duration,
    /// How much of how much is done, where it says so.
    progress: Option<(u64, u64)>,
    /// Whether it is to end by itself, soon.
    stops: bool,
}

impl Loads {
    /// Starts a load; one that the slot has under way is given up.
    pub(crate) fn begin(&mut self, slot: Slot, request: Request) -> Effect {
        self.last += 1;
        let id = LoadId(self.last);
        self.running
            .insert(slot.clone(), Running { id, begun: self.now, progress: None, stops: false });
        Effect::Load { id, slot, request }
    }

    /// Whether the slot has something under way.
    pub(crate) fn is_running(&self, slot: &Slot) -> bool {
        self.running.contains_key(slot)
    }

    /// Whether an answer is the newest of its slot.
    pub(crate) fn is_current(&self, slot: &Slot, id: LoadId) -> bool {
        self.running.get(slot).is_some_and(|running| running.id == id)
    }

    /// Notes how far the load of a slot is.
    pub(crate) fn reach(&mut self, slot: &Slot, done: u64, all: u64) {
        if let Some(running) = self.running.get_mut(slot) {
            running.progress = Some((done, all));
        }
    }

    /// How much of how much is done, where it says so.
    pub(crate) fn progress(&self, slot: &Slot) -> Option<(u64, u64)> {
        self.running.get(slot)?.progress
    }

    /// Wishes that the load of a slot ends by itself: it says then what it did.
    pub(crate) fn stop(&mut self, slot: &Slot) -> Option<Effect> {
        let running = self.running.get_mut(slot)?;
        running.stops = true;
        Some(Effect::Stop(slot.clone()))
    }

    /// Whether that was wished.
    pub(crate) fn stops(&self, slot: &Slot) -> bool {
        self.running.get(slot).is_some_and(|running| running.stops)
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, now: Duration) {
        self.now = now;
    }

    /// The time of the last event, since the explorer began.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// What is under way, and for how long; what only follows never ends and is none of it.
    pub(crate) fn running(&self) -> impl Iterator<Item = (&Slot, Duration)> {
        let ends = self
            .running
            .iter()
            .filter(|(slot, _)| !matches!(slot, Slot::Tail | Slot::TailBeside(_) | Slot::SiftOn));
        ends.map(|(slot, running)| (slot, self.now.saturating_sub(running.begun)))
    }

    /// For how long a slot has been at it.
    pub(crate) fn since(&self, slot: &Slot) -> Duration {
        let running = self.running.get(slot);
        running.map_or(Duration::ZERO, |running| self.now.saturating_sub(running.begun))
    }

    /// Notes that a slot has nothing more under way.
    pub(crate) fn finish(&mut self, slot: &Slot) {
        self.running.remove(slot);
    }

    /// Gives up what a slot has under way.
    pub(crate) fn cancel(&mut self, slot: &Slot) -> Option<Effect> {
        self.running.remove(slot).map(|_| Effect::Cancel(slot.clone()))
    }

    /// Gives up following, whichever topics.
    pub(crate) fn cancel_tails(&mut self) -> Vec<Effect> {
        let follows = |slot: &&Slot| matches!(slot, Slot::Tail | Slot::TailBeside(_));
        let slots: Vec<Slot> = self.running.keys().filter(follows).cloned().collect();
        slots.iter().filter_map(|slot| self.cancel(slot)).collect()
    }

    /// Gives up the loads of all pages but those to keep.
    pub(crate) fn cancel_pages_except(&mut self, keep: &[PageKey]) -> Vec<Effect> {
        let given_up = |slot: &Slot| matches!(slot, Slot::Page(key) if !keep.contains(key));
        let slots: Vec<Slot> = self.running.keys().filter(|slot| given_up(slot)).cloned().collect();
        slots.iter().filter_map(|slot| self.cancel(slot)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_load_makes_the_older_answer_stale() {
        let mut loads = Loads::default();
        let Effect::Load { id: old, .. } = loads.begin(Slot::Topics, Request::Topics) else {
            panic!()
        };
        let Effect::Load { id: new, .. } = loads.begin(Slot::Topics, Request::Topics) else {
            panic!()
        };
        assert!(old < new);
        assert!(!loads.is_current(&Slot::Topics, old));
        assert!(loads.is_current(&Slot::Topics, new));
        loads.finish(&Slot::Topics);
        assert!(!loads.is_current(&Slot::Topics, new));
    }
}
