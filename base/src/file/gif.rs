//! A GIF, which moves: taken apart into its blocks and put together from those that a picture needs, which are its
//! colours, its frames, their timing, and that it goes round. What else it came with (comments, places, what stands
//! behind its end) is left out.

use super::kind::Kind;
use super::picture::{PIXELS_MAX, Picture, SIDE_MAX};

const BROKEN: &str = "refusal-file-broken";

/// What is still to be read, and what is kept.
struct Blocks<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
}

/// Makes a GIF anew; the key of a sentence on why not.
pub(super) fn again(bytes: &[u8]) -> Result<Picture, &'static str> {
    let mut blocks = Blocks { rest: bytes, out: Vec::with_capacity(bytes.len()) };
    let (width, height) = blocks.head().ok_or(BROKEN)?;
    if width.max(height) > SIDE_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err("refusal-file-large");
    }
    let mut has_frame = false;
    // Some end without saying so.
    while let Some(begins) = blocks.take(1).map(|begins| begins[0]).filter(|begins| *begins != b';') {
        match begins {
            b',' => blocks.frame().ok_or(BROKEN)?,
            b'!' => blocks.extension().ok_or(BROKEN)?,
            _ => return Err(BROKEN),
        }
        has_frame |= begins == b',';
    }
    blocks.out.push(b';');
    if has_frame { Ok(Picture { kind: Kind::Gif, bytes: blocks.out, width, height }) } else { Err(BROKEN) }
}

impl<'a> Blocks<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn keep(&mut self, length: usize) -> Option<&'a [u8]> {
        let kept = self.take(length)?;
        self.out.extend_from_slice(kept);
        Some(kept)
    }

    /// The sign, the size of the whole, and the colours that its frames share.
    fn head(&mut self) -> Option<(u32, u32)> {
        let head = self.keep(13)?;
        self.colours(head[10])?;
        let number = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]));
        Some((number(6), number(8)))
    }

    fn colours(&mut self, flags: u8) -> Option<()> {
        if flags & 0x80 != 0 {
            self.keep(3 << ((flags & 7) + 1))?;
        }
        Some(())
    }

    fn frame(&mut self) -> Option<()> {
        self.out.push(b',');
        let place = self.keep(9)?;
        self.colours(place[8])?;
        self.keep(1)?;
        while self.keep(1)?[0] != 0 {
            let length = self.out.last().copied()?;
            self.keep(length.into())?;
        }
        Some(())
    }

    /// Keeps how long a frame stands, and that all of them go round.
    fn extension(&mut self) -> Option<()> {
        let label = self.take(1)?[0];
        let mut parts = Vec::new();
        loop {
            let length = self.take(1)?[0];
            if length == 0 {
                break;
            }
            parts.push(self.take(length.into())?);
        }
        let kept = match (label, parts.as_slice()) {
            (0xf9, [timing, ..]) if timing.len() == 4 => &parts[..1],
            (0xff, [b"NETSCAPE2.0", round, ..]) if round.len() == 3 => &parts[..2],
            _ => return Some(()),
        };
        self.out.extend([b'!', label]);
        for part in kept {
            self.out.push(u8::try_from(part.len()).ok()?);
            self.out.extend_from_slice(part);
        }
        self.out.push(0);
        Some(())
    }
}
