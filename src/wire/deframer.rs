//! Cuts the bytes of successive records into frames, however the records divide them, in bounded memory.
//!
//! It does not know what a frame means, and gives nothing more after the first error.

use super::frame::{Frame, Header, WireError};
use super::limits::{FRAME_BYTES, RECORD_BYTES};

/// Cuts a stream of bytes into frames; holds at most one frame and what was pushed last.
#[derive(Default)]
pub struct Deframer {
    /// Bytes not yet given out, after `read` bytes that were.
    buffer: Vec<u8>,
    read: usize,
    /// Bytes still to come of a frame that is skipped; they never enter the buffer.
    skip: usize,
    failed: Option<WireError>,
}

impl Deframer {
    /// Takes the bytes of one record. Call [`Deframer::next`] until it gives `None` before the next record.
    ///
    /// # Errors
    /// The error that ended the stream, or [`WireError::Overflow`] when earlier frames were not taken out.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let kept = bytes.get(self.skip..).unwrap_or_default();
        self.skip -= bytes.len() - kept.len();
        if self.buffer.len() + kept.len() > BUFFER_BYTES {
            return Err(self.fail(WireError::Overflow));
        }
        self.buffer.extend_from_slice(kept);
        Ok(())
    }

    /// The next whole frame, if there is one.
    ///
    /// # Errors
    /// The bytes are no frames; every later call gives the same error.
    #[expect(clippy::should_implement_trait, reason = "an error ends the stream, so this is not an iterator")]
    pub fn next(&mut self) -> Result<Option<Frame>, WireError> {
        match self.failed {
            Some(error) => Err(error),
            None => self.cut().map_err(|error| self.fail(error)),
        }
    }

    /// Whether everything pushed was whole frames and has been taken out, as must be where the keys change.
    pub fn is_between_frames(&self) -> bool {
        self.skip == 0 && self.read == self.buffer.len()
    }

    fn cut(&mut self) -> Result<Option<Frame>, WireError> {
        loop {
            let unread = self.buffer.get(self.read..).unwrap_or_default();
            let Some((header, rest)) = unread.split_first_chunk() else { break };
            let header = Header::parse(*header)?;
            if header.is_skipped() {
                let here = header.length.min(rest.len());
                self.skip = header.length - here;
                self.read += Header::BYTES + here;
                continue;
            }
            let Some(body) = rest.get(..header.length) else { break };
            let frame = Frame::decode(header.kind, body)?;
            self.read += Header::BYTES + header.length;
            return Ok(Some(frame));
        }
        self.tidy();
        Ok(None)
    }

    /// Forgets what was given out, and gives the memory of a long message back: most sessions are idle most of the time.
    fn tidy(&mut self) {
        self.buffer.drain(..self.read);
        self.read = 0;
        if self.buffer.is_empty() {
            self.buffer.shrink_to(IDLE_BYTES);
        }
    }

    fn fail(&mut self, error: WireError) -> WireError {
        *self = Self { failed: Some(error), ..Self::default() };
        error
    }
}

/// The most that is ever held: one incomplete frame and one record.
const BUFFER_BYTES: usize = Header::BYTES + FRAME_BYTES + RECORD_BYTES;
/// What an idle session keeps, so that short messages do not allocate.
const IDLE_BYTES: usize = 1024;

#[cfg(test)]
impl Deframer {
    /// Bytes held, given out or not.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Memory taken.
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }
}
