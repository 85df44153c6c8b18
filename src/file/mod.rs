//! Files on their way: cleaned before they leave, cut into blocks, put together again.

pub mod clean;
