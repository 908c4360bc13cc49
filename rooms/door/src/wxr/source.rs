//! Where an export is read from: a file as it is, packed with gzip, or the parts of one in a zip (as WordPress.com
//! gives them), in whatever letters its first line names. What comes out is UTF-8, wherever that could be known.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Cursor, Error, Read, Result, Seek as _, SeekFrom, empty};
use std::path::Path;

use encoding_rs::{Decoder, Encoding, UTF_8};
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

/// What an export is read from.
pub type Source = BufReader<Box<dyn Read + Send>>;

/// Bytes read through at once.
const BUFFER_BYTES: usize = 64 << 10;
/// Bytes in which the first line is looked for.
const FIRST_BYTES: u64 = 256;

/// Opens an export.
///
/// # Errors
/// When the file cannot be opened, or is a zip that cannot be read.
pub fn open(path: &Path) -> Result<Source> {
    let mut first = [0; 4];
    let count = File::open(path)?.take(4).read(&mut first)?;
    let file = || File::open(path);
    let from = match &first[..count] {
        [0x1f, 0x8b, ..] => decoded(Box::new(MultiGzDecoder::new(BufReader::new(file()?))))?,
        b"PK\x03\x04" => parts(path)?,
        _ => decoded(Box::new(file()?))?,
    };
    Ok(BufReader::with_capacity(BUFFER_BYTES, from))
}

/// The parts of an export in a zip, one after the other. One that is none of the two ways in which zips are packed is
/// an error.
fn parts(path: &Path) -> Result<Box<dyn Read + Send>> {
    let Ok(mut archive) = ZipArchive::new(BufReader::new(File::open(path)?)) else { return Ok(Box::new(empty())) };
    let mut names: Vec<String> = archive
        .file_names()
        .flatten()
        .map(std::borrow::Cow::into_owned)
        .filter(|name| name.to_ascii_lowercase().ends_with(".xml"))
        .collect();
    names.sort_unstable();
    let mut all: Box<dyn Read + Send> = Box::new(empty());
    for name in names {
        let entry = archive.by_name(&name).map_err(Error::other)?;
        let start = entry.data_start().ok_or_else(|| Error::other("a part of a zip that begins nowhere"))?;
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let packed = file.take(entry.compressed_size());
        let part: Box<dyn Read + Send> = match entry.compression() {
            CompressionMethod::Stored => Box::new(packed),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(BufReader::new(packed))),
            other => return Err(Error::other(format!("packed as {other}"))),
        };
        all = Box::new(all.chain(decoded(part)?));
    }
    Ok(all)
}

/// What is read, as UTF-8, by its mark of byte order or the letters that its first line names.
fn decoded(mut from: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>> {
    let mut first = Vec::new();
    from.by_ref().take(FIRST_BYTES).read_to_end(&mut first)?;
    let encoding = Encoding::for_bom(&first).map_or_else(|| named(&first), |(encoding, _)| encoding);
    let whole: Box<dyn Read + Send> = Box::new(Cursor::new(first).chain(from));
    if encoding == UTF_8 {
        return Ok(whole);
    }
    Ok(Box::new(Decoded {
        from: BufReader::with_capacity(BUFFER_BYTES, whole),
        decoder: encoding.new_decoder_with_bom_removal(),
        is_over: false,
        ready: Cursor::default(),
    }))
}

/// The encoding that a first line names: `<?xml version="1.0" encoding="ISO-8859-1"?>`; UTF-8 where it names none.
fn named(first: &[u8]) -> &'static Encoding {
    let line = first.split(|byte| *byte == b'>').next().unwrap_or_default();
    let label = memchr::memmem::find(line, b"encoding=")
        .and_then(|at| line.get(at + 10..))
        .and_then(|after| after.split(|byte| matches!(byte, b'"' | b'\'')).next());
    // Letters two bytes wide could not have been read here.
    label.and_then(Encoding::for_label).filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(UTF_8)
}

struct Decoded {
    from: Source,
    decoder: Decoder,
    is_over: bool,
    /// What was decoded and waits to be read.
    ready: Cursor<Vec<u8>>,
}

impl Read for Decoded {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        loop {
            let count = self.ready.read(into)?;
            if count > 0 || into.is_empty() || self.is_over {
                return Ok(count);
            }
            let bytes = self.from.fill_buf()?;
            self.is_over = bytes.is_empty();
            let mut text =
                String::with_capacity(self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(4 * BUFFER_BYTES));
            let (_, used, _) = self.decoder.decode_to_string(bytes, &mut text, self.is_over);
            self.from.consume(used);
            self.ready = Cursor::new(text.into_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export");
        std::fs::write(&path, bytes).unwrap();
        let mut out = String::new();
        open(&path).unwrap().read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn letters_are_read_as_the_first_line_says() {
        assert_eq!(
            read(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>caf\xe9 \x93"),
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>café “"
        );
        assert_eq!(
            read(b"<?xml version='1.0' encoding='windows-1251'?>\xcc\xe5"),
            "<?xml version='1.0' encoding='windows-1251'?>Ме"
        );
        let wide: Vec<u8> = "\u{feff}<?xml?>é日".repeat(40_000).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide), format!("<?xml?>é日{}", "\u{feff}<?xml?>é日".repeat(39_999)));
        assert_eq!(
            read("<?xml version=\"1.0\" encoding=\"UTF-8\"?>é".as_bytes()),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>é"
        );
        assert_eq!(read(b""), "");
    }

    #[test]
    fn what_is_packed_is_unpacked_part_by_part() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all("é".repeat(100_000).as_bytes()).unwrap();
        assert_eq!(read(&packed.finish().unwrap()), "é".repeat(100_000));

        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, words, method) in [
            ("b.001.xml", "two ", CompressionMethod::Stored),
            ("readme.txt", "no", CompressionMethod::Stored),
            ("a/b.000.xml", "one ", CompressionMethod::Deflated),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
            zip.write_all(words.as_bytes()).unwrap();
        }
        assert_eq!(read(&zip.finish().unwrap().into_inner()), "one two ");
        assert_eq!(read(b"PK\x03\x04 and no more"), "");
    }
}
