//! Two programs on calls.
