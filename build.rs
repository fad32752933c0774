//! Sees to it that there is a folder of built web pages to embed, and notes the platform. Building them is `make assets`; this runs
//! nothing and reaches for no network.

use std::path::Path;

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
}
