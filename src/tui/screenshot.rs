//! Writes a picture of the screen into a file of its own, in the working directory.

use std::io::Write;
use std::path::Path;

use super::data::Fault;
use super::event::Answer;
use crate::files::{self, Target};

/// Names that are tried: of one second there are not more pictures.
const NAMES: u32 = 100;

/// Writes it; where the name is taken, a number comes behind it. The file is complete or not there.
pub(super) async fn write(svg: String, stem: String) -> Result<Answer, Fault> {
    let written = tokio::task::spawn_blocking(move || in_folder(Path::new(""), &svg, &stem)).await;
    let file = written.map_err(|_| Fault::new("the picture could not be written"))??;
    let here = std::env::current_dir().unwrap_or_default();
    Ok(Answer::Pictured(here.join(file).display().to_string()))
}

fn in_folder(folder: &Path, svg: &str, stem: &str) -> Result<String, Fault> {
    for number in 1..=NAMES {
        let name = if number == 1 { format!("{stem}.svg") } else { format!("{stem}-{number}.svg") };
        match create(&folder.join(&name), svg) {
            Ok(()) => return Ok(name),
            Err(files::Fault::Exists(_)) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Err(Fault::new(format!("{NAMES} files begin with {stem} already")))
}

fn create(path: &Path, svg: &str) -> Result<(), files::Fault> {
    let target = Target::of(path, false)?;
    target.open()?.write_all(svg.as_bytes()).map_err(files::Fault::Output)?;
    target.complete().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_picture_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["one", "two", "three"].map(|svg| in_folder(folder.path(), svg, "a").unwrap());
        assert_eq!(names, ["a.svg", "a-2.svg", "a-3.svg"]);
        for (name, text) in names.iter().zip(["one", "two", "three"]) {
            assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else is left");
    }

    #[test]
    fn a_folder_that_takes_no_file_is_named() {
        let fault = in_folder(Path::new("/proc/none"), "x", "a").unwrap_err();
        assert!(fault.message.starts_with("could not write /proc/none/a.svg: "), "{fault:?}");
    }
}
