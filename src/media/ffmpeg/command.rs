//! ffmpeg's arguments, as pure functions from specs. Everything that decides how media looks stands here and in
//! [`super::super::plan`].

use std::ffi::OsString;

use super::super::loudness::Gain;
use super::super::presentation::names;
use super::device::{Frames, Use};
use super::encoders;
use super::input::Input;
use crate::domain::ladder::{Codec, Rung};
use crate::domain::media::Color;
use crate::domain::task::{AudioSpec, CopySpec, EncodeSpec, Picture, SubtitlesSpec, TranscribeSpec};
use crate::domain::transcode::{AudioRendition, Chunk};

/// Ticks a second of encoded video: every common frame rate has whole or nearly whole ticks.
const VIDEO_TIMESCALE: u32 = 90_000;
/// Added to the offset of the time line. An offset that is exactly the file's start makes ffmpeg (with MPEG-TS)
/// replace it by the start of the streams in use, and picture and sound, read apart, would drift apart.
const NOT_EXACTLY_SECONDS: f64 = 0.000_001;
/// Where times are rounded, to milliseconds or ticks, a duration may reach into the next segment, whose first frame
/// ffmpeg then shows at the wrong time. Only the last frame of a segment has a duration, and that is measured again.
const SHORTER: &str = "setts=pts=PTS:dts=DTS:duration=DURATION*3/4";
/// Threads that decode, at most: as many as ffmpeg itself would take.
const DECODING_THREADS: usize = 16;
/// Samples a second of encoded sound.
const AUDIO_RATE: &str = "48000";

/// Copies the picture. Writes one segment a key frame; the task joins them to the planned segments.
pub fn copy(source: &Input, spec: &CopySpec) -> Vec<OsString> {
    let mut args = Args::input(spec.start_seconds, None, source);
    args.push(["-map", &format!("0:{}", spec.stream_index), "-c:v", "copy"]);
    if let Some(color) = &spec.color {
        let [primaries, transfer, matrix] = color_codes(color);
        let tags =
            format!("colour_primaries={primaries}:transfer_characteristics={transfer}:matrix_coefficients={matrix}");
        let filter = match spec.codec {
            Codec::H264 => format!("h264_metadata={tags}:video_full_range_flag=0"),
            Codec::Hevc => format!("hevc_metadata={tags}:video_full_range_flag=0"),
            Codec::Av1 => format!("av1_metadata={}:color_range=tv", tags.replace("colour", "color")),
        };
        args.push(["-bsf:v", &filter]);
    }
    if spec.codec == Codec::Hevc {
        args.push(["-tag:v", "hvc1"]);
    }
    args.segments(&spec.rendition, 0, "0", Start::First);
    args.0
}

/// Encodes one chunk in all its rungs with one decode, on a device or in software, on a machine with so many cores.
pub fn encode(source: &Input, spec: &EncodeSpec, device: Option<&Use>, cores: usize) -> Vec<OsString> {
    let chunk = &spec.chunk;
    let mut args = Args(device.map(Use::options).unwrap_or_default().into_iter().map(OsString::from).collect());
    // beside encoders that keep all cores busy, the threads that ffmpeg would give a decoder cost more than they save
    if device.is_none() && spec.rungs.len() > 1 && prepare(&spec.picture, (2, 2)).is_empty() {
        args.push(["-threads", &(cores / 2).clamp(1, DECODING_THREADS).to_string()]);
    }
    args.0.extend(Args::input(spec.start_seconds, chunk.seek, source).0);
    args.push(["-filter_complex", &filters(spec, device)]);
    for (i, rung) in spec.rungs.iter().enumerate() {
        args.push(["-map", &format!("[v{i}]")]);
        args.video_encoder(spec, rung, device);
        args.segments(&rung.name, chunk.first_segment, "0", Start::First);
    }
    args.0
}

/// Makes every audio rendition in one reading of the file. `gains` are in the order of the renditions.
pub fn audio(source: &Input, spec: &AudioSpec, gains: &[Gain]) -> Vec<OsString> {
    let mut args = Args::input(spec.start_seconds, None, source);
    let gains = gains.iter().copied().chain(std::iter::repeat(Gain::default()));
    for (rendition, gain) in spec.renditions.iter().zip(gains) {
        args.push(["-map", &format!("0:{}", rendition.stream_index)]);
        match rendition.encode_rate {
            None => args.push(["-c:a", "copy"]),
            Some(rate) => args.audio_encoder(rendition, rate, gain, spec.pad_to_seconds),
        }
        args.segments(&rendition.name, 0, &spec.segment_seconds.to_string(), Start::Zero);
    }
    args.0
}

/// Measures how loud a rendition will be; what the meter says goes to the standard output, ten lines a second.
pub fn loudness(source: &Input, spec: &AudioSpec, rendition: &AudioRendition) -> Vec<OsString> {
    let mut args = Args(vec!["-v".into(), "error".into(), "-nostdin".into()]);
    args.0.extend(Args::input(spec.start_seconds, None, source).0);
    let meter = "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-";
    args.push(["-map", &format!("0:{}", rendition.stream_index)]);
    args.push(["-af", &format!("{},{meter}", sound(rendition)), "-f", "null", "-"]);
    args.0
}

/// One sound as whisper hears it, to the standard output: mono, 16000 samples a second, 32-bit floats.
pub fn speech(source: &Input, spec: &TranscribeSpec) -> Vec<OsString> {
    let mut args = Args(vec!["-v".into(), "error".into(), "-nostdin".into()]);
    args.0.extend(Args::input(spec.start_seconds, None, source).0);
    let filter = "aresample=16000:async=1:first_pts=0,aformat=sample_fmts=flt:channel_layouts=mono";
    args.push(["-map", &format!("0:{}", spec.stream_index), "-af", filter, "-f", "f32le", "-"]);
    args.0
}

/// From time 0 on without a gap: late sound is preceded and missing sound filled by silence.
fn sound(rendition: &AudioRendition) -> String {
    let layout = match rendition.channels {
        1 => "mono",
        2 => "stereo",
        _ => "5.1",
    };
    format!("aresample={AUDIO_RATE}:async=1:first_pts=0,aformat=channel_layouts={layout}")
}

/// Extracts text subtitles as WebVTT, `{name}/captions.vtt`.
pub fn subtitles(source: &Input, spec: &SubtitlesSpec) -> Vec<OsString> {
    let mut args = Args::input(spec.start_seconds, None, source);
    for track in &spec.tracks {
        args.push(["-map", &format!("0:{}", track.stream_index), "-c:s", "webvtt", "-f", "webvtt", "-y"]);
        args.push([format!("{}/{}", track.name, names::CAPTIONS).as_str()]);
    }
    args.0
}

/// ITU-T H.273 code points of guessed colour: SD is BT.601, everything else BT.709.
fn color_codes(color: &Color) -> [u8; 3] {
    let code = |tag: &str| match tag {
        "smpte170m" => 6,
        "bt470bg" => 5,
        _ => 1,
    };
    [code(&color.primaries), code(&color.transfer), code(&color.matrix)]
}

/// The filter graph of a chunk: prepare once, split, scale each rung.
fn filters(spec: &EncodeSpec, device: Option<&Use>) -> String {
    let on_device = device.filter(|device| device.frames == Frames::OnDevice);
    let picture = &spec.picture;
    let largest = spec.rungs.first().map_or((2, 2), |r| (r.width, r.height));
    let mut graph = format!("[0:{}]", spec.stream_index);
    if picture.hold_first && spec.chunk.index == 0 {
        graph += r"setpts=if(eq(N\,0)\,0\,PTS),";
    }
    let prepared = if on_device.is_none() { prepare(picture, largest) } else { String::new() };
    let cut = trim(&spec.chunk);
    // what is cut off first need not be prepared; the filters that look at neighbours, or make frames, want it all
    let cut_first = !picture.deinterlace && picture.steady_rate.is_none() && picture.hold_last_seconds == 0.0;
    graph += &if cut_first { format!("{cut}{prepared}") } else { prepared };
    if let Some(rate) = picture.steady_rate {
        // before the cut: the frame that is shown at the cut may have come before it
        graph += &format!("fps=fps={rate},");
    }
    if picture.hold_last_seconds > 0.0 {
        graph += &format!("tpad=stop_mode=clone:stop_duration={},", time(picture.hold_last_seconds));
    }
    if !cut_first {
        graph += &cut;
    }
    // swscale (5.1) makes other pixels with another number of threads where it converts the matrix: with one, it makes the
    // same on every machine
    let method = if device.is_none() { "bicubic:threads=1" } else { "bicubic" };
    let count = spec.rungs.len();
    let outputs: String = (0..count).map(|i| format!("[s{i}]")).collect();
    graph += &format!("split={count}{outputs}");
    for (i, rung) in spec.rungs.iter().enumerate() {
        let size = (rung.width, rung.height);
        let scale = on_device.map_or_else(|| scale(picture, size, method), |device| device.scale(size));
        let upload = if on_device.is_some() { "" } else { device.map_or("", Use::upload) };
        graph += &format!(";[s{i}]{scale},setsar=1{TAGS}{upload}[v{i}]");
    }
    graph
}

/// What belongs to a chunk; ends with a comma unless it is empty.
fn trim(chunk: &Chunk) -> String {
    let edge = |name: &str, at: Option<f64>| at.map(|t| format!("{name}={}", time(t)));
    let edges: Vec<_> =
        [edge("start", chunk.trim_start()), edge("end", chunk.trim_end())].into_iter().flatten().collect();
    if edges.is_empty() { String::new() } else { format!("trim={},", edges.join(":")) }
}

/// Every output says what it is.
const TAGS: &str = ",setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709";

/// What happens once, before the split; ends with a comma unless it is empty.
pub(in crate::media) fn prepare(picture: &Picture, largest: (u32, u32)) -> String {
    let mut chain = String::new();
    if picture.deinterlace {
        chain += "bwdif=mode=send_frame:deint=all,";
    }
    let color = &picture.color;
    let or = |text: &str, fallback: &str| if text.is_empty() { fallback.to_owned() } else { text.to_owned() };
    if color.is_hdr() {
        let (w, h) = largest;
        // scaled first: tone mapping works on floats and costs by the pixel
        chain += &format!(
            "setparams=range={}:color_primaries={}:color_trc={}:colorspace={},zscale=w={w}:h={h}:t=linear:npl=100,format=gbrpf32le,\
             zscale=p=bt709,tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p,",
            color.range,
            or(&color.primaries, "bt2020"),
            color.transfer,
            or(&color.matrix, "bt2020nc"),
        );
    } else if color.primaries == "bt2020" {
        chain += &format!(
            "setparams=range={}:color_primaries=bt2020:color_trc={}:colorspace={},zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p,",
            color.range,
            or(&color.transfer, "bt2020-10"),
            or(&color.matrix, "bt2020nc"),
        );
    }
    chain
}

/// Scales to square pixels, 8-bit 4:2:0, BT.709, limited range.
pub(in crate::media) fn scale(picture: &Picture, (width, height): (u32, u32), method: &str) -> String {
    let color = &picture.color;
    let mapped = color.is_hdr() || color.primaries == "bt2020";
    let matrix = match color.matrix.as_str() {
        _ if mapped => "bt709",
        "smpte170m" | "bt470bg" | "fcc" => "bt601",
        "smpte240m" => "smpte240m",
        "bt2020nc" | "bt2020c" => "bt2020",
        _ => "bt709",
    };
    let range = if color.range == "pc" && !mapped { "pc" } else { "tv" };
    let input =
        if color.matrix == "gbr" { String::new() } else { format!(":in_color_matrix={matrix}:in_range={range}") };
    format!("scale=w={width}:h={height}:flags={method}{input}:out_color_matrix=bt709:out_range=tv,format=yuv420p")
}

fn time(seconds: f64) -> String {
    format!("{seconds:.6}")
}

/// Where a rendition's time begins.
enum Start {
    /// At the first sample's own time.
    First,
    /// At 0; what comes before are priming samples, which the muxer hides behind an edit list.
    Zero,
}

/// Arguments in the making.
struct Args(Vec<OsString>);

impl Args {
    /// One source file, on a time line that starts at 0 with its earliest stream.
    fn input(start: f64, seek: Option<f64>, source: &Input) -> Self {
        let mut args = Self(vec!["-y".into(), "-copyts".into()]);
        args.push(["-itsoffset", &time(NOT_EXACTLY_SECONDS - start)]);
        args.0.extend(source.options());
        if let Some(seek) = seek {
            args.push(["-noaccurate_seek", "-ss", &time(seek)]);
        }
        args.0.extend(["-i".into(), source.address()]);
        args.push(["-map_metadata", "-1", "-map_chapters", "-1"]);
        args
    }

    fn push<'a>(&mut self, args: impl IntoIterator<Item = &'a str>) {
        self.0.extend(args.into_iter().map(OsString::from));
    }

    fn video_encoder(&mut self, spec: &EncodeSpec, rung: &Rung, device: Option<&Use>) {
        let (encoder, preset) = (&spec.encoder, &spec.preset);
        let settings = match device {
            Some(device) => device.settings(encoder, preset, rung),
            None if spec.beside_hardware => encoders::beside_hardware(encoder, preset, rung),
            None => encoders::settings(encoder, preset, rung),
        };
        self.0.extend(settings.into_iter().map(OsString::from));
        let times: Vec<_> = spec.chunk.key_frames().map(time).collect();
        if !times.is_empty() {
            self.push(["-force_key_frames", &times.join(",")]);
        }
        self.push(["-fps_mode", "passthrough", "-enc_time_base", &format!("1:{VIDEO_TIMESCALE}")]);
        self.push(["-video_track_timescale", &VIDEO_TIMESCALE.to_string()]);
        let strip = device.map_or("", |device| device.strip(rung.codec));
        self.push(["-bsf:v", &format!("{strip}{SHORTER}")]);
    }

    fn audio_encoder(&mut self, rendition: &AudioRendition, rate: u64, gain: Gain, pad_to: f64) {
        // early ends are followed by silence
        let pad = if pad_to > 0.0 { format!(",apad=whole_dur={}", time(pad_to)) } else { String::new() };
        self.push(["-af", &format!("{}{}{pad}", sound(rendition), gain.filters())]);
        self.push(["-c:a", "aac", "-b:a", &rate.to_string()]);
    }

    /// CMAF segments of one rendition in a directory of its name.
    fn segments(&mut self, rendition: &str, first: u32, seconds: &str, start: Start) {
        let flags = match start {
            Start::First => "+default_base_moof+skip_sidx+frag_discont",
            Start::Zero => "+default_base_moof+skip_sidx",
        };
        self.push(["-avoid_negative_ts", "disabled", "-f", "hls", "-hls_segment_type", "fmp4", "-hls_time", seconds]);
        self.push([
            "-hls_list_size",
            "1",
            "-hls_flags",
            "temp_file",
            "-hls_segment_options",
            &format!("movflags={flags}"),
        ]);
        self.push(["-start_number", &first.to_string(), "-hls_fmp4_init_filename", names::INIT]);
        self.push(["-hls_segment_filename", &format!("{rendition}/seg_%05d.m4s"), &format!("{rendition}/ffmpeg.m3u8")]);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::path::Path;

    use super::super::device::Rate;
    use super::*;
    use crate::domain::ladder;
    use crate::domain::ladder::encoder::Device;

    fn text(args: &[OsString]) -> String {
        args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ").replace(" -", "\n-")
    }

    fn check_copy(codec: Codec, want: &str) {
        let color = Color {
            primaries: "bt709".to_owned(),
            transfer: "bt709".to_owned(),
            matrix: "smpte170m".to_owned(),
            ..Color::default()
        };
        let spec = CopySpec {
            start_seconds: 0.0,
            stream_index: 0,
            rendition: "360p".to_owned(),
            key_frames: Vec::new(),
            boundaries: Vec::new(),
            codec,
            color: Some(color),
            duration_seconds: 1.0,
        };
        let args = text(&copy(&Input::from(Path::new("/in")), &spec));
        let lines = args.lines().filter(|line| line.starts_with("-bsf") || line.starts_with("-tag"));
        assert_eq!(lines.collect::<Vec<_>>().join("\n"), want, "{codec:?}");
    }

    #[test]
    fn a_copy_is_tagged_as_its_codec_wants_it() {
        check_copy(
            Codec::H264,
            "-bsf:v h264_metadata=colour_primaries=1:transfer_characteristics=1:matrix_coefficients=6:\
             video_full_range_flag=0",
        );
        check_copy(
            Codec::Hevc,
            "-bsf:v hevc_metadata=colour_primaries=1:transfer_characteristics=1:matrix_coefficients=6:\
             video_full_range_flag=0\n-tag:v hvc1",
        );
        check_copy(
            Codec::Av1,
            "-bsf:v av1_metadata=color_primaries=1:transfer_characteristics=1:matrix_coefficients=6:color_range=tv",
        );
    }

    /// The first chunk but one of a video, in two rungs.
    fn chunk(encoder: &str, codec: Codec, picture: Picture) -> EncodeSpec {
        let rungs = ladder::rungs(1920, 1080, 25.0);
        let rungs = if codec == Codec::H264 { rungs } else { ladder::in_codec(&rungs, codec) };
        EncodeSpec {
            start_seconds: 0.0,
            stream_index: 0,
            chunk: Chunk {
                index: 1,
                first_segment: 2,
                starts: vec![12.0, 18.0],
                end: Some(24.0),
                last_frame: None,
                quarter_frame: 0.01,
                seek: Some(10.01),
            },
            duration_seconds: 12.0,
            rungs: vec![rungs[0].clone(), rungs[2].clone()],
            picture,
            encoder: encoder.to_owned(),
            preset: "balanced".to_owned(),
            frames_on_device: None,
            beside_hardware: false,
        }
    }

    fn color(primaries: &str, transfer: &str, matrix: &str) -> Color {
        let [primaries, transfer, matrix] = [primaries, transfer, matrix].map(str::to_owned);
        Color { primaries, transfer, matrix, range: "tv".to_owned() }
    }

    /// Every hardware encoder: a plain source whose frames stay on the device where they can, one of 10 bits in HDR, and an
    /// interlaced one. Not run on hardware, see `device`.
    #[test]
    fn commands_of_every_hardware_encoder() {
        let plain = || Picture { color: color("bt709", "bt709", "bt709"), ..Picture::default() };
        let hdr = || Picture { color: color("bt2020", "smpte2084", "bt2020nc"), ..Picture::default() };
        let interlaced =
            || Picture { deinterlace: true, color: color("smpte170m", "smpte170m", "smpte170m"), ..plain() };
        for device in Device::HARDWARE {
            let node = if device == Device::Nvenc { "" } else { "/dev/dri/renderD128" }.to_owned();
            let mut all = String::new();
            for codec in Codec::ALL {
                let sources = [
                    ("SDR, 8 or 10 bits, on the device", plain(), Frames::OnDevice, Rate::Quality),
                    ("SDR, through memory, by bits", plain(), Frames::InMemory, Rate::Bits),
                    ("HDR, 10 bits", hdr(), Frames::InMemory, Rate::Quality),
                    ("interlaced", interlaced(), Frames::InMemory, Rate::Quality),
                ];
                for (what, picture, frames, rate) in sources {
                    if device == Device::Qsv && frames == Frames::OnDevice {
                        continue;
                    }
                    let (encoder, with) = (device.encoder(codec), Use { device, node: node.clone(), rate, frames });
                    let spec = chunk(encoder, codec, picture);
                    let args = encode(&Input::from(Path::new("/in.mkv")), &spec, Some(&with), 2);
                    all += &format!("## {encoder}: {what}\n{}\n\n", text(&args));
                }
            }
            insta::assert_snapshot!(device.as_str(), all);
        }
    }

    fn check_threads(spec: &EncodeSpec, device: Option<&Use>, cores: usize, want: &str) {
        let args = text(&encode(&Input::from(Path::new("/in")), spec, device, cores));
        let lines: Vec<_> = args.lines().filter(|line| line.starts_with("-threads")).collect();
        assert_eq!(lines.join(" "), want, "{cores} cores");
    }

    #[test]
    fn decoding_for_several_rungs_takes_half_the_cores() {
        let spec = |picture| chunk("libx264", Codec::H264, picture);
        let plain = spec(Picture::default());
        check_threads(&plain, None, 1, "-threads 1");
        check_threads(&plain, None, 8, "-threads 4");
        check_threads(&plain, None, 64, "-threads 16");
        // what is done to whole pictures, and a rung that is made alone, would wait for them
        check_threads(&spec(Picture { deinterlace: true, ..Picture::default() }), None, 2, "");
        let hdr = color("bt2020", "smpte2084", "bt2020nc");
        check_threads(&spec(Picture { color: hdr, ..Picture::default() }), None, 2, "");
        check_threads(&EncodeSpec { rungs: plain.rungs[..1].to_vec(), ..plain.clone() }, None, 2, "");
        let (device, node) = (Device::Vaapi, "/dev/dri/renderD128".to_owned());
        let with = Use { device, node, rate: Rate::Quality, frames: Frames::InMemory };
        check_threads(&plain, Some(&with), 2, "");
    }

    fn check_scaling(spec: &EncodeSpec, device: Option<&Use>, want: usize) {
        let graph = filters(spec, device);
        assert_eq!(graph.matches(":threads=1:").count(), want, "{graph}");
    }

    /// What scaling makes must not depend on which other rungs are made with one, nor on the machine.
    #[test]
    fn every_rung_in_software_is_scaled_on_one_thread() {
        let sd = Picture { deinterlace: true, color: color("bt470bg", "smpte170m", "bt470bg"), ..Picture::default() };
        let both = chunk("libx264", Codec::H264, sd);
        check_scaling(&both, None, 2);
        check_scaling(&EncodeSpec { rungs: both.rungs[1..].to_vec(), ..both.clone() }, None, 1);
        let (device, node) = (Device::Vaapi, "/dev/dri/renderD128".to_owned());
        check_scaling(&both, Some(&Use { device, node, rate: Rate::Quality, frames: Frames::InMemory }), 0);
    }

    #[test]
    fn software_beside_hardware_has_parameter_sets_of_its_own_and_no_b_frames() {
        for (preset, want) in [("balanced", "lookahead=30:sps-id=1 "), ("fast", "-x264-params sps-id=1 -bf 0")] {
            let hardware = chunk("h264_nvenc", Codec::H264, Picture::default());
            let spec = EncodeSpec { preset: preset.to_owned(), ..hardware.beside().unwrap() };
            let args = text(&encode(&Input::from(Path::new("/in.mkv")), &spec, None, 2)).replace('\n', " ");
            assert!(args.contains("-c:v libx264") && args.contains(want) && args.contains("-bf 0"), "{args}");
        }
        assert_eq!(chunk("hevc_nvenc", Codec::Hevc, Picture::default()).beside(), None);
        assert_eq!(chunk("libx264", Codec::H264, Picture::default()).beside(), None);
    }

    #[test]
    fn loudness_is_measured_on_what_is_then_encoded() {
        let rendition = AudioRendition {
            name: "audio-0".to_owned(),
            stream_index: 1,
            language: None,
            label: "Default".to_owned(),
            channels: 2,
            default: true,
            encode_rate: Some(128_000),
        };
        let spec = AudioSpec {
            start_seconds: 0.0,
            renditions: vec![rendition.clone()],
            segment_seconds: 6.0,
            pad_to_seconds: 9.5,
            loudness_lufs: Some(-16.0),
        };
        let filter =
            |args: &[OsString]| text(args).lines().find(|line| line.starts_with("-af")).unwrap_or_default().to_owned();
        insta::assert_snapshot!(filter(&loudness(&Input::from(Path::new("/in")), &spec, &rendition)), @"-af aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo,ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-");
        let gain = Gain::between(Some(-20.0), -16.0);
        insta::assert_snapshot!(filter(&audio(&Input::from(Path::new("/in")), &spec, &[gain])), @"-af aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo,volume=4.00dB,alimiter=limit=0.841:level=0:attack=5:release=50:latency=1,apad=whole_dur=9.500000");
    }
}
