//! HEVC and AV1 beside H.264, judged as strictly: every rung of every codec has the same boundaries, starts each
//! segment with a key frame, shows the picture in its colours and stays with the sound; both manifests agree.

use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use vlog::config::Codecs;
use vlog::domain::ladder::Codec;

use crate::support::TestServer;
use crate::support::corpus::{self, Clip, Expect, Outcome, codecs};
use crate::support::verify::{self, Target};
use crate::{PATIENCE, Row, Uploaded, judge_clip, report, settle, upload};

const ALL: [Codec; 3] = [Codec::H264, Codec::Hevc, Codec::Av1];

/// One after the other: the encoders use all cores anyway.
async fn judge(clips: Vec<Clip>) -> Result<()> {
    tokio::task::block_in_place(|| corpus::generate(&clips))?;
    let client = verify::client()?;
    let server = TestServer::start_with(|config| config.transcoding.codecs = Codecs(ALL.to_vec())).await;
    let mut rows = Vec::new();
    for clip in &clips {
        let started = Instant::now();
        let failures = judge_clip(&client, &server, clip).await;
        let mut failures = failures.unwrap_or_else(|error| vec![format!("{error:#}")]);
        if let Err(error) = check_codecs(&client, &server, clip.name).await {
            failures.push(format!("{error:#}"));
        }
        rows.push(Row { name: clip.name.to_owned(), seconds: started.elapsed().as_secs_f64(), failures });
    }
    report(rows)
}

/// All three codecs are there, H.264 first: some players take what comes first.
async fn check_codecs(client: &reqwest::Client, server: &TestServer, slug: &str) -> Result<()> {
    let slug = slug.replace('.', "-");
    let url = format!("{}/videos/{slug}/master.m3u8", server.public_url);
    let text = client.get(&url).send().await?.error_for_status()?.text().await?;
    let codecs: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("CODECS=\"").map(|(_, rest)| rest))
        .filter_map(|rest| rest.get(..4))
        .collect();
    let mut kinds = codecs.clone();
    kinds.dedup();
    ensure!(kinds == ["avc1", "hvc1", "av01"], "the codecs of {slug} come as {codecs:?}");
    let count = |kind: &str| codecs.iter().filter(|codec| **codec == kind).count();
    let rungs = count("avc1");
    ensure!(rungs > 0 && count("hvc1") == rungs && count("av01") == rungs, "not every rung in every codec: {codecs:?}");
    Ok(())
}

fn named(name: &str) -> Result<Clip> {
    corpus::all().into_iter().find(|clip| clip.name == name).with_context(|| format!("no clip {name}"))
}

/// Boundaries of an encoded H.264 at 29.97 frames a second, and those of a copied one at irregular key frames.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rungs_of_every_codec_are_judged_alike() -> Result<()> {
    judge(vec![codecs::encoded(), named("copy-irregular-key-frames")?]).await
}

/// The source's own stream is the top rung of its codec; H.264 and the third codec take its boundaries.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hevc_and_av1_sources_are_copied() -> Result<()> {
    judge(codecs::copied()).await
}

/// An encoder that does not work costs its codec, not the video.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_codec_that_fails_leaves_the_others() -> Result<()> {
    let clip = named("orientation-0")?;
    let path = tokio::task::block_in_place(|| corpus::clip_file(&clip))?;
    let directory = tempfile::tempdir()?;
    let ffmpeg = directory.path().join("ffmpeg");
    std::fs::write(&ffmpeg, "#!/bin/sh\ncase \"$*\" in *'-c:v libsvtav1'*) exit 1;; esac\nexec ffmpeg \"$@\"\n")?;
    std::fs::set_permissions(&ffmpeg, std::fs::Permissions::from_mode(0o755))?;
    let server = TestServer::start_with(|config| {
        config.transcoding.codecs = Codecs(ALL.to_vec());
        config.ffmpeg.path = ffmpeg;
    });
    let (client, server) = (verify::client()?, server.await);
    let uploaded = upload(&client, &server, Some("half"), &clip.file_name(), &path).await?;
    let Uploaded::Accepted { id, slug } = uploaded else { bail!("refused") };
    let video = settle(&client, &server, id, PATIENCE).await?;
    let warnings = video["warnings"].as_array().map_or(0, Vec::len);
    ensure!(video["status"] == "ready" && warnings == 1, "{video}");
    let expect = Expect { outcome: Outcome::ReadyWithWarning, ..clip.expect.clone() };
    let target = Target { public_url: &server.public_url, slug: &slug, source: Some(&path), has_api: true };
    let failures = verify::verify(&target, &expect).await;
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    let url = format!("{}/videos/{slug}/master.m3u8", server.public_url);
    let text = client.get(&url).send().await?.text().await?;
    ensure!(text.contains("hvc1") && !text.contains("av01"), "{text}");
    Ok(())
}
