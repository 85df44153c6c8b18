//! GIF (89a): keeps screen, colours, frames with their timing, and how often the film is repeated.

use super::pieces::Pieces;
use super::{Found, Removed, Why, xmp};

/// See [`super::Cleaner`].
pub(super) fn clean(bytes: &[u8], found: &mut Found) -> Result<Vec<u8>, Why> {
    let mut film = Film { rest: Pieces(bytes), out: Vec::with_capacity(bytes.len()), control: None, found };
    film.screen()?;
    let mut frames = 0;
    loop {
        match film.rest.byte()? {
            FRAME => {
                frames += 1;
                film.frame()?;
            }
            EXTENSION => film.extension()?,
            END => break,
            _ => return Err(Why::Damaged),
        }
    }
    if frames == 0 {
        return Err(Why::Damaged);
    }
    film.out.push(END);
    if !film.rest.is_empty() {
        film.found.remove(Removed::Appended);
    }
    Ok(film.out)
}

struct Film<'a> {
    rest: Pieces<'a>,
    out: Vec<u8>,
    /// The timing of the frame to come.
    control: Option<&'a [u8]>,
    found: &'a mut Found,
}

impl<'a> Film<'a> {
    fn screen(&mut self) -> Result<(), Why> {
        let head = self.rest.take(13)?;
        let [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', _, _, _, _, flags, ..] = head else {
            return Err(Why::Damaged);
        };
        self.out.extend(head);
        self.colours(*flags)
    }

    /// A table of colours, if the flags say that there is one.
    fn colours(&mut self, flags: u8) -> Result<(), Why> {
        if flags & 0x80 != 0 {
            self.out.extend(self.rest.take(3 << ((flags & 7) + 1))?);
        }
        Ok(())
    }

    fn frame(&mut self) -> Result<(), Why> {
        if let Some(control) = self.control.take() {
            self.out.extend([EXTENSION, CONTROL, 4]);
            self.out.extend(control);
            self.out.push(0);
        }
        let place = self.rest.take(9)?;
        self.out.push(FRAME);
        self.out.extend(place);
        self.colours(place.last().copied().unwrap_or_default())?;
        self.out.push(self.rest.byte()?);
        loop {
            let block = self.block()?;
            self.out.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
            self.out.extend(block);
            if block.is_empty() {
                return Ok(());
            }
        }
    }

    fn extension(&mut self) -> Result<(), Why> {
        let label = self.rest.byte()?;
        let first = self.block()?;
        match (label, first) {
            (CONTROL, control) if control.len() == 4 => {
                self.control = Some(control);
                self.end()
            }
            (APPLICATION, b"NETSCAPE2.0" | b"ANIMEXTS1.0") => self.repeats(first),
            (APPLICATION, [b'X', b'M', b'P', b' ', ..]) => self.packet(),
            (label, _) => {
                self.found.remove(match (label, first) {
                    (COMMENT, _) => Removed::Comment,
                    (APPLICATION, [b'I', b'C', b'C', ..]) => Removed::ColourProfile,
                    _ => Removed::Other,
                });
                if label == TEXT {
                    // Its timing goes with it.
                    self.control = None;
                }
                if first.is_empty() { Ok(()) } else { self.end() }
            }
        }
    }

    /// How often the film is repeated, without what else the extension may hold.
    fn repeats(&mut self, name: &[u8]) -> Result<(), Why> {
        match self.block()? {
            [] => Ok(()),
            [1, low, high] => {
                self.out.extend([EXTENSION, APPLICATION, 11]);
                self.out.extend(name);
                self.out.extend([3, 1, *low, *high, 0]);
                self.end()
            }
            _ => {
                self.found.remove(Removed::Other);
                self.end()
            }
        }
    }

    /// A packet of XMP: not cut into blocks, but followed by bytes that lead a reader of blocks to its end.
    fn packet(&mut self) -> Result<(), Why> {
        let start = self.rest.0;
        self.end()?;
        let packet = start.get(..start.len() - self.rest.0.len()).unwrap_or_default();
        xmp::read(packet, self.found);
        Ok(())
    }

    /// The blocks up to the end of an extension.
    fn end(&mut self) -> Result<(), Why> {
        while !self.block()?.is_empty() {}
        Ok(())
    }

    fn block(&mut self) -> Result<&'a [u8], Why> {
        let length = self.rest.byte()?;
        self.rest.take(usize::from(length))
    }
}

const FRAME: u8 = 0x2c;
const EXTENSION: u8 = 0x21;
const END: u8 = 0x3b;
const TEXT: u8 = 0x01;
const CONTROL: u8 = 0xf9;
const COMMENT: u8 = 0xfe;
const APPLICATION: u8 = 0xff;
