//! The explorer as a whole: the real loop on real topics, and the program in a real terminal.

mod flows;
mod pty;
mod reading;
mod travel;
mod watched;
