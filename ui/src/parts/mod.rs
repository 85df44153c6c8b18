//! The pieces that screens are made of, each with an accessible name and one look.
//!
//! They know colours and egui, not what they are used for.

pub(crate) mod badge;
mod bidi;
pub(crate) mod button;
pub(crate) mod bytes;
mod card;
mod choice;
pub(crate) mod emoji;
pub(crate) mod field;
pub(crate) mod icon;
mod marks;
pub(crate) mod picture;
pub(crate) mod presence;
mod progress;
pub(crate) mod prose;
mod qr;
pub(crate) mod roll;
pub(crate) mod text;
pub(crate) mod theirs;
mod tile;
pub(crate) mod when;

pub(crate) use button::{Kind, button, icon_button};
pub(crate) use card::card;
pub(crate) use choice::{check, choice};
pub(crate) use icon::Icon;
pub(crate) use marks::marks;
pub(crate) use progress::progress;
pub(crate) use qr::qr;
pub(crate) use tile::tile;
