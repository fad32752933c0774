//! The picture and the sound that every clip shows.
//!
//! Displayed layout: top-left quarter-by-quarter corner green; above the bottom quarter the left
//! half is red and the right half blue; the bottom quarter moves (so that encoders have work and
//! B frames have a reason). White flash and 1 kHz beep start together at each *mark*.

use anyhow::{Context, Result, ensure};

/// Colours of the patches: red, blue, corner.
pub const RED: [u8; 3] = [235, 16, 16];
pub const BLUE: [u8; 3] = [16, 16, 235];
pub const GREEN: [u8; 3] = [16, 235, 16];
/// Length of a flash, seconds, rounded up to whole frames.
const FLASH_SECONDS: f64 = 0.04;
/// Length of a beep, seconds.
pub const BEEP_SECONDS: f64 = 0.1;
/// A mark this close to a frame's time belongs to that frame.
const ROUNDING: f64 = 1e-6;

/// Geometry and timing of a clip's picture.
#[derive(Debug, Clone)]
pub struct Scene {
    pub width: u32,
    pub height: u32,
    /// Frame rate as a fraction.
    pub rate: (u32, u32),
    pub frames: u32,
    /// Wanted marker times, seconds; they move to the next frame.
    pub wanted_marks: Vec<f64>,
}

/// The eight ways a frame can be stored relative to how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    Rotate0,
    Rotate90,
    Rotate180,
    Rotate270,
    MirrorHorizontal,
    MirrorVertical,
    Transpose,
    Transverse,
}

impl Scene {
    /// A scene of about `seconds`, with marks one second from both ends.
    pub fn new(width: u32, height: u32, rate: (u32, u32), seconds: f64) -> Scene {
        let per_second = f64::from(rate.0) / f64::from(rate.1);
        let frames = (seconds * per_second).round().max(1.0) as u32;
        let wanted_marks = if seconds >= 4.0 { vec![1.0, seconds - 1.0] } else { Vec::new() };
        Scene { width, height, rate, frames, wanted_marks }
    }

    /// The usual small clip.
    pub fn small(seconds: f64) -> Scene {
        Scene::new(320, 240, (25, 1), seconds)
    }

    /// Replaces the marks.
    pub fn marked(mut self, marks: &[f64]) -> Scene {
        self.wanted_marks = marks.to_vec();
        self
    }

    pub fn frames_per_second(&self) -> f64 {
        f64::from(self.rate.0) / f64::from(self.rate.1)
    }

    pub fn seconds(&self) -> f64 {
        f64::from(self.frames) / self.frames_per_second()
    }

    /// Times of the marks: those of the first flash frames.
    pub fn marks(&self) -> Vec<f64> {
        self.mark_frames().iter().map(|frame| f64::from(*frame) / self.frames_per_second()).collect()
    }

    pub fn mark_frames(&self) -> Vec<u32> {
        let rate = self.frames_per_second();
        self.wanted_marks.iter().map(|mark| (mark * rate - ROUNDING).ceil() as u32).collect()
    }

    /// lavfi graph of the displayed picture, in planar RGB.
    pub fn picture(&self) -> String {
        let Scene { width, height, rate, frames, .. } = self;
        let (half, strip) = (width / 2, height - height / 4);
        let flash_frames = (FLASH_SECONDS * self.frames_per_second() - ROUNDING).ceil().max(1.0) as u32;
        let flashes: Vec<String> =
            self.mark_frames().iter().map(|first| format!("between(n,{first},{})", first + flash_frames - 1)).collect();
        let mut graph = format!(
            "testsrc2=s={width}x{height}:r={}/{}:d={:.3},trim=end_frame={frames},format=gbrp",
            rate.0,
            rate.1,
            self.seconds() + 1.0
        );
        for (x, y, box_width, box_height, colour) in [
            (0, 0, half, strip, RED),
            (half, 0, width - half, strip, BLUE),
            (0, 0, (width / 4).max(1), (height / 4).max(1), GREEN),
        ] {
            graph += &format!(
                ",drawbox=x={x}:y={y}:w={box_width}:h={box_height}:t=fill:c=0x{:02X}{:02X}{:02X}",
                colour[0], colour[1], colour[2]
            );
        }
        if !flashes.is_empty() {
            graph += &format!(",drawbox=c=white:t=fill:enable='{}'", flashes.join("+"));
        }
        graph
    }

    /// lavfi graph of a stereo track; `pitch` tells the tracks apart.
    pub fn stereo(&self, pitch: u32) -> String {
        self.sound("stereo", &[1.0, 1.0], pitch, self.seconds())
    }

    /// lavfi graph of a track; `beeps` holds the beep's share of each channel.
    pub fn sound(&self, layout: &str, beeps: &[f64], pitch: u32, seconds: f64) -> String {
        let gates: Vec<String> =
            self.marks().iter().map(|mark| format!("between(t,{mark:.6},{:.6})", mark + BEEP_SECONDS)).collect();
        let gate = if gates.is_empty() { "0".to_owned() } else { gates.join("+") };
        let channels: Vec<String> = beeps
            .iter()
            .map(|share| format!("0.01*sin(2*PI*{pitch}*t)+{:.3}*sin(2*PI*1000*t)*({gate})", share * 0.5))
            .collect();
        format!("aevalsrc=exprs='{}':c={layout}:s=48000:d={seconds:.6}", channels.join("|"))
    }
}

impl Orientation {
    pub const ALL: [Orientation; 8] = [
        Orientation::Rotate0,
        Orientation::Rotate90,
        Orientation::Rotate180,
        Orientation::Rotate270,
        Orientation::MirrorHorizontal,
        Orientation::MirrorVertical,
        Orientation::Transpose,
        Orientation::Transverse,
    ];

    /// Whether stored width is displayed height.
    pub fn swaps_sides(self) -> bool {
        use Orientation::{Rotate90, Rotate270, Transpose, Transverse};
        matches!(self, Rotate90 | Rotate270 | Transpose | Transverse)
    }

    /// Filter that turns the displayed picture into the stored one.
    pub fn storing_filter(self) -> &'static str {
        match self {
            Orientation::Rotate0 => "null",
            Orientation::Rotate90 => "transpose=cclock",
            Orientation::Rotate180 => "hflip,vflip",
            Orientation::Rotate270 => "transpose=clock",
            Orientation::MirrorHorizontal => "hflip",
            Orientation::MirrorVertical => "vflip",
            Orientation::Transpose => "transpose=cclock_flip",
            Orientation::Transverse => "transpose=clock_flip",
        }
    }

    /// (a, b, c, d) of ISO/IEC 14496-12 6.2.2: shown = stored * matrix.
    fn matrix(self) -> [i32; 4] {
        match self {
            Orientation::Rotate0 => [1, 0, 0, 1],
            Orientation::Rotate90 => [0, 1, -1, 0],
            Orientation::Rotate180 => [-1, 0, 0, -1],
            Orientation::Rotate270 => [0, -1, 1, 0],
            Orientation::MirrorHorizontal => [-1, 0, 0, 1],
            Orientation::MirrorVertical => [1, 0, 0, -1],
            Orientation::Transpose => [0, 1, 1, 0],
            Orientation::Transverse => [0, -1, -1, 0],
        }
    }
}

/// Patches the matrix of every `tkhd` that has a size (that is, of video tracks), as cameras do:
/// the translation moves the turned picture back into view.
pub fn set_display_matrix(file: &mut [u8], orientation: Orientation) -> Result<()> {
    let mut patched = 0;
    let mut from = 0;
    while let Some(found) = file[from..].windows(4).position(|window| window == b"tkhd") {
        let start = from + found + 4;
        from = start;
        let version = *file.get(start).context("tkhd is cut short")?;
        let matrix_at = start + if version == 1 { 52 } else { 40 };
        let size_at = matrix_at + 36;
        ensure!(file.len() >= size_at + 8, "tkhd is cut short");
        let (width, height) = (read_i32(file, size_at), read_i32(file, size_at + 4));
        if width == 0 {
            continue;
        }
        let [a, b, c, d] = orientation.matrix();
        let shift = |first: i32, second: i32| (width * -first.min(0)) + (height * -second.min(0));
        let values = [a << 16, b << 16, 0, c << 16, d << 16, 0, shift(a, c), shift(b, d), 1 << 30];
        for (index, value) in values.iter().enumerate() {
            let at = matrix_at + index * 4;
            file[at..at + 4].copy_from_slice(&value.to_be_bytes());
        }
        patched += 1;
    }
    ensure!(patched == 1, "expected one video track, found {patched}");
    Ok(())
}

fn read_i32(bytes: &[u8], at: usize) -> i32 {
    i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Colour conversion from the scene's RGB and the tags that say so.
#[derive(Debug, Clone, Copy)]
pub struct Tint {
    pub filter: &'static str,
    pub tags: &'static str,
}

/// BT.709, studio range, tagged: what most files are.
pub const BT709: Tint = Tint {
    filter: "scale=out_color_matrix=bt709:out_range=tv,\
             setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv",
    tags: "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv",
};
/// BT.601, studio range, tagged.
pub const BT601: Tint = Tint {
    filter: "scale=out_color_matrix=smpte170m:out_range=tv,\
             setparams=color_primaries=smpte170m:color_trc=smpte170m:colorspace=smpte170m:range=tv",
    tags: "-colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m -color_range tv",
};
/// BT.601, studio range, no tags: old cameras.
pub const BT601_UNTAGGED: Tint = Tint { filter: "scale=out_color_matrix=smpte170m:out_range=tv", tags: "" };
/// BT.709, studio range, no tags: many HD files.
pub const BT709_UNTAGGED: Tint = Tint { filter: "scale=out_color_matrix=bt709:out_range=tv", tags: "" };
/// BT.709, full range, tagged.
pub const BT709_FULL: Tint = Tint {
    filter: "scale=out_color_matrix=bt709:out_range=pc,\
             setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=pc",
    tags: "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range pc",
};
/// PQ (SMPTE ST 2084) in BT.2020, diffuse white at 203 nits.
pub const PQ: Tint = Tint {
    filter: "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p,\
             setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,\
             zscale=t=linear:npl=203,format=gbrpf32le,\
             zscale=p=bt2020:t=smpte2084:m=bt2020nc:r=tv:npl=203",
    tags: "-colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084 -color_range tv",
};
/// HLG (ARIB STD-B67) in BT.2020.
pub const HLG: Tint = Tint {
    filter: "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p,\
             setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,\
             zscale=t=linear:npl=203,format=gbrpf32le,\
             zscale=p=bt2020:t=arib-std-b67:m=bt2020nc:r=tv:npl=203",
    tags: "-colorspace bt2020nc -color_primaries bt2020 -color_trc arib-std-b67 -color_range tv",
};

/// Everyday H.264: B frames, a key frame each two seconds at 25 fps.
pub const X264: &str = "-c:v libx264 -preset superfast -bf 2 -crf 21 -g 50";
/// Everyday AAC.
pub const AAC: &str = "-c:a aac -b:a 96k";

/// One ffmpeg call that encodes a scene.
#[derive(Debug, Clone)]
pub struct Make {
    pub scene: Scene,
    pub tint: Tint,
    /// Filters between the scene and the encoder.
    pub filter: &'static str,
    pub pixels: &'static str,
    /// Encoder arguments.
    pub video: &'static str,
    /// lavfi graphs of the audio tracks.
    pub sounds: Vec<String>,
    pub audio: &'static str,
    /// Arguments of the container.
    pub mux: &'static str,
    /// Seconds by which the picture or the sounds start later.
    pub video_delay: f64,
    pub audio_delay: f64,
}

impl Make {
    /// H.264 with one AAC stereo track.
    pub fn of(scene: &Scene) -> Make {
        Make {
            scene: scene.clone(),
            tint: BT709,
            filter: "null",
            pixels: "yuv420p",
            video: X264,
            sounds: vec![scene.stereo(220)],
            audio: AAC,
            mux: "",
            video_delay: 0.0,
            audio_delay: 0.0,
        }
    }

    pub fn video(mut self, video: &'static str) -> Make {
        self.video = video;
        self
    }

    pub fn audio(mut self, audio: &'static str) -> Make {
        self.audio = audio;
        self
    }

    pub fn pixels(mut self, pixels: &'static str) -> Make {
        self.pixels = pixels;
        self
    }

    pub fn tint(mut self, tint: Tint) -> Make {
        self.tint = tint;
        self
    }

    pub fn filter(mut self, filter: &'static str) -> Make {
        self.filter = filter;
        self
    }

    pub fn mux(mut self, mux: &'static str) -> Make {
        self.mux = mux;
        self
    }

    pub fn sounds(mut self, sounds: Vec<String>) -> Make {
        self.sounds = sounds;
        self
    }

    /// The step that writes `output`.
    pub fn into_step(self, output: &str) -> super::Step {
        use super::words;
        let graph = format!("{},{},{},format={}", self.scene.picture(), self.filter, self.tint.filter, self.pixels);
        let mut arguments: Vec<String> = Vec::new();
        let mut input = |delay: f64, graph: String| {
            if delay != 0.0 {
                arguments.extend(["-itsoffset".to_owned(), format!("{delay}")]);
            }
            arguments.extend(words("-f lavfi -i"));
            arguments.push(graph);
        };
        input(self.video_delay, graph);
        for sound in &self.sounds {
            input(self.audio_delay, sound.clone());
        }
        for index in 0..=self.sounds.len() {
            arguments.extend(["-map".to_owned(), index.to_string()]);
        }
        arguments.extend(words(self.tint.tags));
        arguments.extend(words(self.video));
        if !self.sounds.is_empty() {
            arguments.extend(words(self.audio));
        }
        arguments.extend(words(self.mux));
        arguments.push(output.to_owned());
        super::Step::Ffmpeg(arguments)
    }

    /// The whole recipe of a clip that needs only this step.
    pub fn steps(self, extension: &str) -> Vec<super::Step> {
        vec![self.into_step(&format!("out.{extension}"))]
    }
}
