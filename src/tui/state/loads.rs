//! Which loads are under way: one a slot; answers of older ones are dropped by their id.

use std::collections::BTreeMap;

use crate::tui::effect::{Effect, LoadId, PageKey, Request, Slot};

/// The loads under way.
#[derive(Debug, Default)]
pub(crate) struct Loads {
    last: u64,
    running: BTreeMap<Slot, LoadId>,
}

impl Loads {
    /// Starts a load; one that the slot has under way is given up.
    pub(crate) fn begin(&mut self, slot: Slot, request: Request) -> Effect {
        self.last += 1;
        let id = LoadId(self.last);
        self.running.insert(slot.clone(), id);
        Effect::Load { id, slot, request }
    }

    /// Whether the slot has something under way.
    pub(crate) fn is_running(&self, slot: &Slot) -> bool {
        self.running.contains_key(slot)
    }

    /// Whether an answer is the newest of its slot.
    pub(crate) fn is_current(&self, slot: &Slot, id: LoadId) -> bool {
        self.running.get(slot) == Some(&id)
    }

    /// Notes that a slot has nothing more under way.
    pub(crate) fn finish(&mut self, slot: &Slot) {
        self.running.remove(slot);
    }

    /// Gives up what a slot has under way.
    pub(crate) fn cancel(&mut self, slot: &Slot) -> Option<Effect> {
        self.running.remove(slot).map(|_| Effect::Cancel(slot.clone()))
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
