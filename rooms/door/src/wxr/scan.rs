//! Cuts XML into its pieces, whatever state it is in. Exports in the wild have lost end tags, nested CDATA, stray `<`
//! and `&`, bytes that are no UTF-8, and fields as long as somebody liked. A strict parser gives up at the first of
//! these, and none bounds the length of one piece; so this one never says no, and keeps [`PIECE_BYTES_MAX`] of any
//! piece at most.

use std::io::{BufRead, Result};

/// Bytes kept of one piece; the rest is read past.
pub(super) const PIECE_BYTES_MAX: usize = 4 << 20;

/// One piece. What is inside is as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text with its entities.
    Text(&'a [u8]),
    CData(&'a [u8]),
    /// What stands between `<` and `>`.
    Open(&'a [u8]),
    /// The name between `</` and `>`.
    Close(&'a [u8]),
}

#[derive(Debug)]
pub(super) struct Scan<R> {
    from: R,
    piece: Vec<u8>,
    is_in_tag: bool,
    /// Bytes read so far.
    pub at: u64,
    /// The last piece was longer than is kept.
    pub was_cut: bool,
}

impl<R: BufRead> Scan<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, piece: Vec::new(), is_in_tag: false, at: 0, was_cut: false }
    }

    /// The next piece; `None` at the end, and where the file breaks off inside a tag.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>> {
        loop {
            self.piece.clear();
            self.was_cut = false;
            if !self.is_in_tag {
                self.is_in_tag = self.read_to(b"<")?;
                if !self.is_in_tag && self.piece.is_empty() {
                    return Ok(None);
                }
                if !self.piece.is_empty() {
                    return Ok(Some(Piece::Text(&self.piece)));
                }
            }
            self.is_in_tag = false;
            if !self.read_tag()? {
                return Ok(None);
            }
            match self.piece.first() {
                Some(b'!') if self.piece.starts_with(CDATA) => {
                    return Ok(Some(Piece::CData(&self.piece[CDATA.len()..])));
                }
                Some(b'!' | b'?') => {}
                Some(b'/') => return Ok(Some(Piece::Close(self.piece[1..].trim_ascii()))),
                Some(first) if first.is_ascii_alphabetic() => return Ok(Some(Piece::Open(&self.piece))),
                _ => {
                    // A `<` that begins no tag is a sign in somebody's sentence.
                    self.piece.insert(0, b'<');
                    self.piece.push(b'>');
                    return Ok(Some(Piece::Text(&self.piece)));
                }
            }
        }
    }

    /// Reads what follows a `<` to the end that its beginning asks for.
    fn read_tag(&mut self) -> Result<bool> {
        if !self.read_to(b">")? {
            return Ok(false);
        }
        if self.piece.starts_with(CDATA) {
            return self.read_on(b"]]>", CDATA.len());
        }
        if self.piece.starts_with(b"!--") { self.read_on(b"-->", 1) } else { Ok(true) }
    }

    /// Reads on until the piece ends in `end`, which ends in `>`; one was just read past. `from` is where an end may
    /// begin.
    fn read_on(&mut self, end: &[u8], from: usize) -> Result<bool> {
        let rest = &end[..end.len() - 1];
        while self.piece.len() < from + rest.len() || !self.piece.ends_with(rest) {
            self.keep(b">");
            if !self.read_to(b">")? {
                return Ok(false);
            }
        }
        self.piece.truncate(self.piece.len() - rest.len());
        Ok(true)
    }

    /// Reads to a byte and past it, without keeping it; `false` when the file ends first.
    fn read_to(&mut self, end: &[u8; 1]) -> Result<bool> {
        loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let found = memchr::memchr(end[0], buffer);
            let (kept, used) = found.map_or((buffer.len(), buffer.len()), |at| (at, at + 1));
            self.was_cut |= keep(&mut self.piece, &buffer[..kept]);
            self.from.consume(used);
            self.at += used as u64;
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.was_cut |= keep(&mut self.piece, bytes);
    }
}

const CDATA: &[u8] = b"![CDATA[";
/// Bytes at the end of a full piece that are replaced by what is read last, so that its end is still seen.
const TAIL: usize = 2;

/// Appends while there is room, and then lets only the last bytes through; says whether something was dropped.
fn keep(piece: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let space = PIECE_BYTES_MAX.saturating_sub(piece.len());
    let (fits, rest) = bytes.split_at(bytes.len().min(space));
    piece.extend_from_slice(fits);
    if rest.is_empty() {
        return false;
    }
    let tail: Vec<u8> = [&piece[piece.len() - TAIL..], rest].concat();
    piece.truncate(piece.len() - TAIL);
    piece.extend_from_slice(&tail[tail.len() - TAIL..]);
    true
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The pieces, however small the buffer they are read through.
    fn pieces(xml: &[u8]) -> Vec<String> {
        let through = |capacity| {
            let mut scan = Scan::new(BufReader::with_capacity(capacity, xml));
            let mut out = Vec::new();
            while let Some(piece) = scan.next().unwrap() {
                let (kind, inside) = match piece {
                    Piece::Text(inside) => ("text", inside),
                    Piece::CData(inside) => ("cdata", inside),
                    Piece::Open(inside) => ("open", inside),
                    Piece::Close(inside) => ("close", inside),
                };
                out.push(format!("{kind} {}", String::from_utf8_lossy(inside)));
            }
            out
        };
        let pieces = through(4096);
        assert_eq!(through(1), pieces);
        assert_eq!(through(3), pieces);
        pieces
    }

    #[test]
    fn it_cuts_what_is_well_formed() {
        assert_eq!(
            pieces(b"<?xml?><a b='c'>d<!-- e > f --><g/></a >"),
            ["open a b='c'", "text d", "open g/", "close a"]
        );
        assert_eq!(
            pieces(b"<![CDATA[a > b ]] c]]><![CDATA[]]><![CDATA[>]]>"),
            ["cdata a > b ]] c", "cdata ", "cdata >"]
        );
    }

    #[test]
    fn it_goes_on_through_what_is_not() {
        assert_eq!(pieces(b"a < b & c > d"), ["text a ", "text < b & c >", "text  d"]);
        assert_eq!(pieces(b"<a><b"), ["open a"]);
        assert_eq!(pieces(b"<a><![CDATA[never ends > x"), ["open a"]);
        assert_eq!(pieces(b"<><!><?><a>"), ["text <>", "open a"]);
        assert_eq!(pieces(b""), Vec::<String>::new());
    }

    #[test]
    fn a_piece_that_is_too_long_is_cut_and_its_end_still_found() {
        let long = "x>".repeat(PIECE_BYTES_MAX);
        let xml = format!("<![CDATA[{long}]]><a>{}<b>", &long.replace('>', "y"));
        let mut scan = Scan::new(xml.as_bytes());
        assert!(matches!(scan.next().unwrap(), Some(Piece::CData(inside)) if inside.len() <= PIECE_BYTES_MAX));
        assert!(scan.was_cut);
        assert_eq!(scan.next().unwrap(), Some(Piece::Open(b"a")));
        assert!(!scan.was_cut);
        assert!(matches!(scan.next().unwrap(), Some(Piece::Text(inside)) if inside.len() == PIECE_BYTES_MAX));
        assert_eq!(scan.next().unwrap(), Some(Piece::Open(b"b")));
    }
}
