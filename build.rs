//! Sees to it that there is a folder of built web pages to embed, that the C++ library goes into the binary, and notes the
//! platform. Building the pages is `make assets`; this reaches for no network.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: &str = "assets/dist";

fn main() {
    if let Err(error) = std::fs::create_dir_all(PAGES) {
        println!("cargo:warning=cannot create {PAGES}: {error}");
    }
    if !Path::new(PAGES).join("pages/index.html").exists() {
        println!("cargo:warning=the web pages are not built; run `make assets`, or the server shows none");
    }
    // one for another platform is of no use to a worker; cargo also sets the variable for what it runs, so it is no `VLOG_` one
    println!("cargo:rustc-env=BUILT_FOR={}", std::env::var("TARGET").unwrap_or_default());
    println!("cargo:rerun-if-changed={PAGES}");
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-env-changed=CXX");
    link_cpp_library();
}

/// The speech engine asks for the shared libstdc++, which small installations lack and of which a megabyte would be in
/// memory for a few functions. A folder that has the static one alone is looked into first. Without one the shared is taken.
fn link_cpp_library() {
    const NAME: &str = "libstdc++.a";
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let Ok(output) = Command::new(compiler).arg(format!("-print-file-name={NAME}")).output() else { return };
    let library = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let folder = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default()).join("cpp");
    let link = folder.join(NAME);
    let _ = std::fs::remove_dir_all(&folder);
    // a compiler that has none prints the bare name
    let linked =
        library.is_absolute() && std::fs::create_dir_all(&folder).and_then(|()| symlink(&library, &link)).is_ok();
    if linked {
        println!("cargo:rustc-link-search=native={}", folder.display());
    }
}
