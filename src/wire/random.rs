//! Randomness as an argument, so that logic can be replayed.
//!
//! It does not choose the source: the engine hands in the operating system's, tests a seeded one.

/// A source of random bytes. Only a cryptographically secure one may feed a session.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}
