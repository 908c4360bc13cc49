use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, RgbImage, RgbaImage};

use super::*;

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("circlepit-{}", id::secret()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn read(name: &str, bytes: &[u8]) -> Result<Given, &'static str> {
    let folder = Folder::new();
    Given::read_now(&folder.0, id::at(0), name, bytes).map_err(|refusal| refusal.words().1)
}

/// What is kept of some bytes.
fn kept(name: &str, bytes: &[u8]) -> (Given, Vec<u8>) {
    let folder = Folder::new();
    let given = Given::read_now(&folder.0, id::at(0), name, bytes).unwrap();
    let kept = fs::read(on_shelf(&folder.0.join("files"), &given.hash)).unwrap();
    (given, kept)
}

fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, 90]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A JPEG that is 30 wide and 20 high, lies on its side, and says where it was taken.
fn with_exif() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // orientation: turn right
    exif.extend(b"\x0e\x01\x02\0\x10\0\0\0\x26\0\0\0\0\0\0\0"); // description, at 38
    exif.extend(b"51.5 N home addr\0");
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new(&mut out);
    encoder.set_exif_metadata(exif).unwrap();
    encoder.write_image(&RgbImage::new(30, 20), 30, 20, image::ExtendedColorType::Rgb8).unwrap();
    out
}

/// A PNG header that promises more than there is.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Png, 4, 4);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn a_picture_is_made_anew_and_says_nothing_of_where_it_was_taken() {
    let sent = with_exif();
    assert!(names(&sent, b"home addr"), "the premise: it is in what was sent");
    let (given, kept) = kept("IMG_0001.JPG", &sent);
    assert!(!names(&kept, b"home addr") && !names(&kept, b"Exif"));
    assert_eq!(given.size, Some((20, 30)), "and it stands upright");
    assert_eq!(given.name, "img-0001.jpg");
    assert_eq!(given.bytes, i64::try_from(kept.len()).unwrap());
}

#[test]
fn each_kind_of_picture_is_known_by_its_bytes_whatever_it_is_called() {
    for (format, name) in
        [(ImageFormat::Png, "a-b.png"), (ImageFormat::Jpeg, "a-b.jpg"), (ImageFormat::WebP, "a-b.jpg")]
    {
        let (given, kept) = kept("C:\\x\\A b.exe", &picture(format, 40, 30));
        assert_eq!((given.name.as_str(), given.size), (name, Some((40, 30))));
        assert_eq!(Kind::of(name, &kept).unwrap(), given.kind);
    }
    let mut see_through = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(RgbaImage::new(5, 5)).write_to(&mut see_through, ImageFormat::WebP).unwrap();
    assert_eq!(read("a", &see_through.into_inner()).unwrap().kind, Kind::WebP);
}

#[test]
fn a_picture_larger_than_a_page_can_use_is_made_smaller() {
    assert_eq!(read("a.png", &picture(ImageFormat::Jpeg, 4_000, 1_000)).unwrap().size, Some((2_560, 640)));
}

#[test]
fn bombs_and_broken_pictures_are_refused_before_they_cost_anything() {
    for (width, height) in [(60_000, 60_000), (12_001, 1), (11_000, 11_000), (u32::MAX >> 1, 2)] {
        let watch = crate::clock::stopwatch();
        let refused = read("a.png", &png_claiming(width, height)).unwrap_err();
        assert!(matches!(refused, "refusal-file-large" | "refusal-file-broken"), "{refused}");
        assert!(watch.elapsed().as_millis() < 500);
    }
    assert_eq!(read("a.png", &png_claiming(11_000, 11_000)).unwrap_err(), "refusal-file-large");
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let whole = picture(format, 300, 300);
        for part in [20, whole.len() / 4, whole.len() / 2] {
            // Half a JPEG may still be a picture; it is one that we made, then.
            let answer = read("a", &whole[..part]);
            assert!(
                matches!(answer, Err("refusal-file-broken" | "refusal-file-kind")) || format == ImageFormat::Jpeg,
                "{format:?} {part} {answer:?}"
            );
        }
    }
    assert_eq!(
        read("a.png", &[b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 5_000]].concat()).unwrap_err(),
        "refusal-file-broken"
    );
}

#[test]
fn what_hides_behind_a_picture_is_left_behind() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let sent = [picture(format, 30, 30), b"<script>alert(1)</script>PK\x03\x04".to_vec()].concat();
        let (_, kept) = kept("a.html", &sent);
        assert!(!names(&kept, b"<script") && !names(&kept, b"PK\x03\x04"), "{format:?}");
    }
    let in_a_comment =
        [b"\xff\xd8\xff\xfe\x00\x1b<script>alert(1)</script>".as_slice(), &picture(ImageFormat::Jpeg, 9, 9)[2..]]
            .concat();
    assert!(!names(&kept("a.jpg", &in_a_comment).1, b"<script"));
}

#[test]
fn a_gif_keeps_its_frames_and_timing_and_nothing_else_that_it_came_with() {
    let (head, round, timing) = (
        b"GIF89a\x02\0\x01\0\x80\0\0\0\0\0\xff\xff\xff",
        b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
        b"!\xf9\x04\0\x0a\0\0\0",
    );
    let (frame, said, place) =
        (b",\0\0\0\0\x02\0\x01\0\0\x02\x02\x4c\x01\0", b"!\xfe\x09home addr\0", b"!\xff\x0bXMP DataXMP\x06GPS 51\0");
    let clean = [&head[..], round, timing, frame, timing, frame, b";"].concat();
    let sent = [&head[..], said, round, place, timing, frame, said, timing, frame, b";<script>"].concat();
    let (given, kept) = kept("a.gif", &sent);
    assert_eq!((given.name.as_str(), given.size, &kept), ("a.gif", Some((2, 1)), &clean));
    assert_eq!(
        Given::read_now(&Folder::new().0, id::at(0), "a.gif", &clean[..clean.len() - 1]).unwrap().hash,
        given.hash,
        "some end without saying so"
    );
    for part in [20, head.len(), clean.len() - 4] {
        assert_eq!(read("a.gif", &clean[..part]).unwrap_err(), "refusal-file-broken", "{part}");
    }
    let vast = [b"GIF89a\xff\xff\xff\xff", &clean[10..]].concat();
    assert_eq!(read("a.gif", &vast).unwrap_err(), "refusal-file-large");
}

#[test]
fn other_listed_kinds_are_taken_as_they_are_and_nothing_else_is() {
    let odt = [b"PK\x03\x04".as_slice(), &[0; 26], b"mimetypeapplication/vnd.oasis.opendocument.text"].concat();
    let docx = b"PK\x03\x04..[Content_Types].xml..word/document.xml".to_vec();
    for (name, bytes, kind) in [
        ("a.pdf", b"%PDF-1.7 ...".to_vec(), Kind::Pdf),
        ("a.txt", "Ünï\ncode\t".into(), Kind::Text),
        ("a.csv", b"a,b\r\n1,2".to_vec(), Kind::Csv),
        ("a.odt", odt, Kind::Odt),
        ("a.docx", docx, Kind::Docx),
        ("a.mp3", b"ID3\x04".to_vec(), Kind::Mp3),
        ("a.ogg", b"OggS\0".to_vec(), Kind::Ogg),
        ("a.m4a", b"\0\0\0\x20ftypM4A ".to_vec(), Kind::M4a),
    ] {
        let (given, kept) = kept(name, &bytes);
        assert_eq!((given.kind, given.name.as_str(), kept), (kind, name, bytes));
    }
    for (name, bytes) in [
        ("a.html", b"<script>".as_slice()),
        ("a.svg", b"<svg onload=alert(1)>"),
        ("a.exe", b"MZ\x90\0"),
        ("a.zip", b"PK\x03\x04plain"),
        ("a.txt", b"binary\0"),
        ("a.txt", b"\xff\xfe"),
        ("a.php", b"<?php"),
        ("txt", b"no ending"),
        ("a.pdf", b"<script>%PDF-"),
    ] {
        assert_eq!(read(name, bytes).unwrap_err(), "refusal-file-kind", "{name}");
    }
    assert_eq!(read("a.txt", b"").unwrap_err(), "refusal-file-empty");
}

#[test]
fn a_name_is_plain_in_a_path() {
    for (sent, plain) in [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("Émile & Zoë.JPEG", "emile-zoe.jpg"),
        ("日本.png", "file.jpg"),
        ("", "file.jpg"),
        ("a\"b\r\nc.jpg", "a-b-c.jpg"),
    ] {
        assert_eq!(plain_name(sent, Kind::Jpeg), plain);
    }
    assert!(plain_name(&"long ".repeat(100), Kind::Pdf).len() <= NAME_CHARS_MAX + 4);
}

#[test]
fn the_same_bytes_lie_on_the_disk_once_and_nothing_half_written_beside_them() {
    let folder = Folder::new();
    let one = Given::read_now(&folder.0, id::at(0), "a.txt", b"the same").unwrap();
    let two = Given::read_now(&folder.0, id::at(0), "b.txt", b"the same").unwrap();
    assert_eq!(one.hash, two.hash);
    let shelf = on_shelf(&folder.0.join("files"), &one.hash).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(shelf).unwrap().count(), 1);
}

#[test]
fn only_old_bytes_that_nobody_knows_are_swept() {
    let folder = Folder::new();
    let write = |bytes: &[u8], is_old: bool| {
        let given = Given::read_now(&folder.0, id::at(0), "a.txt", bytes).unwrap();
        let path = on_shelf(&folder.0.join("files"), &given.hash);
        if is_old {
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        (given.hash, path)
    };
    let (known, old, young) = (write(b"known", true), write(b"old", true), write(b"young", false));
    assert_eq!(sweep_folder(&folder.0.join("files"), &HashSet::from([known.0])).unwrap(), 1);
    assert!(known.1.exists() && !old.1.exists() && young.1.exists());
}

#[test]
fn a_file_goes_out_in_a_box_and_only_what_is_for_everyone_may_be_kept_on_the_way() {
    let mut file = File {
        id: "1".into(),
        hash: "h".into(),
        name: "a.pdf".into(),
        mime: "application/pdf".into(),
        bytes: 1,
        width: None,
        height: None,
        giver: None,
        audience: Audience::Everyone,
        since: 0,
    };
    assert_eq!(file.headers()[CONTENT_DISPOSITION], "attachment; filename=\"a.pdf\"");
    assert_eq!(file.headers()[CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
    assert_eq!(file.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(file.headers()[CACHE_CONTROL].to_str().unwrap().starts_with("public"));
    file.audience = Audience::Members;
    assert_eq!(file.headers()[CACHE_CONTROL], "private, no-store");
    file.width = Some(1);
    assert!(file.headers()[CONTENT_DISPOSITION].to_str().unwrap().starts_with("inline"));
}

/// Whether some bytes stand in others.
fn names(all: &[u8], some: &[u8]) -> bool {
    all.windows(some.len()).any(|window| window == some)
}
