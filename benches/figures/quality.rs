//! How near an encode is to its source.

use std::path::Path;

use anyhow::Context;

use super::process::output;

/// Likeness of a rendition and the source scaled to its size: structural similarity of all planes, in decibels.
/// Frames are paired by number.
pub async fn ssim_decibels(rendition: &Path, source: &Path, (width, height): (u64, u64)) -> anyhow::Result<f64> {
    let graph = format!(
        "[0:v]settb=AVTB,setpts=N,format=yuv420p[made];[1:v]scale={width}:{height}:flags=bicubic,settb=AVTB,setpts=N,\
         format=yuv420p[source];[made][source]ssim"
    );
    let (rendition, source) = (rendition.display().to_string(), source.display().to_string());
    let args = ["-hide_banner", "-nostats", "-i", &rendition, "-i", &source, "-lavfi", &graph, "-f", "null", "-"];
    let (_, errors) = output("ffmpeg", &args).await?;
    let all = errors.rsplit_once("All:").and_then(|(_, rest)| rest.split_whitespace().next());
    let ssim: f64 = all.context("no SSIM")?.parse()?;
    Ok(-10.0 * (1.0 - ssim).max(1e-9).log10())
}
