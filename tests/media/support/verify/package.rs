//! Fetches a whole published package over HTTP and keeps it on disk, one file per rendition.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use m3u8_rs::{AlternativeMedia, AlternativeMediaType, MasterPlaylist, VariantStream};
use reqwest::Url;

use super::boxes::{self, Init, Segment};

/// A media segment as listed and as found.
#[derive(Debug)]
pub struct Listed {
    /// EXTINF, seconds.
    pub listed_seconds: f64,
    pub bytes: u64,
    pub segment: Segment,
}

/// A media playlist with everything in it.
#[derive(Debug)]
pub struct Rendition {
    /// Short name for messages: the playlist's path below the package.
    pub name: String,
    pub url: Url,
    pub init: Init,
    pub segments: Vec<Listed>,
    pub target_seconds: u64,
    pub ended: bool,
    /// Init and segments joined.
    pub file: PathBuf,
}

impl Rendition {
    pub fn seconds(&self) -> f64 {
        self.segments.iter().map(|listed| self.measured(listed)).sum()
    }

    /// Sum of the sample durations of a segment, seconds.
    pub fn measured(&self, listed: &Listed) -> f64 {
        self.init.seconds(listed.segment.decode_end() - listed.segment.decode_start())
    }

    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|listed| listed.bytes).sum()
    }

    pub fn starts(&self) -> Vec<f64> {
        self.segments.iter().map(|listed| listed.segment.presentation_start(&self.init)).collect()
    }

    pub fn end(&self) -> f64 {
        self.starts().first().copied().unwrap_or(0.0) + self.seconds()
    }

    pub fn path(&self) -> String {
        self.file.to_string_lossy().into_owned()
    }

    pub fn samples(&self) -> usize {
        self.segments.iter().map(|listed| listed.segment.samples.len()).sum()
    }
}

/// An entry of the master playlist and its place in `Package::renditions`.
#[derive(Debug)]
pub struct Variant {
    pub stream: VariantStream,
    pub rendition: usize,
}

/// An audio rendition of the master playlist.
#[derive(Debug)]
pub struct Track {
    pub media: AlternativeMedia,
    pub rendition: usize,
}

/// A published package.
pub struct Package {
    pub master_url: Url,
    pub master: MasterPlaylist,
    pub renditions: Vec<Rendition>,
    pub variants: Vec<Variant>,
    pub tracks: Vec<Track>,
    /// Text tracks and the text of their files.
    pub texts: Vec<(AlternativeMedia, String)>,
    /// Keeps the files alive.
    pub directory: tempfile::TempDir,
}

impl Package {
    /// Places of the distinct video rungs, biggest picture first.
    pub fn rungs(&self) -> Vec<usize> {
        let mut seen: Vec<(u64, usize)> = Vec::new();
        for variant in &self.variants {
            if let Some(size) = variant.stream.resolution
                && !seen.iter().any(|(_, place)| *place == variant.rendition)
            {
                seen.push((size.width * size.height, variant.rendition));
            }
        }
        seen.sort_by_key(|(pixels, place)| (std::cmp::Reverse(*pixels), *place));
        seen.into_iter().map(|(_, place)| place).collect()
    }

    /// Places of the distinct audio renditions, in the order of the master playlist; those of the
    /// default group first.
    pub fn sounds(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.tracks.iter().map(|track| track.rendition).collect();
        for variant in &self.variants {
            if variant.stream.resolution.is_none() {
                places.push(variant.rendition);
            }
        }
        let mut distinct = Vec::new();
        for place in places {
            if !distinct.contains(&place) {
                distinct.push(place);
            }
        }
        distinct
    }
}

/// GET, with the address in the error.
pub async fn get(client: &reqwest::Client, url: &Url) -> Result<Vec<u8>> {
    let answer = client.get(url.clone()).send().await.with_context(|| format!("GET {url}"))?;
    let status = answer.status();
    ensure!(status.is_success(), "GET {url} answers {status}");
    Ok(answer.bytes().await.with_context(|| format!("GET {url}"))?.to_vec())
}

/// Fetches everything the master playlist leads to.
pub async fn fetch(client: &reqwest::Client, master_url: &Url) -> Result<Package> {
    let text = get(client, master_url).await?;
    let (rest, master) = m3u8_rs::parse_master_playlist(&text)
        .map_err(|error| anyhow::anyhow!("master.m3u8 does not parse: {error:?}"))?;
    ensure!(rest.is_empty() || master.variants.len() > 1 || !master.variants.is_empty(), "master.m3u8 has no variants");
    let directory = tempfile::tempdir().context("scratch directory")?;
    let mut package = Package {
        master_url: master_url.clone(),
        master,
        renditions: Vec::new(),
        variants: Vec::new(),
        tracks: Vec::new(),
        texts: Vec::new(),
        directory,
    };
    for stream in package.master.variants.clone() {
        let url = master_url.join(&stream.uri).with_context(|| format!("address {}", stream.uri))?;
        if stream.is_i_frame {
            get(client, &url).await?;
            continue;
        }
        let rendition = rendition_at(client, &mut package, url).await?;
        package.variants.push(Variant { stream, rendition });
    }
    for media in package.master.alternatives.clone() {
        let Some(uri) = &media.uri else { continue };
        let url = master_url.join(uri).with_context(|| format!("address {uri}"))?;
        match media.media_type {
            AlternativeMediaType::Audio => {
                let rendition = rendition_at(client, &mut package, url).await?;
                package.tracks.push(Track { media, rendition });
            }
            AlternativeMediaType::Subtitles => {
                let text = fetch_text(client, &url).await?;
                package.texts.push((media, text));
            }
            _ => {}
        }
    }
    Ok(package)
}

async fn rendition_at(client: &reqwest::Client, package: &mut Package, url: Url) -> Result<usize> {
    if let Some(place) = package.renditions.iter().position(|known| known.url == url) {
        return Ok(place);
    }
    let place = package.renditions.len();
    let file = package.directory.path().join(format!("rendition-{place}.mp4"));
    let rendition = fetch_rendition(client, url.clone(), file).await.with_context(|| url.path().to_owned())?;
    package.renditions.push(rendition);
    Ok(place)
}

async fn fetch_rendition(client: &reqwest::Client, url: Url, file: PathBuf) -> Result<Rendition> {
    let text = get(client, &url).await?;
    let (_, playlist) = m3u8_rs::parse_media_playlist(&text)
        .map_err(|error| anyhow::anyhow!("the media playlist does not parse: {error:?}"))?;
    let durations = listed_durations(&String::from_utf8_lossy(&text))?;
    ensure!(durations.len() == playlist.segments.len(), "EXTINF and segments do not pair");
    let map = playlist.segments.first().and_then(|segment| segment.map.clone());
    let map = map.context("no EXT-X-MAP before the first segment")?;
    let mut joined = get(client, &url.join(&map.uri)?).await?;
    let init = boxes::parse_init(&joined).context("init segment")?;
    let mut segments = Vec::new();
    for (entry, listed_seconds) in playlist.segments.iter().zip(durations) {
        ensure!(entry.byte_range.is_none(), "byte ranges are not part of the contract");
        let bytes = get(client, &url.join(&entry.uri)?).await?;
        let segment = boxes::parse_segment(&bytes, &init).with_context(|| entry.uri.clone())?;
        segments.push(Listed { listed_seconds, bytes: bytes.len() as u64, segment });
        joined.extend(bytes);
    }
    ensure!(!segments.is_empty(), "a playlist without segments");
    std::fs::write(&file, joined).context("writing the rendition")?;
    let mut parts: Vec<&str> = url.path().rsplitn(3, '/').take(2).collect();
    parts.reverse();
    Ok(Rendition {
        name: parts.join("/"),
        init,
        segments,
        target_seconds: playlist.target_duration,
        ended: playlist.end_list,
        file,
        url: url.clone(),
    })
}

/// EXTINF in full precision (the playlist crate rounds to f32).
fn listed_durations(text: &str) -> Result<Vec<f64>> {
    let values = text.lines().filter_map(|line| line.strip_prefix("#EXTINF:"));
    values
        .map(|value| {
            let number = value.split(',').next().unwrap_or_default().trim();
            number.parse::<f64>().with_context(|| format!("EXTINF {value}"))
        })
        .collect()
}

/// The WebVTT files of a text rendition, joined.
async fn fetch_text(client: &reqwest::Client, url: &Url) -> Result<String> {
    let text = get(client, url).await?;
    let (_, playlist) =
        m3u8_rs::parse_media_playlist(&text).map_err(|error| anyhow::anyhow!("{url} does not parse: {error:?}"))?;
    ensure!(playlist.end_list, "{url} has no EXT-X-ENDLIST");
    let mut joined = String::new();
    for segment in &playlist.segments {
        let bytes = get(client, &url.join(&segment.uri)?).await?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", segment.uri))?;
        ensure!(text.trim_start_matches('\u{feff}').starts_with("WEBVTT"), "{} is not WebVTT", segment.uri);
        joined += &text;
    }
    Ok(joined)
}
