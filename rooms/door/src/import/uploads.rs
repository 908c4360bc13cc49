//! The files of the old site: its `wp-content/uploads`, as a folder or in a zip. What is asked for is a path below it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;

pub(super) enum Uploads {
    None,
    /// The folders that paths may be below: the one given, and where it holds a whole site, the one inside.
    Folders(Vec<PathBuf>),
    /// The archive, and which of its entries has which path.
    Zip(Box<ZipArchive<BufReader<File>>>, HashMap<String, usize>),
}

impl Uploads {
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self::None) };
        if path.is_dir() {
            let folders = ["", "uploads", "wp-content/uploads"].map(|below| path.join(below).canonicalize());
            return Ok(Self::Folders(folders.into_iter().flatten().collect()));
        }
        let archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
        let names = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect::<Vec<_>>();
        let entries = names.into_iter().filter_map(|name| {
            let below = name.rsplit_once("uploads/").map_or(name.as_str(), |(_, below)| below);
            (!below.is_empty() && !name.ends_with('/'))
                .then(|| Some((below.to_owned(), archive.index_for_name(&name)?)))
                .flatten()
        });
        let entries = entries.collect();
        Ok(Self::Zip(Box::new(archive), entries))
    }

    /// The path of the file that stands for this one: WordPress keeps a picture in many sizes, and one is enough.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        if !is_below(name) {
            return None;
        }
        candidates(name).into_iter().find(|candidate| match self {
            Self::None => false,
            Self::Folders(folders) => in_folders(folders, candidate).is_some(),
            Self::Zip(_, entries) => entries.contains_key(candidate),
        })
    }

    /// The bytes of a file that was found; `None` when they are more than `bytes_max`.
    pub(super) fn read(&mut self, name: &str, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let limit = bytes_max as u64 + 1;
        match self {
            Self::None => return Ok(None),
            Self::Folders(folders) => {
                let path = in_folders(folders, name).ok_or(io::ErrorKind::NotFound)?;
                File::open(path)?.take(limit).read_to_end(&mut bytes)?;
            }
            Self::Zip(archive, entries) => {
                let at = *entries.get(name).ok_or(io::ErrorKind::NotFound)?;
                archive.by_index(at).map_err(io::Error::other)?.take(limit).read_to_end(&mut bytes)?;
            }
        }
        Ok((bytes.len() <= bytes_max).then_some(bytes))
    }
}

/// Whether a path stays below where it begins.
fn is_below(name: &str) -> bool {
    !name.is_empty()
        && !name.contains('\\')
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// The file on the disk, unless a link leads out of the folder.
fn in_folders(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    folders.iter().find_map(|folder| {
        folder.join(name).canonicalize().ok().filter(|path| path.starts_with(folder) && path.is_file())
    })
}

/// Other names of the same picture, the best first: the one WordPress scaled down for the page, the one that was given,
/// and at last the very one that was asked for.
fn candidates(name: &str) -> Vec<String> {
    let Some((stem, ending)) = name.rsplit_once('.') else { return vec![name.to_owned()] };
    let whole = whole_stem(stem);
    vec![format!("{whole}-scaled.{ending}"), format!("{whole}.{ending}"), name.to_owned()]
}

/// The name of a picture that was given, whatever size of it is named: `picture.jpg` for `picture-300x200.jpg`.
pub(super) fn whole(name: &str) -> String {
    name.rsplit_once('.').map_or_else(|| name.to_owned(), |(stem, ending)| format!("{}.{ending}", whole_stem(stem)))
}

fn whole_stem(stem: &str) -> &str {
    let whole = without_size(stem);
    whole.strip_suffix("-scaled").unwrap_or(whole)
}

/// `picture-300x200` without the size.
fn without_size(stem: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    match stem.rsplit_once('-') {
        Some((whole, size))
            if size.split_once('x').is_some_and(|(width, height)| is_number(width) && is_number(height)) =>
        {
            whole
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_picture_is_found_whatever_size_a_text_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("wp-content/uploads/2020/01")).unwrap();
        for name in ["a.jpg", "b-scaled.jpg", "b.jpg", "c-3x4.png"] {
            std::fs::write(folder.path().join("wp-content/uploads/2020/01").join(name), name).unwrap();
        }
        let mut uploads = Uploads::open(Some(folder.path())).unwrap();
        for (asked, found) in [
            ("a-300x200.jpg", "a.jpg"),
            ("a.jpg", "a.jpg"),
            ("b-10x10.jpg", "b-scaled.jpg"),
            ("b-scaled.jpg", "b-scaled.jpg"),
            ("c-3x4.png", "c-3x4.png"),
        ] {
            assert_eq!(uploads.find(&format!("2020/01/{asked}")), Some(format!("2020/01/{found}")));
        }
        assert_eq!(uploads.read("2020/01/a.jpg", 100).unwrap(), Some(b"a.jpg".to_vec()));
        assert_eq!(uploads.read("2020/01/a.jpg", 4).unwrap(), None);
        assert_eq!(uploads.find("2020/01/none.jpg"), None);
    }

    #[test]
    fn no_path_leads_out_of_the_uploads() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret.txt"), "s").unwrap();
        std::fs::create_dir(folder.path().join("uploads")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), folder.path().join("uploads/link.txt")).unwrap();
        let uploads = Uploads::open(Some(&folder.path().join("uploads"))).unwrap();
        for out in ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "..\\secret.txt", "link.txt", ""] {
            assert_eq!(uploads.find(out), None, "{out}");
        }
    }

    #[test]
    fn a_zip_may_hold_the_uploads_at_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("u.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for name in ["site/wp-content/uploads/2020/a.txt", "2021/b.txt"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&[b'x'; 5_000]).unwrap();
        }
        zip.finish().unwrap();
        let mut uploads = Uploads::open(Some(&path)).unwrap();
        assert_eq!(uploads.find("2020/a.txt").as_deref(), Some("2020/a.txt"));
        assert_eq!(uploads.find("2021/b.txt").as_deref(), Some("2021/b.txt"));
        assert_eq!(uploads.read("2020/a.txt", 5_000).unwrap().unwrap().len(), 5_000);
        assert_eq!(uploads.read("2020/a.txt", 4_999).unwrap(), None, "a bomb is not unpacked");
        assert!(Uploads::open(Some(&folder.path().join("none.zip"))).is_err());
    }
}
