//! Trying an encoder: a second of a moving picture in 720p is encoded, and must look like what went in. Devices of some
//! drivers encode without complaint and make green pictures.

use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cancel::Cancel;
use super::device::{Frames, Rate, Use};
use super::encoders;
use super::faults::{self, Fault};
use super::process::{self, ProcessError, ProcessErrorKind, Tools};
use crate::domain::ladder::encoder::Device;
use crate::domain::ladder::{Codec, Rung};

const PICTURES: &str = "testsrc2=size=1280x720:rate=25:duration=1";
/// The cap of 720p; far more than this picture needs.
const MAX_RATE: u64 = 2_500_000;
/// What decodes to less likeness than this (SSIM, 1 is the same) is another picture.
const LEAST_LIKENESS: f64 = 0.8;
const TIMEOUT: Duration = Duration::from_secs(20);
/// Drivers of graphics cards reserve far more addresses than they use.
const NO_LIMIT: u64 = 1 << 60;
/// Numbers of sessions that NVIDIA's drivers have allowed at once, and are tried.
const SESSIONS: [u32; 4] = [8, 5, 3, 2];
/// Where Linux has devices that decode and encode.
const RENDER_NODES: &str = "/dev/dri";

/// Without the limit on memory that drivers of devices exceed by far.
pub fn unlimited(tools: &Tools) -> Tools {
    Tools { memory_bytes: NO_LIMIT, ..tools.clone() }
}

/// The device as a command names it, or why it cannot be used. `wanted` is what the admin chose; empty: the first.
pub fn node(device: Device, wanted: &str) -> Result<String, Fault> {
    let a_file = wanted.starts_with('/');
    match device {
        Device::Software => Ok(String::new()),
        Device::Nvenc => {
            let there = usable(Path::new("/dev/nvidiactl"), "video")?;
            let number = if a_file { "" } else { wanted };
            there.map(|_| number.to_owned()).ok_or_else(|| {
                let fix = "install the driver (Debian: apt install nvidia-driver); a container needs --gpus all";
                Fault::new("there is no NVIDIA card, or no driver of it: /dev/nvidiactl is missing", fix)
            })
        }
        Device::Vaapi | Device::Qsv => {
            let path = if a_file { Some(PathBuf::from(wanted)) } else { first_render_node() };
            let there = path.as_deref().map(|path| usable(path, "render")).transpose()?.flatten();
            there.map(|path| path.display().to_string()).ok_or_else(|| {
                let shown = path.unwrap_or_else(|| Path::new(RENDER_NODES).join("renderD128"));
                let fix = "load the driver of the graphics card; a container needs --device /dev/dri";
                Fault::new(format!("there is no graphics card: {} is missing", shown.display()), fix)
            })
        }
    }
}

fn first_render_node() -> Option<PathBuf> {
    let nodes = std::fs::read_dir(RENDER_NODES).into_iter().flatten().flatten().map(|entry| entry.path());
    nodes.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("renderD"))).min()
}

/// None when it is not there.
fn usable(path: &Path, group: &str) -> Result<Option<PathBuf>, Fault> {
    match File::options().read(true).write(true).open(path) {
        Ok(_) => Ok(Some(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::new(
            format!("{} cannot be opened ({error})", path.display()),
            format!("add the user that runs vlog to the group {group}: usermod -aG {group} USER"),
        )),
    }
}

/// Tries an encoder, and finds out how its rate is set.
pub async fn encoder(tools: &Tools, device: Device, codec: Codec, node: &str) -> Result<Rate, Fault> {
    let first = encode(tools, device, codec, node, Rate::Quality).await;
    match first {
        Err(error) if matches!(device, Device::Vaapi | Device::Qsv) => {
            let second = encode(tools, device, codec, node, Rate::Bits).await;
            second.map(|()| Rate::Bits).map_err(|_| error)
        }
        other => other.map(|()| Rate::Quality),
    }
}

async fn encode(tools: &Tools, device: Device, codec: Codec, node: &str, rate: Rate) -> Result<(), Fault> {
    let directory = tokio::task::spawn_blocking(tempfile::tempdir).await;
    let directory = directory.ok().and_then(Result::ok);
    let directory =
        directory.ok_or_else(|| Fault { reason: "there is no room for temporary files".to_owned(), fix: None })?;
    let file = directory.path().join("trial.mp4");
    let with = Use { device, node: node.to_owned(), rate, frames: Frames::InMemory };
    let mut args = begin(&with);
    let scale = format!("format=yuv420p,setsar=1{}", with.upload());
    args.extend(["-f", "lavfi", "-i", PICTURES, "-vf", &scale].map(OsString::from));
    args.extend(settings(&with, codec).into_iter().map(OsString::from));
    let strip = with.strip(codec).trim_end_matches(',');
    if !strip.is_empty() {
        args.extend(["-bsf:v", strip].map(OsString::from));
    }
    args.extend(["-f", "mp4", "-movflags", "+empty_moov+default_base_moof", "-y"].map(OsString::from));
    args.push(file.clone().into());
    let explain = |error: ProcessError| explained(device, &error);
    process::output(&unlimited(tools), &tools.ffmpeg, args, TIMEOUT, &Cancel::default()).await.map_err(explain)?;
    let likeness = likeness(tools, &file).await.map_err(|error| explained(Device::Software, &error))?;
    if likeness >= LEAST_LIKENESS {
        return Ok(());
    }
    let reason = format!("it makes another picture than it is given (likeness {likeness:.2} of 1)");
    Err(Fault::new(reason, "update the driver; until then software does it"))
}

fn begin(with: &Use) -> Vec<OsString> {
    let quiet = ["-hide_banner", "-nostdin", "-loglevel", "warning"].map(str::to_owned);
    quiet.into_iter().chain(with.init()).map(OsString::from).collect()
}

fn settings(with: &Use, codec: Codec) -> Vec<String> {
    let rung = Rung {
        name: String::new(),
        width: 1280,
        height: 720,
        codec,
        max_rate: MAX_RATE,
        frame_rate: 25.0,
        copied: false,
    };
    let encoder = with.device.encoder(codec);
    match with.device {
        // the fastest there is: whether it works is all that is asked
        Device::Software => encoders::settings(encoder, "ultrafast", &rung),
        _ => with.settings(encoder, "balanced", &rung),
    }
}

/// How much a file looks like the pictures it was made of: the mean SSIM.
async fn likeness(tools: &Tools, file: &Path) -> Result<f64, ProcessError> {
    let mut args: Vec<OsString> = ["-v", "error", "-nostdin", "-i"].map(OsString::from).into();
    args.push(file.into());
    let compare = "[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]ssim=stats_file=-";
    args.extend(["-f", "lavfi", "-i", PICTURES, "-lavfi", compare, "-f", "null", "/dev/null"].map(OsString::from));
    let lines = process::output(tools, &tools.ffmpeg, args, TIMEOUT, &Cancel::default()).await?;
    // n:1 Y:0.98 U:0.99 V:0.99 All:0.985 (18.2)
    let text = String::from_utf8_lossy(&lines).into_owned();
    let all = |line: &str| line.split_once("All:")?.1.split(' ').next()?.parse::<f64>().ok();
    let values: Vec<f64> = text.lines().filter_map(all).collect();
    Ok(values.iter().sum::<f64>() / values.len().max(1) as f64)
}

fn explained(device: Device, error: &ProcessError) -> Fault {
    match error.kind {
        ProcessErrorKind::Exit(_) => faults::explain(device, &error.stderr),
        _ => Fault { reason: error.to_string(), fix: None },
    }
}

/// How many pictures NVIDIA's card encodes at once: its driver does not tell, so it is tried.
pub async fn sessions(tools: &Tools, node: &str) -> u32 {
    let with = Use { device: Device::Nvenc, node: node.to_owned(), rate: Rate::Quality, frames: Frames::InMemory };
    for count in SESSIONS {
        let outputs: String = (0..count).map(|i| format!("[v{i}]")).collect();
        let mut args = begin(&with);
        let graph = format!("[0:v]format=yuv420p,split={count}{outputs}");
        args.extend(["-f", "lavfi", "-i", PICTURES, "-filter_complex", &graph].map(OsString::from));
        for i in 0..count {
            args.extend(["-map", &format!("[v{i}]")].map(OsString::from));
            args.extend(settings(&with, Codec::H264).into_iter().map(OsString::from));
            args.extend(["-f", "null", "/dev/null"].map(OsString::from));
        }
        if process::output(&unlimited(tools), &tools.ffmpeg, args, TIMEOUT, &Cancel::default()).await.is_ok() {
            return count;
        }
    }
    1
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn software_is_tried_the_same_way() {
        assert_eq!(encoder(&Tools::default(), Device::Software, Codec::H264, "").await, Ok(Rate::Quality));
    }

    /// What an encoder that makes pictures of its own would be told from.
    #[tokio::test]
    async fn another_picture_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("other.mp4");
        let args = "-v error -nostdin -f lavfi -i color=green:s=1280x720:r=25:d=1 -c:v libx264 -preset ultrafast";
        let mut command = std::process::Command::new("ffmpeg");
        assert!(command.args(args.split(' ')).arg(&file).status().unwrap().success());
        let likeness = likeness(&Tools::default(), &file).await.unwrap();
        assert!(likeness < LEAST_LIKENESS, "{likeness}");
    }

    /// No machine that runs these tests has a device: ffmpeg itself says so, after it has understood the command.
    #[tokio::test]
    async fn without_a_device_the_reason_is_told() {
        if first_render_node().is_some() || Path::new("/dev/nvidiactl").exists() {
            return;
        }
        for (device, node, reason) in [
            (Device::Nvenc, "", "libcuda"),
            (Device::Vaapi, "/dev/dri/renderD128", "no such device"),
            (Device::Qsv, "/dev/dri/renderD128", "no such device"),
        ] {
            let fault = encoder(&Tools::default(), device, Codec::H264, node).await.unwrap_err();
            assert!(fault.reason.contains(reason) && fault.fix.is_some(), "{device:?}: {fault}");
        }
        assert!(node(Device::Nvenc, "").unwrap_err().reason.contains("/dev/nvidiactl"));
        assert!(node(Device::Vaapi, "").unwrap_err().reason.contains("/dev/dri/renderD128"));
        assert!(node(Device::Qsv, "/dev/dri/renderD200").unwrap_err().reason.contains("renderD200"));
    }

    #[test]
    fn a_device_that_may_not_be_opened_says_which_group_may() {
        let directory = tempfile::tempdir().unwrap();
        // a directory cannot be opened for writing, not even by root
        let fault = node(Device::Vaapi, &directory.path().display().to_string()).unwrap_err();
        assert!(fault.fix.unwrap().contains("usermod -aG render"));
    }
}
