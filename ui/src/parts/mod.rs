//! The pieces that screens are made of, each with an accessible name and one look.
//!
//! They know colours and egui, not what they are used for.

pub(crate) mod button;
mod choice;
pub(crate) mod field;
pub(crate) mod icon;
mod marks;
pub(crate) mod presence;
mod progress;
mod qr;
pub(crate) mod text;
pub(crate) mod theirs;
pub(crate) mod when;

pub(crate) use button::{Kind, button, icon_button};
pub(crate) use choice::{check, choice};
pub(crate) use icon::Icon;
pub(crate) use marks::marks;
pub(crate) use progress::progress;
pub(crate) use qr::qr;
