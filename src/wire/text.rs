//! Texts that travel, checked once: a message and a contact request.
//!
//! It does not neutralise them for display ([`crate::name::neutralised`]): bytes are kept as they were written.

use super::limits::{MESSAGE_BYTES, REQUEST_BYTES, REQUEST_CHARS};

/// A message of 1 to [`MESSAGE_BYTES`] bytes of any Unicode text.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText(String);

/// What somebody says of themselves when they ask to be a contact; may be empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestText(String);

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing to send.
    #[error("the text is empty")]
    Empty,
    /// Over the limit.
    #[error("the text is too long")]
    TooLong,
}

impl MessageText {
    /// Checks the length.
    pub fn new(text: String) -> Result<Self, TextError> {
        match text.len() {
            0 => Err(TextError::Empty),
            n if n > MESSAGE_BYTES => Err(TextError::TooLong),
            _ => Ok(Self(text)),
        }
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RequestText {
    /// Checks the length in characters and in bytes.
    pub fn new(text: String) -> Result<Self, TextError> {
        // Bytes first: they bound the work of counting characters.
        if text.len() > REQUEST_BYTES || text.chars().count() > REQUEST_CHARS {
            return Err(TextError::TooLong);
        }
        Ok(Self(text))
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for MessageText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageText([{} bytes])", self.0.len())
    }
}

impl std::fmt::Debug for RequestText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestText([{} bytes])", self.0.len())
    }
}
