//! A picture, taken apart under limits and put together anew: only its pixels go through, turned the way they are
//! meant, no larger than a page can use.

use std::io::Cursor;

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use super::kind::Kind;

/// The longest side that is decoded, in pixels.
pub(super) const SIDE_MAX: u32 = 12_000;
/// The most pixels that are decoded.
pub(super) const PIXELS_MAX: u64 = 25_000_000;
/// Memory for one decoded picture.
pub(super) const ALLOC_BYTES_MAX: u64 = 100 << 20;
/// The longest side that is kept: enough for a full page on a dense screen.
const KEPT_SIDE_MAX: u32 = 2_560;
const JPEG_QUALITY: u8 = 85;

/// A picture that we made.
pub(super) struct Picture {
    pub kind: Kind,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Makes a picture anew; the key of a sentence on why not.
pub(super) fn again(bytes: &[u8]) -> Result<Picture, &'static str> {
    let (image, came_as) = decoded(bytes)?;
    let kind = match (came_as, image.color().has_alpha()) {
        (image::ImageFormat::Png, _) => Kind::Png,
        // We can only write WebP without loss, which makes a photo large; one without see-through parts is a JPEG.
        (image::ImageFormat::WebP, true) => Kind::WebP,
        _ => Kind::Jpeg,
    };
    let bytes = encoded(&image, kind).map_err(|_| "refusal-file-broken")?;
    Ok(Picture { kind, bytes, width: image.width(), height: image.height() })
}

fn decoded(bytes: &[u8]) -> Result<(DynamicImage, image::ImageFormat), &'static str> {
    let broken = |_| "refusal-file-broken";
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| "refusal-file-broken")?;
    let format = reader.format().ok_or("refusal-file-kind")?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(why)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > ALLOC_BYTES_MAX {
        return Err("refusal-file-large");
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(why)?;
    if width.max(height) > KEPT_SIDE_MAX {
        image = image.thumbnail(KEPT_SIDE_MAX, KEPT_SIDE_MAX);
    }
    image.apply_orientation(orientation);
    let image = if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    };
    Ok((image, format))
}

fn why(e: image::ImageError) -> &'static str {
    if matches!(e, image::ImageError::Limits(_)) { "refusal-file-large" } else { "refusal-file-broken" }
}

fn encoded(image: &DynamicImage, kind: Kind) -> image::ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    match kind {
        Kind::Png => image.write_with_encoder(PngEncoder::new(&mut out))?,
        Kind::WebP => image.write_with_encoder(WebPEncoder::new_lossless(&mut out))?,
        _ => image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY))?,
    }
    Ok(out)
}
