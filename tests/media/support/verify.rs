//! Judges what the server made of a file, through HTTP only, as a player would see it.
//!
//! [`verify`] never stops at the first fault: it returns every failure in words, an empty list
//! meaning that all is right. Boxes are read by our own small parser and pictures and sounds by
//! ffmpeg, so that nothing is shared with the code under test.
#![allow(dead_code)]

use std::path::Path;

use anyhow::{Context, Result};
use reqwest::Url;

use super::corpus::{Expect, Outcome};

pub mod boxes;
mod dash;
mod detail;
mod hls;
pub mod package;
mod senses;

/// What to judge.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Address of the public listener, with the trailing slash left out.
    pub public_url: &'a str,
    pub slug: &'a str,
    /// The uploaded file, for the bit-for-bit check of a copied rung.
    pub source: Option<&'a Path>,
    /// Whether there is an API beside the files (the self-test has none).
    pub has_api: bool,
}

/// Failures found so far.
#[derive(Debug, Default)]
pub struct Failures(pub Vec<String>);

impl Failures {
    /// Notes a failure unless `holds`.
    pub fn check(&mut self, holds: bool, describe: impl FnOnce() -> String) {
        if !holds {
            self.0.push(describe());
        }
    }

    /// Notes that a whole check could not be done.
    pub fn note<T>(&mut self, what: &str, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.push(format!("{what}: {error:#}"));
                None
            }
        }
    }
}

/// An HTTP client; the crypto provider is needed even for plain HTTP.
pub fn client() -> Result<reqwest::Client> {
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let timeout = std::time::Duration::from_secs(60);
    reqwest::Client::builder().timeout(timeout).build().context("building an HTTP client")
}

/// Every way in which the published video differs from what was expected.
pub async fn verify(target: &Target<'_>, expect: &Expect) -> Vec<String> {
    let mut failures = Failures::default();
    if let Err(error) = judge(target, expect, &mut failures).await {
        failures.0.push(format!("{error:#}"));
    }
    failures.0
}

async fn judge(target: &Target<'_>, expect: &Expect, failures: &mut Failures) -> Result<()> {
    let client = client()?;
    let base = Url::parse(target.public_url).context("the public address")?;
    let detail = if target.has_api {
        let url = base.join(&format!("/api/videos/{}", target.slug))?;
        let body = package::get(&client, &url).await?;
        Some(serde_json::from_slice(&body).context("the video's JSON")?)
    } else {
        None
    };
    if matches!(expect.outcome, Outcome::Rejected(_)) {
        failures.check(false, || "a file that must be refused is published".to_owned());
        return Ok(());
    }
    let master_url = base.join(&format!("/videos/{}/master.m3u8", target.slug))?;
    let package = package::fetch(&client, &master_url).await?;
    hls::check(&package, expect, failures);
    let mpd_url = base.join(&format!("/videos/{}/manifest.mpd", target.slug))?;
    let mpd = package::get(&client, &mpd_url).await;
    if let Some(mpd) = failures.note("manifest.mpd", mpd) {
        dash::check(&client, &mpd, &mpd_url, &package, expect, failures).await;
    }
    if let Some(detail) = &detail {
        detail::check(&client, &base, detail, &package, expect, failures).await;
    }
    // Child processes and decoding block, so they get a thread where that is allowed.
    let source = target.source.map(Path::to_owned);
    let expect = expect.clone();
    let copied = detail.as_ref().and_then(detail::copied_top).map(str::to_owned);
    let found = tokio::task::spawn_blocking(move || {
        let mut failures = Failures::default();
        senses::check(&package, &mpd_url, &expect, &mut failures);
        if let (Some(source), Some(copied), Some(true)) = (source, copied, expect.copied) {
            let result = senses::check_copy(&package, &copied, &source, &mut failures);
            failures.note("comparing the copied rung", result);
        }
        failures.0
    });
    failures.0.extend(found.await.context("the decoding thread")?);
    Ok(())
}
