//! Which tests are run how often.

use super::batch::Batch;
use super::progress::Progress;
use super::wanted::Wanted;

/// A test that takes its count from a variable.
#[derive(Debug)]
pub(crate) struct Campaign {
    /// In the table, and in the file of what is done.
    pub(crate) what: &'static str,
    pub(crate) test: &'static str,
    pub(crate) variable: &'static str,
    /// What the variable counts for one: a test may do a part of what it is given.
    pub(crate) each: u64,
    /// So many in one run of the test.
    batch: u64,
    wanted: fn(&Wanted) -> u64,
}

const KILLS: &str = "LANCEQ_KILLS";

/// Everything that is tortured. What comes to the engine, compaction or cleanup, gets its line here.
pub(crate) const CAMPAIGNS: [Campaign; 9] = [
    Campaign {
        what: "power cuts",
        test: "power::cuts::a_power_cut_takes_nothing_that_was_promised_to_survive_it",
        variable: "LANCEQ_CUTS",
        each: 1,
        batch: 50,
        wanted: |wanted| wanted.cuts,
    },
    kills("kills, always", "kills::what_is_synced_at_each_put_survives_kills", |w| w.kills / 5),
    kills("kills, interval", "kills::what_is_synced_within_an_interval_survives_kills", |w| {
        w.kills / 5
    }),
    kills("kills, os", "kills::what_the_system_was_given_survives_kills", |w| w.kills / 5),
    kills("kills, memory", "kills::a_writer_without_a_log_leaves_whole_flushes", |w| w.kills / 20),
    Campaign {
        what: "kills, batches",
        test: "batches::a_batch_of_a_killed_process_is_there_whole_or_not_at_all",
        variable: KILLS,
        each: 4,
        batch: 100,
        wanted: |wanted| wanted.kills / 20,
    },
    kills(
        "kills, four processes",
        "together::four_processes_that_are_killed_at_any_moment_lose_and_double_nothing",
        |w| w.kills / 5,
    ),
    kills(
        "kills, with every other command beside",
        "beside::processes_killed_beside_every_other_command_lose_and_double_nothing",
        |w| w.kills / 10,
    ),
    Campaign {
        what: "model cases",
        test: "model::promises::what_was_promised_holds_in_random_interleavings",
        variable: "LANCEQ_CASES",
        each: 1,
        batch: 500,
        wanted: |wanted| wanted.cases,
    },
];

const fn kills(what: &'static str, test: &'static str, wanted: fn(&Wanted) -> u64) -> Campaign {
    Campaign { what, test, variable: KILLS, each: 1, batch: 200, wanted }
}

/// The batches that are not done yet: by turns one of each, so that whatever ends a run early has tried everything.
pub(crate) fn batches(wanted: &Wanted, progress: &Progress) -> Vec<Batch> {
    let mut batches: Vec<(usize, Batch)> = Vec::new();
    for campaign in &CAMPAIGNS {
        let total = (campaign.wanted)(wanted);
        let done = progress.done(campaign.what, wanted.seed);
        for (turn, (first, count)) in left(total, campaign.batch, &done).into_iter().enumerate() {
            batches.push((turn, Batch { campaign, seed: wanted.seed + first, first, count }));
        }
    }
    batches.sort_by_key(|(turn, _)| *turn);
    batches.into_iter().map(|(_, batch)| batch).collect()
}

/// First number and count of each batch that is not done.
fn left(total: u64, batch: u64, done: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let step = usize::try_from(batch).unwrap_or(usize::MAX);
    let all = (0..total).step_by(step).map(|first| (first, batch.min(total - first)));
    let is_done = |(first, count): &(u64, u64)| {
        done.iter().any(|(from, many)| from <= first && first + count <= from + many)
    };
    all.filter(|one| !is_done(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_left_out_and_more_can_be_wanted_later() {
        assert_eq!(left(110, 50, &[]), [(0, 50), (50, 50), (100, 10)]);
        assert_eq!(left(110, 50, &[(50, 50)]), [(0, 50), (100, 10)]);
        assert_eq!(left(200, 50, &[(0, 50), (50, 50), (100, 10)]), [(100, 50), (150, 50)]);
        assert_eq!(left(0, 50, &[]), []);
    }
}
