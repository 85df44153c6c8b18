//! The dialog over everything: which one, and what is being typed into it.

/// A dialog.
pub(crate) enum Dialog {}
