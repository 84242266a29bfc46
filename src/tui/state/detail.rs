//! The detail pane: one record in full, as a tree in which a cursor moves.

use super::outline::{Folds, Laid, Path, Shown, Sign, TreeLine, outline};
use super::pictures::Pictures;
use super::scroll::Scroll;
use crate::tui::data::{Colours, Encoded, Fault, Frame, Thumbnail, Whole};
use crate::tui::effect::RecordId;
use crate::tui::input::Motion;

/// What the pane shows, and what it should show.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    /// Whether it was asked for where there is no room for it beside the table.
    pub(crate) open: bool,
    /// The record whose load was last begun.
    pub(crate) wanted: Option<RecordId>,
    /// The record that is there; it stays until the wanted one arrives, so that nothing flickers.
    pub(crate) shown: Option<(RecordId, Result<Whole, Fault>)>,
    /// Which values are unfolded: the same in each record.
    pub(crate) folds: Folds,
    /// The line of the cursor, and the first line in view.
    pub(crate) scroll: Scroll,
    /// Whether the record is shown as JSON.
    pub(crate) is_json: bool,
    /// How much of the JSON of each field is shown.
    json_folds: Folds,
    /// The column whose value is being read.
    pub(crate) reading: Option<String>,
    /// The lines, as the folds and the width have them.
    pub(crate) lines: Vec<TreeLine>,
    /// Where there are pictures in the record, and what is there of them.
    found: Vec<Path>,
    pub(crate) pictures: Pictures,
    /// The width that the lines are made for; none where they are to be made anew.
    laid_out: Option<u16>,
}

impl Detail {
    /// Takes the record that was wanted; the cursor stays on its field.
    pub(crate) fn show(&mut self, result: Result<Whole, Fault>) {
        let Some(wanted) = &self.wanted else { return };
        self.shown = Some((wanted.clone(), result));
        self.reading = None;
        self.pictures.forget();
        self.laid_out = None;
    }

    /// Asks for another record: what is being read of this one is given up.
    pub(crate) fn want(&mut self, record: RecordId) {
        self.wanted = Some(record);
        self.pictures.give_up();
        self.stop_reading();
    }

    /// Forgets the record, so that it is read again.
    pub(crate) fn forget(&mut self) {
        self.wanted = None;
    }

    /// Leaves the record; what is unfolded stays so for the next.
    pub(crate) fn leave(&mut self) {
        let (folds, json_folds) =
            (std::mem::take(&mut self.folds), std::mem::take(&mut self.json_folds));
        *self = Self { folds, json_folds, is_json: self.is_json, ..Self::default() };
    }

    /// The record that is there, where it could be read.
    pub(crate) fn record(&self) -> Option<(&RecordId, &Whole)> {
        match &self.shown {
            Some((id, Ok(record))) => Some((id, record)),
            _ => None,
        }
    }

    /// Makes the lines anew where something changed, and brings the cursor into them and into view.
    pub(crate) fn fit(&mut self, width: u16, height: u64, colours: Option<Colours>) {
        if self.pictures.fit(width, colours) {
            self.laid_out = None;
        }
        if self.laid_out != Some(width) {
            let at = self.line().map(|line| (line.path.clone(), line.part));
            self.lay_out(width);
            if let Some(place) = at.and_then(|(path, part)| self.nearest(&path, part)) {
                self.scroll.selected = place;
            }
        }
        self.scroll.fit(height, self.lines.len() as u64);
    }

    fn lay_out(&mut self, width: u16) {
        let (folds, reading) = (self.unfolded(), self.reading.as_deref());
        let shown = Shown { folds, pictures: &self.pictures, is_json: self.is_json, reading };
        let laid = self.record().map(|(_, record)| outline(record, shown, width));
        let Laid { lines, pictures } = laid.unwrap_or_default();
        (self.lines, self.found) = (lines, pictures);
        self.laid_out = Some(width);
    }

    fn unfolded(&self) -> &Folds {
        if self.is_json { &self.json_folds } else { &self.folds }
    }

    fn unfolded_mut(&mut self) -> &mut Folds {
        if self.is_json { &mut self.json_folds } else { &mut self.folds }
    }

    /// The value at the cursor that was not read with its record, and its bytes.
    pub(crate) fn unread(&self) -> Option<(&RecordId, &str, u64)> {
        let ((id, record), line) = (self.record()?, self.line()?);
        let [column] = &*line.path else { return None };
        Some((id, column, record.unread_bytes(column)?))
    }

    /// Notes that a value is being read.
    pub(crate) fn begin_reading(&mut self, column: String) {
        self.reading = Some(column);
        self.laid_out = None;
    }

    /// Notes that nothing is being read any more.
    pub(crate) fn stop_reading(&mut self) {
        self.reading = None;
        self.laid_out = None;
    }

    /// Takes the value that was being read, and unfolds it.
    pub(crate) fn fill(&mut self, part: &Whole) {
        let column = self.reading.take();
        if let (Some(column), Some((_, Ok(record)))) = (column, &mut self.shown) {
            record.fill(part);
            self.folds.show(&Path::from([column]));
        }
        self.laid_out = None;
    }

    /// Shows the record as JSON, or as a tree again; the cursor stays at its field.
    pub(crate) fn turn_to_json(&mut self) {
        self.is_json = !self.is_json;
        self.laid_out = None;
    }

    /// Shows the text at the cursor in hexadecimal, or as text again; bytes are always in hexadecimal.
    pub(crate) fn turn_to_hex(&mut self) {
        let Some(path) = self.line().map(|line| line.path.clone()) else { return };
        match self.record().and_then(|(_, record)| record.is_text(&path)) {
            Some(true) => self.folds.turn_to_hex(&path),
            Some(false) => return self.toggle(),
            None => {}
        }
        self.laid_out = None;
    }

    /// The next picture of which a preview is to be made, as long as nobody has gone on to another record.
    pub(crate) fn begin_picture(&mut self) -> Option<(Encoded, Frame)> {
        let (path, frame) = self.pictures.next(&self.found)?;
        let (_, record) = self.record().filter(|(id, _)| self.wanted.as_ref() == Some(*id))?;
        let encoded = record.encoded_at(&path)?;
        self.pictures.begin(path);
        Some((encoded, frame))
    }

    /// Takes the preview that was being made.
    pub(crate) fn take_picture(&mut self, made: Result<Thumbnail, String>) {
        if self.pictures.take(made) {
            self.laid_out = None;
        }
    }

    /// The line of a value with this number, or the one that is nearest before it.
    fn find(&self, path: &[String], part: usize) -> Option<u64> {
        let lines = self.lines.iter().enumerate();
        let mut own = lines.filter(|(_, line)| *line.path == *path && line.part <= part);
        own.next_back().map(|(number, _)| number as u64)
    }

    /// The same; where the value is not shown, the line of what it lies in.
    fn nearest(&self, path: &[String], part: usize) -> Option<u64> {
        let outer = path.get(..1).filter(|outer| outer.len() < path.len());
        self.find(path, part).or_else(|| self.find(outer?, 0))
    }

    /// The line of the cursor.
    pub(crate) fn line(&self) -> Option<&TreeLine> {
        self.lines.get(usize::try_from(self.scroll.selected).ok()?)
    }

    /// Moves the cursor.
    pub(crate) fn step(&mut self, motion: Motion, height: u64) {
        match motion {
            Motion::Left => self.fold(),
            Motion::Right => self.unfold(),
            _ => self.scroll.step(motion, height, self.lines.len() as u64),
        }
    }

    /// Unfolds what is folded, shows more of what is cut, folds what is unfolded.
    pub(crate) fn toggle(&mut self) {
        match self.sign() {
            Sign::Open => self.fold(),
            _ => self.unfold(),
        }
    }

    /// What unfolding does at the cursor.
    pub(crate) fn sign(&self) -> Sign {
        match self.line() {
            Some(line) if line.sign == Sign::More => Sign::More,
            Some(line) => self.sign_of(&line.path),
            None => Sign::None,
        }
    }

    fn sign_of(&self, path: &[String]) -> Sign {
        let first = self.lines.iter().find(|line| *line.path == *path && line.part == 0);
        first.map_or(Sign::None, |line| line.sign)
    }

    fn unfold(&mut self) {
        let Some(path) = self.line().map(|line| line.path.clone()) else { return };
        match self.sign() {
            Sign::None => {}
            Sign::Open => self.scroll.selected += 1,
            Sign::Shut => {
                self.unfolded_mut().open(&path);
                self.laid_out = None;
            }
            Sign::More => {
                // A text that is folded ends with such a line, too.
                self.unfolded_mut().open(&path);
                // The cursor keeps its line, where what was hidden begins.
                self.lay_out(self.laid_out.unwrap_or_default());
            }
        }
    }

    /// Folds the value of the cursor; where there is nothing to fold, goes to what it lies in.
    fn fold(&mut self) {
        let Some(path) = self.line().map(|line| line.path.clone()) else { return };
        let is_open = self.sign_of(&path) == Sign::Open;
        let outer = path.split_last().map(|(_, outer)| outer).unwrap_or_default();
        if let Some(first) = self.find(if is_open { &path } else { outer }, 0) {
            self.scroll.selected = first;
        }
        if is_open {
            self.unfolded_mut().shut(&path);
            self.laid_out = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray};

    use super::*;

    const HEIGHT: u64 = 10;

    fn record(items: i32) -> Whole {
        let id: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(
            (0..items).map(Some),
        )]));
        let text: ArrayRef = Arc::new(StringArray::from(vec!["word ".repeat(500)]));
        let columns = [("id", id), ("list", list), ("text", text)];
        Whole::of_row(&RecordBatch::try_from_iter(columns).unwrap(), false)
    }

    fn take(detail: &mut Detail, offset: u64, record: Whole) {
        let topic = "t".parse().unwrap();
        detail.wanted = Some(RecordId { topic, bucket: 0, offset, version: None });
        detail.show(Ok(record));
        detail.fit(40, HEIGHT, None);
    }

    fn detail(items: i32) -> Detail {
        let mut detail = Detail::default();
        take(&mut detail, 0, record(items));
        detail
    }

    fn step(detail: &mut Detail, motions: &[Motion]) {
        for motion in motions {
            detail.step(*motion, HEIGHT);
            detail.fit(40, HEIGHT, None);
        }
    }

    fn at(detail: &Detail) -> Vec<String> {
        detail.line().unwrap().path.to_vec()
    }

    #[test]
    fn what_is_unfolded_and_the_cursor_stay_from_record_to_record() {
        let mut detail = detail(5);
        step(&mut detail, &[Motion::Down, Motion::Right, Motion::Down, Motion::Down]);
        assert_eq!(at(&detail), ["list", "1"]);
        take(&mut detail, 1, record(9));
        assert_eq!(at(&detail), ["list", "1"]);
        assert_eq!(detail.lines.iter().filter(|line| line.path.len() == 2).count(), 9);
        detail.leave();
        take(&mut detail, 0, record(3));
        assert_eq!(detail.lines.iter().filter(|line| line.path.len() == 2).count(), 3);
    }

    #[test]
    fn left_goes_out_and_folds() {
        let mut detail = detail(5);
        step(&mut detail, &[Motion::Down, Motion::Right, Motion::Right, Motion::Down]);
        assert_eq!(at(&detail), ["list", "1"]);
        step(&mut detail, &[Motion::Left]);
        assert_eq!((at(&detail), detail.sign()), (vec!["list".into()], Sign::Open));
        step(&mut detail, &[Motion::Left]);
        assert_eq!((at(&detail), detail.sign()), (vec!["list".into()], Sign::Shut));
        step(&mut detail, &[Motion::Left]);
        assert_eq!(at(&detail), ["list"]);
    }

    #[test]
    fn more_of_a_list_begins_where_the_cursor_stands() {
        let mut detail = detail(50);
        step(&mut detail, &[Motion::Down, Motion::Right]);
        detail.scroll.selected = 22;
        assert_eq!(detail.sign(), Sign::More);
        detail.toggle();
        detail.fit(40, HEIGHT, None);
        assert_eq!(at(&detail), ["list", "20"]);
    }

    #[test]
    fn a_long_text_unfolds_and_folds_from_any_of_its_lines() {
        let mut detail = detail(0);
        step(&mut detail, &[Motion::Down, Motion::Down, Motion::Down]);
        let folded = detail.lines.len();
        detail.toggle();
        detail.fit(40, HEIGHT, None);
        assert!(detail.lines.len() > folded + 40);
        step(&mut detail, &[Motion::PageDown, Motion::PageDown]);
        detail.toggle();
        detail.fit(40, HEIGHT, None);
        assert_eq!((detail.lines.len(), detail.sign()), (folded, Sign::Shut));
        assert!(detail.scroll.selected < folded as u64);
    }

    #[test]
    fn a_pane_without_a_record_can_be_moved_in() {
        let mut detail = Detail::default();
        step(&mut detail, &[Motion::Right, Motion::Left, Motion::End, Motion::Down]);
        detail.toggle();
        detail.fit(40, HEIGHT, None);
        assert_eq!(detail.sign(), Sign::None);
    }
}
