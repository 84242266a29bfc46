//! What each column of a version takes: the ends of its data files say it. Of many files, some speak for all.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use lance::datatypes::Field;
use lance_table::format::DataFile;

use super::footer::column_bytes;
use super::table::Table;
use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::error::Result;

/// Files that are asked at most: half of them the largest, the others lie evenly among the rest.
const MOST_ASKED: usize = 512;

/// What the columns of a version take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnWeights {
    /// Each column's bytes, in the schema's order; none where no file says it.
    pub(crate) columns: Vec<(String, u64)>,
    /// Files that said it.
    pub(crate) asked: u64,
    /// All files.
    pub(crate) files: u64,
    /// The bytes of all files.
    pub(crate) bytes: u64,
}

/// Which files are asked.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sample {
    /// These speak for themselves.
    large: Vec<usize>,
    /// These for all that are not among the large ones.
    even: Vec<usize>,
}

impl Sample {
    /// Of files of these sizes, so many at most.
    fn of(sizes: &[u64], most: usize) -> Self {
        if sizes.len() <= most {
            return Self { large: (0..sizes.len()).collect(), even: Vec::new() };
        }
        let mut by_size: Vec<usize> = (0..sizes.len()).collect();
        by_size.sort_by_key(|at| (std::cmp::Reverse(sizes.get(*at).copied()), *at));
        let mut rest = by_size.split_off(most / 2);
        rest.sort_unstable();
        let count = most - by_size.len();
        let even = (0..count).filter_map(|n| rest.get(n * rest.len() / count).copied());
        Self { large: by_size, even: even.collect() }
    }
}

impl Table {
    /// What each column takes in the data files of this version, deleted rows included.
    ///
    /// Cost: the ends of 512 files at most, some kilobytes each. None of it is decoded by Lance, so nothing has to vouch
    /// for it.
    pub(crate) async fn column_weights(&self) -> Result<ColumnWeights> {
        let fragments = self.dataset.fragments();
        let files: Vec<DataFile> =
            fragments.iter().flat_map(|fragment| fragment.files.iter().cloned()).collect();
        let names: Vec<String> =
            self.dataset.schema().fields.iter().map(|field| field.name.clone()).collect();
        let columns = columns_of(&self.dataset.schema().fields);
        let (folder, access) = (self.path.join("data"), self.access.clone());
        blocking(move || Ok(weighed(&files, (&names, &columns), &folder, &access))).await
    }
}

/// The number of the column that each field belongs to, by the field's id.
fn columns_of(fields: &[Field]) -> HashMap<i32, usize> {
    fn add(field: &Field, column: usize, all: &mut HashMap<i32, usize>) {
        all.insert(field.id, column);
        field.children.iter().for_each(|child| add(child, column, all));
    }
    let mut all = HashMap::new();
    fields.iter().enumerate().for_each(|(column, field)| add(field, column, &mut all));
    all
}

fn weighed(
    files: &[DataFile],
    (names, columns): (&[String], &HashMap<i32, usize>),
    folder: &Path,
    access: &Access,
) -> ColumnWeights {
    let place = |file: &DataFile| -> Option<PathBuf> {
        let path = folder.join(&file.path);
        (file.base_id.is_none() && access.check(&path).is_ok()).then_some(path)
    };
    let size = |file: &DataFile| file.file_size_bytes.get().map(u64::from);
    let on_disk = |file: &DataFile| Some(std::fs::metadata(place(file)?).ok()?.len());
    let sizes: Vec<u64> =
        files.iter().map(|file| size(file).or_else(|| on_disk(file)).unwrap_or(0)).collect();
    let sample = Sample::of(&sizes, MOST_ASKED);
    let ask = |at: &usize| {
        let file = files.get(*at)?;
        Some((spread(file, &column_bytes(&place(file)?)?, columns), *sizes.get(*at)?))
    };
    let sum = |chosen: &[usize]| {
        let said: Vec<(Spread, u64)> = chosen.iter().filter_map(ask).collect();
        let mut sums = Spread::new();
        for (column, bytes) in said.iter().flat_map(|(spread, _)| spread) {
            *sums.entry(*column).or_default() += bytes;
        }
        (sums, said.iter().map(|(_, size)| size).sum::<u64>(), said.len() as u64)
    };
    let (large, _, asked) = sum(&sample.large);
    let (even, of, also) = sum(&sample.even);
    let all: u64 = sizes.iter().sum();
    let of_large: u64 = sample.large.iter().filter_map(|at| sizes.get(*at)).sum();
    let found = |column: usize| {
        let own = large.get(&column).copied().unwrap_or(0);
        own + scaled(even.get(&column).copied().unwrap_or(0), all - of_large, of)
    };
    let columns = names.iter().enumerate().map(|(column, name)| (name.clone(), found(column)));
    let asked = asked + also;
    let columns = columns.filter(|_| asked > 0).collect();
    ColumnWeights { columns, asked, files: files.len() as u64, bytes: all }
}

/// Bytes by the number of the column.
type Spread = BTreeMap<usize, u64>;

/// The bytes of a file's columns, by the column of the schema that each belongs to.
fn spread(file: &DataFile, bytes: &[u64], columns: &HashMap<i32, usize>) -> Spread {
    let places = file.fields.iter().zip(file.column_indices.iter());
    let fields: HashMap<i32, i32> = places.map(|(field, at)| (*at, *field)).collect();
    let (mut spread, mut column) = (Spread::new(), None);
    for (at, bytes) in (0..).zip(bytes) {
        // One that no field names goes on with the field before: some have several.
        if let Some(field) = fields.get(&at) {
            column = columns.get(field).copied();
        }
        if let Some(column) = column {
            *spread.entry(column).or_default() += bytes;
        }
    }
    spread
}

/// What a part says of the whole.
fn scaled(bytes: u64, whole: u64, part: u64) -> u64 {
    let scaled = u128::from(bytes) * u128::from(whole) / u128::from(part.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_speak_for_themselves_and_of_many_the_largest_do() {
        assert_eq!(Sample::of(&[3, 1, 2], 3), Sample { large: vec![0, 1, 2], even: vec![] });
        let sizes = [1, 1, 9, 1, 1, 8, 1, 1, 1, 1];
        assert_eq!(Sample::of(&sizes, 4), Sample { large: vec![2, 5], even: vec![0, 6] });
        let all = Sample::of(&vec![1; 10_000], MOST_ASKED);
        assert_eq!((all.large.len(), all.even.len()), (256, 256));
        assert!(all.even.is_sorted() && all.even[255] > 9_900, "they lie evenly: {:?}", all.even);
    }

    #[test]
    fn a_part_is_scaled_to_the_whole_whatever_its_size() {
        assert_eq!((scaled(10, 100, 50), scaled(10, 100, 0), scaled(0, 7, 3)), (20, 1000, 0));
        assert_eq!(scaled(u64::MAX, u64::MAX, 1), u64::MAX);
    }
}
