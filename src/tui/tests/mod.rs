//! The explorer as a whole: the real loop on real topics, and the program in a real terminal.

mod fake;
mod flows;
mod foreign;
mod hostile;
mod leaving;
mod pty;
mod random;
mod reading;
mod travel;
mod values;
mod watched;
