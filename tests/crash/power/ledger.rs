//! What a power cut may take, and what not.

use std::fmt::Write;
use std::time::{Duration, Instant};

use lanceq::Record;

use crate::child::Said;
use crate::oracle::violation;

/// What each process of a round said until when.
fn told(round: &[Ended], promised: &[Said], moments: &Moments) -> String {
    let ago = |at: &Instant| moments.cut.saturating_duration_since(*at).as_millis();
    let flush = moments.flush.as_ref().map(ago);
    let mut told = format!("; flushed {flush:?} ms before the cut");
    for (ended, promised) in round.iter().zip(promised) {
        let Said { series, acks, .. } = &ended.said;
        let (first, last) =
            (acks.first().map(|a| ago(&a.heard)), acks.last().map(|a| ago(&a.heard)));
        let (all, kept) = (acks.len(), promised.acks.len());
        let level = ended.durability;
        write!(told, "; {series} at {level}: {all} from {first:?} to {last:?} ms, {kept} promised")
            .unwrap();
    }
    told
}

/// How long a sync that is due may take on a busy machine.
const SLACK: Duration = Duration::from_millis(900);

/// A record's series and its number in it.
pub(crate) type Id = (u64, u64);

/// A process that put until the cut, and how durably.
pub(crate) struct Ended {
    pub(crate) durability: &'static str,
    pub(crate) said: Said,
}

/// Until when what happened.
pub(crate) struct Moments {
    pub(crate) cut: Instant,
    /// When the last flush that returned was begun.
    pub(crate) flush: Option<Instant>,
}

/// The records that were there after the last cut, by offset. They came from the disk, so no later cut may take them.
#[derive(Default)]
pub(crate) struct Ledger {
    kept: Vec<Id>,
}

impl Ledger {
    /// Holds what is there after a cut against what was promised before it; takes note of it.
    pub(crate) fn check(
        &mut self,
        records: &[Record],
        round: &[Ended],
        moments: &Moments,
    ) -> Result<(), String> {
        let promised: Vec<Said> = round.iter().map(|ended| ended.promised(moments)).collect();
        if let Some(broken) = violation(records, &promised) {
            return Err(broken + &told(round, &promised, moments));
        }
        let found: Vec<Id> = records.iter().map(id).collect();
        if !found.starts_with(&self.kept) {
            let kept = self.kept.len();
            return Err(format!("of {kept} records that a cut had left, another took some"));
        }
        let of_this_round =
            |id: &Id| round.iter().any(|e| e.said.series == id.0 && e.said.given.contains(&id.1));
        if let Some(lost) = found[self.kept.len()..].iter().find(|id| !of_this_round(id)) {
            return Err(format!("{lost:?} was lost by an earlier cut and is there again"));
        }
        round.iter().try_for_each(|ended| ended.check_places(&found))?;
        self.kept = found;
        Ok(())
    }

    /// How many records are there.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }
}

impl Ended {
    /// Its acknowledgements that the cut may not take.
    fn promised(&self, moments: &Moments) -> Said {
        let Said { series, ref given, ref acks } = self.said;
        let upto = |until: Instant| acks.partition_point(|ack| ack.heard < until);
        let by_itself = match self.durability.parse() {
            Ok(window) => {
                let due = moments.cut.checked_sub(Duration::from_millis(window) + SLACK);
                due.map_or(0, upto)
            }
            // What is answered while the file system goes down counts for nothing: a machine without power answers
            // nobody. A sync was seen to end well then of what was not on the disk later; why, was not shown.
            Err(_) if self.durability == "always" => upto(moments.cut),
            Err(_) => 0,
        };
        let count = by_itself.max(moments.flush.map_or(0, upto));
        Said { series, given: given.clone(), acks: acks[..count].to_vec() }
    }

    /// A cut takes a suffix: where something is, it is what was acknowledged there.
    fn check_places(&self, found: &[Id]) -> Result<(), String> {
        let Said { series, given, acks } = &self.said;
        for (number, ack) in given.clone().zip(acks) {
            let there = usize::try_from(ack.offset).ok().and_then(|offset| found.get(offset));
            if there.is_some_and(|id| *id != (*series, number)) {
                return Err(format!(
                    "{series}/{number} was put at {ack:?}, and {there:?} is there"
                ));
            }
        }
        Ok(())
    }
}

pub(crate) fn id(record: &Record) -> Id {
    let field = |name: &str| record.fields[name].as_u64().unwrap_or(u64::MAX);
    (field("series"), field("n"))
}
