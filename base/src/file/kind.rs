//! What a file is, by its first bytes; by its name only for text, which has none of its own and is harmless as such.

/// The kinds that people may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    WebP,
    Gif,
    Pdf,
    Text,
    Csv,
    Odt,
    Docx,
    Mp3,
    Ogg,
    M4a,
    Flac,
    Wav,
}

impl Kind {
    /// Looks at the bytes; where they say nothing, the key of the sentence on why it is not taken.
    pub fn of(name: &str, bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.is_empty() {
            return Err("refusal-file-empty");
        }
        Self::signed(bytes).or_else(|| Self::written(name, bytes)).ok_or("refusal-file-kind")
    }

    fn signed(bytes: &[u8]) -> Option<Self> {
        let at = |start: usize, sign: &[u8]| bytes.get(start..start + sign.len()) == Some(sign);
        Some(match () {
            () if at(0, b"\xff\xd8\xff") => Self::Jpeg,
            () if at(0, b"\x89PNG\r\n\x1a\n") => Self::Png,
            () if at(0, b"RIFF") && at(8, b"WEBP") => Self::WebP,
            () if at(0, b"RIFF") && at(8, b"WAVE") => Self::Wav,
            () if at(0, b"GIF87a") || at(0, b"GIF89a") => Self::Gif,
            () if at(0, b"%PDF-") => Self::Pdf,
            () if at(0, b"OggS") => Self::Ogg,
            () if at(0, b"fLaC") => Self::Flac,
            () if at(0, b"ID3") || at(0, b"\xff\xfb") || at(0, b"\xff\xf3") || at(0, b"\xff\xf2") => Self::Mp3,
            () if at(4, b"ftypM4A") => Self::M4a,
            () if at(0, b"PK\x03\x04") && at(30, b"mimetypeapplication/vnd.oasis.opendocument.text") => Self::Odt,
            () if at(0, b"PK\x03\x04")
                && names(bytes, b"[Content_Types].xml")
                && names(bytes, b"word/document.xml") =>
            {
                Self::Docx
            }
            () => return None,
        })
    }

    /// Plain UTF-8 text with a name that says what it is.
    fn written(name: &str, bytes: &[u8]) -> Option<Self> {
        let kind = match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "txt" | "md" => Self::Text,
            "csv" => Self::Csv,
            _ => return None,
        };
        let text = std::str::from_utf8(bytes).ok()?;
        text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}')).then_some(kind)
    }

    /// Shown in a page, because we made its bytes ourselves.
    #[must_use]
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::WebP | Self::Gif)
    }

    /// The media type that it is sent as.
    #[must_use]
    pub fn mime(self) -> &'static str {
        self.sent_as().0
    }

    /// The ending of its name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        self.sent_as().1
    }

    fn sent_as(self) -> (&'static str, &'static str) {
        match self {
            Self::Jpeg => ("image/jpeg", "jpg"),
            Self::Png => ("image/png", "png"),
            Self::WebP => ("image/webp", "webp"),
            Self::Gif => ("image/gif", "gif"),
            Self::Pdf => ("application/pdf", "pdf"),
            Self::Text => ("text/plain; charset=utf-8", "txt"),
            Self::Csv => ("text/csv; charset=utf-8", "csv"),
            Self::Odt => ("application/vnd.oasis.opendocument.text", "odt"),
            Self::Docx => ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            Self::Mp3 => ("audio/mpeg", "mp3"),
            Self::Ogg => ("audio/ogg", "ogg"),
            Self::M4a => ("audio/mp4", "m4a"),
            Self::Flac => ("audio/flac", "flac"),
            Self::Wav => ("audio/wav", "wav"),
        }
    }
}

/// Whether a zip has an entry of this name: names stand uncompressed.
fn names(zip: &[u8], name: &[u8]) -> bool {
    zip.windows(name.len()).any(|window| window == name)
}
