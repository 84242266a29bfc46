//! The part of the table of actions for versions, similar records, flushes of all, and jobs.

use super::action::{Action, Entry};
use super::context::{Context, JOBS, PANES};
use super::key::Key;
use super::possible::{
    always, job_to_stop, newer_version, no_flush_of_all, older_version, record_before,
    something_to_flush, vector_to_compare, versions_to_show,
};

/// Looking back and round, and what takes long.
pub(super) const TRAVEL: &[Entry] = &[
    Entry {
        action: Action::Versions,
        id: "versions",
        title: "the versions of the bucket; again to go back",
        hint: Some("versions"),
        keys: &[Key::Char('v')],
        contexts: PANES,
        enabled: versions_to_show,
    },
    Entry {
        action: Action::Older,
        id: "older",
        title: "the records as they were one version before",
        hint: Some("version"),
        keys: &[Key::Char('[')],
        contexts: PANES,
        enabled: older_version,
    },
    Entry {
        action: Action::Newer,
        id: "newer",
        title: "the records one version later; from the newest, back to now",
        hint: None,
        keys: &[Key::Char(']')],
        contexts: PANES,
        enabled: newer_version,
    },
    Entry {
        action: Action::Similar,
        id: "similar",
        title: "the records whose vectors are nearest to this one's",
        hint: Some("similar"),
        keys: &[Key::Char('s')],
        contexts: &[Context::Records, Context::Tail, Context::Detail],
        enabled: vector_to_compare,
    },
    Entry {
        action: Action::Open,
        id: "hop",
        title: "the records that are like the selected one",
        hint: Some("hop"),
        keys: &[Key::Enter],
        contexts: &[Context::Similar],
        enabled: always,
    },
    Entry {
        action: Action::HopBack,
        id: "hop-back",
        title: "back to the record before on the way",
        hint: Some("hop back"),
        keys: &[Key::Char('b')],
        contexts: &[Context::Similar],
        enabled: record_before,
    },
    Entry {
        action: Action::GoTo,
        id: "go-to",
        title: "go to the selected record in the table",
        hint: Some("go to"),
        keys: &[Key::Char('g')],
        contexts: &[Context::Similar],
        enabled: always,
    },
    Entry {
        action: Action::FlushAll,
        id: "ask-flush-all",
        title: "flush all topics; says first which, and what is in them",
        hint: Some("all"),
        keys: &[Key::Char('A')],
        contexts: &[Context::Topics],
        enabled: no_flush_of_all,
    },
    Entry {
        action: Action::Accept,
        id: "flush-all",
        title: "flush the topics that are listed",
        hint: Some("flush"),
        keys: &[Key::Enter],
        contexts: &[Context::FlushAll],
        enabled: something_to_flush,
    },
    Entry {
        action: Action::Stop,
        id: "stop",
        title: "stop the job, where it can be stopped",
        hint: Some("stop"),
        keys: &[Key::Char('x')],
        contexts: &[Context::Jobs],
        enabled: job_to_stop,
    },
    Entry {
        action: Action::Jobs,
        id: "jobs",
        title: "what takes long, and what became of it; again to close",
        hint: None,
        keys: &[Key::Char('w')],
        contexts: JOBS,
        enabled: always,
    },
];
