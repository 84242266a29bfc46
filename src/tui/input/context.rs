//! What can have the keys, and groups of it that share actions.

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    Topics,
    Records,
    Tail,
    Versions,
    Detail,
    Help,
    Prompt,
    Find,
    Filter,
    Put,
    FlushAll,
    Jobs,
    Marks,
    Branches,
    Diff,
    Tag,
    Alter,
    Similar,
    Words,
    Found,
    Columns,
    Copy,
    Code,
    Palette,
    Log,
}

pub(super) const LISTS: &[Context] = &[
    Context::Topics,
    Context::Records,
    Context::Tail,
    Context::Versions,
    Context::Detail,
    Context::Help,
    Context::FlushAll,
    Context::Jobs,
    Context::Marks,
    Context::Branches,
    Context::Log,
    Context::Diff,
    Context::Similar,
    Context::Found,
];
pub(super) const HELPED: &[Context] = &[
    Context::Topics,
    Context::Records,
    Context::Tail,
    Context::Versions,
    Context::Detail,
    Context::Help,
];
pub(super) const PANES: &[Context] =
    &[Context::Topics, Context::Records, Context::Tail, Context::Versions, Context::Detail];
pub(super) const JOBS: &[Context] = &[
    Context::Topics,
    Context::Records,
    Context::Tail,
    Context::Versions,
    Context::Detail,
    Context::Jobs,
];
pub(super) const RECORDS: &[Context] =
    &[Context::Topics, Context::Records, Context::Tail, Context::Detail];
pub(super) const SIDEWAYS: &[Context] = &[
    Context::Topics,
    Context::Records,
    Context::Tail,
    Context::Versions,
    Context::Detail,
    Context::Similar,
    Context::Found,
];
pub(super) const EVERYWHERE: &[Context] = &[
    Context::Topics,
    Context::Records,
    Context::Tail,
    Context::Versions,
    Context::Detail,
    Context::Help,
    Context::Prompt,
    Context::Find,
    Context::Filter,
    Context::Put,
    Context::FlushAll,
    Context::Jobs,
    Context::Marks,
    Context::Branches,
    Context::Diff,
    Context::Tag,
    Context::Alter,
    Context::Similar,
    Context::Words,
    Context::Found,
    Context::Columns,
    Context::Copy,
    Context::Code,
    Context::Palette,
    Context::Log,
];
/// Lines that are typed into, or chosen from, and left without doing anything.
pub(super) const LINES: &[Context] = &[
    Context::Prompt,
    Context::Find,
    Context::Filter,
    Context::Words,
    Context::Tag,
    Context::Columns,
    Context::Copy,
    Context::Code,
    Context::Palette,
];
