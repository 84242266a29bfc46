//! What a run is to do, as the command line says it.

use super::USAGE;

/// How much of what, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) cuts: u64,
    pub(crate) kills: u64,
    pub(crate) cases: u64,
    pub(crate) seed: u64,
    pub(crate) jobs: u64,
    pub(crate) is_nice: bool,
    pub(crate) is_fresh: bool,
    pub(crate) is_report: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            cuts: 1000,
            kills: 10_000,
            cases: 50_000,
            seed: 1,
            jobs: 2,
            is_nice: false,
            is_fresh: false,
            is_report: false,
        }
    }
}

impl Wanted {
    /// Reads `name=number` and `--switch`.
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wanted = Self::default();
        for argument in arguments {
            let understood = match argument.split_once('=') {
                Some((name, number)) => wanted.set(name, number),
                None => wanted.switch(argument),
            };
            understood.ok_or_else(|| format!("`{argument}` is not understood\n\n{USAGE}"))?;
        }
        if wanted.jobs == 0 {
            return Err("jobs=0 would do nothing".to_owned());
        }
        Ok(wanted)
    }

    fn set(&mut self, name: &str, number: &str) -> Option<()> {
        let place = match name {
            "cuts" => &mut self.cuts,
            "kills" => &mut self.kills,
            "cases" => &mut self.cases,
            "seed" => &mut self.seed,
            "jobs" => &mut self.jobs,
            _ => return None,
        };
        *place = number.parse().ok()?;
        Some(())
    }

    fn switch(&mut self, name: &str) -> Option<()> {
        let place = match name {
            "--nice" => &mut self.is_nice,
            "--fresh" => &mut self.is_fresh,
            "--report" => &mut self.is_report,
            _ => return None,
        };
        *place = true;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wanted, String> {
        Wanted::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn numbers_and_switches_are_read_in_any_order_and_the_rest_is_as_usual() {
        let wanted = Wanted { cuts: 7, cases: 0, is_nice: true, ..Wanted::default() };
        assert_eq!(read("--nice cases=0 cuts=7"), Ok(wanted));
        assert_eq!(read(""), Ok(Wanted::default()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for line in ["cats=1", "cuts=many", "--nicely", "cuts", "jobs=0"] {
            let told = read(line).expect_err(line);
            assert!(told.contains(line), "{told}");
        }
    }
}
