//! A whole call on a virtual clock, against what the issue asks for.
