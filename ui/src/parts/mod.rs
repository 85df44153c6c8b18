//! The pieces that screens are made of, each with an accessible name and one look.
//!
//! They know colours and egui, not what they are used for.

pub(crate) mod badge;
pub(crate) mod button;
pub(crate) mod emoji;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod presence;
pub(crate) mod prose;
pub(crate) mod roll;
pub(crate) mod text;
pub(crate) mod when;

pub(crate) use button::{Kind, button, icon_button};
pub(crate) use icon::Icon;
