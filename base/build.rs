//! A file that is new in a folder the program carries must make it build again; `include_dir!` only sees the files it
//! knew.

fn main() {
    for folder in ["assets", "migrations", "packs", "words"] {
        println!("cargo::rerun-if-changed=../{folder}");
    }
}
