//! A record as the lines of a tree: which values are unfolded, and what each line says.
//!
//! ```text
//!   id         "t-48120"
//! ▸ usage      {input: 775, output: 146}
//! ▾ embedding  64 × f32  ‖1.00‖  ▃▁▂▇▅▂▁▃
//!      0  -0.2158  -0.0481   0.1780
//! ```

mod folds;
mod json;
mod line;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use folds::{Folds, Path};
pub(crate) use line::{Sign, Spot, TreeLine};
pub(crate) use tree::{Laid, Shown, outline};
