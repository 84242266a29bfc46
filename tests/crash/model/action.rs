//! What the processes of a case do, and how often.

use std::fmt;

use lanceq::Durability;

use crate::kills::Dice;

/// One thing that a process does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Opens the bucket, for writing where the process writes.
    Open,
    /// Puts so many records at once, with a value in an own column where it has a number.
    Put {
        rows: u64,
        column: Option<u64>,
    },
    Flush,
    /// Removes all versions but the newest few.
    CleanUp {
        keep: usize,
    },
    /// Rewrites small fragments as one.
    Rewrite,
    /// Lets the oldest persisted records go, but for so many.
    LetGo {
        keep: u64,
    },
    /// Reads everything.
    Read,
    /// Reads a stream on to its end.
    Follow {
        stream: usize,
    },
    /// Another program appends so many rows.
    Append {
        rows: u64,
    },
    /// It makes a column's type wider.
    Cast,
    Compact,
    /// It removes all versions but the head.
    Clean,
}

/// Who a process is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Writer(Durability),
    Reader,
    /// A program that writes the dataset and knows nothing of the log.
    Foreign,
}

/// What may happen in a case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    pub(crate) foreign: Reach,
    /// Kills are tried at so many of a hundred points.
    pub(crate) kills: u64,
    /// Power cuts are tried at so many of a thousand points.
    pub(crate) cuts: u64,
    pub(crate) streams: bool,
    /// Writers compact and clean up.
    pub(crate) upkeep: bool,
    /// Writers let records go.
    pub(crate) lets_go: bool,
}

/// How far another program goes; each does what those before do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Reach {
    Nothing,
    Appends,
    Casts,
    Compacts,
    Cleans,
}

impl Mix {
    /// Everything that the promises speak of.
    pub(crate) fn drawn(dice: &mut Dice) -> Self {
        let foreign = match dice.roll(16) {
            0..4 => Reach::Nothing,
            4..9 => Reach::Appends,
            9..12 => Reach::Casts,
            12..15 => Reach::Compacts,
            _ => Reach::Cleans,
        };
        let cut = dice.roll(2) == 0;
        // A stream's position may be ahead of the disk: it is the program's to keep, and to sync for.
        let (cuts, lets_go) = (if cut { 40 } else { 0 }, dice.roll(3) == 0);
        Self { foreign, kills: 4, cuts, streams: !cut, upkeep: true, lets_go }
    }
}

impl Action {
    /// What a process does next.
    pub(crate) fn drawn(dice: &mut Dice, role: Role, mix: &Mix) -> Self {
        match role {
            Role::Writer(_) => match dice.roll(100) {
                0..38 => Self::Put { rows: 1, column: None },
                38..50 => Self::Put { rows: 2 + dice.roll(3), column: None },
                50..54 => Self::Put { rows: 1 + dice.roll(2), column: Some(dice.roll(2)) },
                66..77 if mix.lets_go => Self::LetGo { keep: 1 + dice.roll(4) },
                77..85 if mix.upkeep => Self::CleanUp { keep: 1 + usize::from(dice.roll(4) == 0) },
                85..92 if mix.upkeep => Self::Rewrite,
                54..92 => Self::Flush,
                92..97 => Self::Read,
                _ => Self::Open,
            },
            Role::Reader if mix.streams && dice.roll(2) == 0 => {
                Self::Follow { stream: usize::from(dice.roll(2) == 0) }
            }
            Role::Reader => Self::Read,
            Role::Foreign => match dice.roll(10) {
                0..3 if mix.foreign >= Reach::Casts => Self::Cast,
                3..5 if mix.foreign >= Reach::Compacts => Self::Compact,
                5..6 if mix.foreign >= Reach::Cleans => Self::Clean,
                _ => Self::Append { rows: 1 + dice.roll(2) },
            },
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("opens"),
            Self::Put { rows, column: None } => write!(f, "puts {rows}"),
            Self::Put { rows, column: Some(column) } => write!(f, "puts {rows} with c{column}"),
            Self::Flush => f.write_str("flushes"),
            Self::CleanUp { keep } => write!(f, "keeps {keep}"),
            Self::Rewrite => f.write_str("rewrites"),
            Self::LetGo { keep } => write!(f, "lets all go but {keep}"),
            Self::Read => f.write_str("reads"),
            Self::Follow { stream } => write!(f, "follows stream {stream}"),
            Self::Append { rows } => write!(f, "appends {rows}"),
            Self::Cast => f.write_str("casts"),
            Self::Compact => f.write_str("compacts"),
            Self::Clean => f.write_str("cleans"),
        }
    }
}
