//! Images and audio: bytes that the release scan cannot read.

use std::fmt;

use base64::{Engine, encoded_len, prelude::BASE64_STANDARD};
use secure_tool_vocabulary::Media;

use super::{
    Output, ToolOutput,
    block::{Block, Part},
};
use crate::{Content, ToolError};

/// An image in an answer.
///
/// The release scan cannot read the pixels, nor the other data in the file: EXIF data with a location and a device, text chunks, a preview of cropped
/// parts, and data after the end of the image. Re-encode a file that comes from an external source. A tool that returns an image must therefore
/// declare `releases(image)` (ST19), which is shown in its docs and in the [manifest](crate::PolicyManifest).
///
/// The bytes must begin like a file of the format; otherwise the answer is refused as `internal`. There is no constructor for SVG, which is text that
/// may contain scripts. The image is sent in base64, which takes 4 bytes for every 3 and counts towards `max_output`.
///
/// ```
/// use secure_tool::prelude::*;
///
/// # struct Desk;
/// # impl Desk {
/// /// Draw the sales of this year.
/// #[secure_tool(scope = "sales:read", owner = unowned("the sum of all"), read_only, releases(image), max_output = 1MiB)]
/// async fn chart(&self) -> Image {
///     Image::png(*b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on")
/// }
/// # }
/// # let _ = Desk::chart();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image(File);

/// An audio file in an answer.
///
/// Like for an [`Image`], the tool must declare `releases(audio)`, the bytes must begin like a file of the format, and the release scan can read
/// neither the speech in it nor its tags.
///
/// ```
/// use secure_tool::prelude::*;
///
/// # struct Desk;
/// # impl Desk {
/// /// Say what time it is.
/// #[secure_tool(scope = "clock:read", owner = unowned("time is nobody's"), read_only, releases(audio))]
/// async fn speaking_clock(&self) -> Audio {
///     Audio::wav(*b"RIFF\x24\0\0\0WAVEfmt and so on")
/// }
/// # }
/// # let _ = Desk::speaking_clock();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audio(File);

/// A file and its declared format.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct File {
    format: Format,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Png,
    Jpeg,
    Gif,
    Webp,
    Wav,
    Mp3,
    Ogg,
    Flac,
}

/// One constructor for each format.
macro_rules! formats {
    ($of:ident: $($name:ident $format:ident $called:literal;)*) => {
        impl $of {
            $(
                #[doc = concat!("The bytes of a ", $called, " file.")]
                #[must_use]
                pub fn $name(bytes: impl Into<Vec<u8>>) -> Self {
                    Self(File { format: Format::$format, bytes: bytes.into() })
                }
            )*

            /// Its media type.
            #[must_use]
            pub fn media_type(&self) -> &'static str {
                self.0.format.media_type()
            }
        }

        impl From<$of> for Block {
            fn from($of(file): $of) -> Self {
                Self(Part::File(file))
            }
        }

        impl ToolOutput for $of {
            fn media() -> Option<&'static [Media]> {
                Some(&[Media::$of])
            }

            fn write(self, output: &mut Output) -> Result<(), ToolError> {
                output.block(self)
            }
        }
    };
}

formats! { Image:
    png Png "PNG";
    jpeg Jpeg "JPEG";
    gif Gif "GIF";
    webp Webp "WebP";
}

formats! { Audio:
    wav Wav "WAV";
    mp3 Mp3 "MP3";
    ogg Ogg "Ogg";
    flac Flac "FLAC";
}

impl Format {
    const fn is_image(self) -> bool {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp => true,
            Self::Wav | Self::Mp3 | Self::Ogg | Self::Flac => false,
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::Flac => "audio/flac",
        }
    }

    /// Whether the bytes begin like a file of this format.
    fn begins(self, bytes: &[u8]) -> bool {
        let at = |position: usize, magic: &[u8]| bytes.get(position..).is_some_and(|rest| rest.starts_with(magic));
        match self {
            Self::Png => at(0, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            Self::Jpeg => at(0, b"\xff\xd8\xff"),
            Self::Gif => at(0, b"GIF87a") || at(0, b"GIF89a"),
            Self::Webp => at(0, b"RIFF") && at(8, b"WEBP"),
            Self::Wav => at(0, b"RIFF") && at(8, b"WAVE"),
            Self::Mp3 => at(0, b"ID3") || is_frame(bytes),
            Self::Ogg => at(0, b"OggS"),
            Self::Flac => at(0, b"fLaC"),
        }
    }
}

/// The text that the release scan can read in these bytes, if any. Valid UTF-8 is not sufficient: digits and Latin letters in UTF-16 are valid UTF-8
/// with NULs in between, and so are many file formats.
pub(super) fn readable(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    let is_written = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r' | '\u{c}');
    match String::from_utf8(bytes) {
        Ok(text) if text.chars().all(is_written) => Ok(text),
        Ok(text) => Err(text.into_bytes()),
        Err(error) => Err(error.into_bytes()),
    }
}

/// The length of this number of bytes in base64.
pub(super) fn encoded(bytes: usize) -> usize {
    encoded_len(bytes, true).unwrap_or(usize::MAX)
}

/// Does not show the bytes.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} bytes", self.format.media_type(), self.bytes.len())
    }
}

/// The header of a frame of MPEG audio: eleven bits of synchronization, a version that is not reserved, layer III.
fn is_frame(bytes: &[u8]) -> bool {
    const RESERVED: u8 = 0b01;
    const LAYER_3: u8 = 0b01;
    match bytes {
        [0xff, second, ..] => {
            second >> 5 == 0b111 && (second >> 3) & 0b11 != RESERVED && (second >> 1) & 0b11 == LAYER_3
        }
        _ => false,
    }
}

impl File {
    pub(super) fn media(&self) -> Media {
        if self.format.is_image() { Media::Image } else { Media::Audio }
    }

    pub(super) fn media_type(&self) -> &'static str {
        self.format.media_type()
    }

    /// The content block.
    pub(super) fn content(&self) -> Content {
        let (data, mime_type) = (BASE64_STANDARD.encode(&self.bytes), self.media_type().into());
        if self.format.is_image() { Content::Image { data, mime_type } } else { Content::Audio { data, mime_type } }
    }

    pub(super) fn matches_its_format(&self) -> bool {
        self.format.begins(&self.bytes)
    }

    /// Its length in base64.
    pub(super) fn encoded_len(&self) -> usize {
        encoded(self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, readable};

    /// The first bytes of a file of each format.
    const BEGINNINGS: [(Format, &[u8]); 9] = [
        (Format::Png, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"),
        (Format::Jpeg, b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
        (Format::Gif, b"GIF89a\x01\0\x01\0"),
        (Format::Webp, b"RIFF\x1a\0\0\0WEBPVP8L"),
        (Format::Wav, b"RIFF\x24\0\0\0WAVEfmt "),
        (Format::Mp3, b"ID3\x04\0\0\0\0\0\0"),
        (Format::Mp3, b"\xff\xfb\x90\x64\0\0\0\0\0\0"),
        (Format::Ogg, b"OggS\0\x02\0\0"),
        (Format::Flac, b"fLaC\0\0\0\x22"),
    ];

    #[test]
    fn the_first_bytes_identify_one_format() {
        let formats = BEGINNINGS.map(|(format, _)| format);
        for (of, beginning) in BEGINNINGS {
            for format in formats {
                assert_eq!(format.begins(beginning), format == of, "{format:?}: {beginning:?}");
                let shortened = beginning.get(..2).unwrap_or_default();
                assert!(!format.begins(shortened) || shortened == b"\xff\xfb", "{format:?}: {shortened:?}");
            }
        }
    }

    #[test]
    fn a_text_is_what_the_scan_can_read() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        for text in ["", "id,note\r\n1,\tGröße\n\u{c}", "\u{feff}日本"] {
            assert_eq!(readable(text.as_bytes().to_vec()).as_deref(), Ok(text));
        }
        for bytes in [utf_16("4111 1111"), utf_16("日本"), b"a\0b".to_vec(), b"a\x1bb".to_vec(), b"a\x7fb".to_vec()] {
            assert_eq!(readable(bytes.clone()), Err(bytes));
        }
        assert!(readable("a\u{9b}b".into()).is_err());
    }

    #[test]
    fn what_is_something_else_is_none_of_them() {
        for bytes in [
            &b""[..],
            b"<html><script>",
            b"<?xml version=\"1.0\"?><svg xmlns=",
            b"\x89PNG\r\n\x1a\n<html>",
            b"RIFF\x24\0\0\0AVI LIST",
            b"%PDF-1.7",
            b"\xff\xfe<\0h\0t\0m\0l\0",
            b"\xff\xf1\x50\x80",
        ] {
            for (format, _) in BEGINNINGS {
                assert!(!format.begins(bytes), "{format:?}: {bytes:?}");
            }
        }
    }
}
