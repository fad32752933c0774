//! Pictures for the seek bar: which moments, on which sheet they stand, and the index that says so.

use std::ffi::OsString;
use std::fmt::Write;

use super::ffmpeg::command::{prepare, scale};
use super::ffmpeg::input::Input;
use super::still::JPEG;
use crate::domain::task::{SpriteSheets, SpritesSpec};

/// Tiles in a row, and rows on a sheet.
pub const SHEET: u32 = 10;
/// Sheets at most; a longer film has its pictures farther apart.
const SHEETS_MAX: u32 = 20;
/// A shorter film has them closer, a second at the closest, until it has so many.
const TILES_MIN: u32 = 40;
/// Every frame of a film this short may be decoded where key frames are too rare, seconds.
const DECODED_WHOLE: f64 = 30.0 * 60.0;
/// The index.
pub const INDEX: &str = "sprites.vtt";

/// Seconds between two pictures.
pub fn interval(duration_seconds: f64, wanted: u32) -> u32 {
    let of = |tiles: u32| (duration_seconds / f64::from(tiles)).ceil().max(1.0) as u32;
    wanted.min(of(TILES_MIN)).max(of(SHEETS_MAX * SHEET * SHEET))
}

/// The size of a tile for a picture that is shown in this size: even sides, and nothing that is too tall for a sheet.
pub fn tile(width: u32, (shown_width, shown_height): (u32, u32)) -> (u32, u32) {
    let height = f64::from(width) * f64::from(shown_height.max(1)) / f64::from(shown_width.max(1));
    (width / 2 * 2, ((height / 2.0).round() as u32 * 2).clamp(2, width * 3))
}

/// How the pictures are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Seconds between two pictures.
    pub interval_seconds: u32,
    /// Every frame is decoded, which takes several times as long as key frames alone.
    pub every_frame: bool,
}

/// Key frames, where nearly every tile gets one of its own; else every frame of a short film, and of a long one fewer
/// tiles.
pub fn way(spec: &SpritesSpec, key_frames: &[f64]) -> Way {
    let every = Way { interval_seconds: spec.interval_seconds, every_frame: true };
    let fresh = |interval: u32| {
        let mut slots: Vec<u64> = key_frames.iter().map(|at| (at / f64::from(interval)).round() as u64).collect();
        slots.dedup();
        slots.len() as u64 * 5 >= u64::from(count(spec.duration_seconds, interval)) * 4
    };
    if fresh(spec.interval_seconds) {
        return Way { every_frame: false, ..every };
    }
    if spec.duration_seconds <= DECODED_WHOLE {
        return every;
    }
    let wider = (1..=6).map(|doublings| spec.interval_seconds << doublings);
    let enough = |interval: &u32| count(spec.duration_seconds, *interval) >= TILES_MIN;
    let found = wider.take_while(enough).find(|interval| fresh(*interval));
    found.map_or(every, |interval_seconds| Way { interval_seconds, every_frame: false })
}

/// Tiles of a film.
fn count(duration_seconds: f64, interval: u32) -> u32 {
    (duration_seconds / f64::from(interval)).ceil().max(1.0) as u32
}

/// What is made that way. The last sheet is as large as the others, so that one size holds for all.
pub fn sheets(spec: &SpritesSpec, way: Way) -> SpriteSheets {
    let count = count(spec.duration_seconds, way.interval_seconds);
    let columns = count.min(SHEET);
    SpriteSheets {
        interval_seconds: way.interval_seconds,
        count,
        columns,
        rows: count.div_ceil(columns).min(SHEET),
        width: spec.width,
        height: spec.height,
    }
}

/// ffmpeg's arguments. Its first output shows how many frames were decoded and how far it is, the second is the sheets, in
/// `directory`.
pub fn command(source: &Input, spec: &SpritesSpec, way: Way, directory: &str) -> Vec<OsString> {
    let made = sheets(spec, way);
    let SpriteSheets { interval_seconds, count, columns, rows, .. } = made;
    let mut args: Vec<OsString> = Vec::new();
    args.extend(source.options());
    if !way.every_frame {
        args.extend(["-skip_frame", "nokey"].map(Into::into));
    }
    args.extend(["-i".into(), source.address()]);
    let size = (spec.width, spec.height);
    // the last picture is shown to the end, however little of the stream is left when it is decoded
    let graph = format!(
        "[0:{}]split[seen][in];[in]fps=fps=1/{interval_seconds}:start_time=0,{}{},setsar=1,\
         {},tpad=stop=-1:stop_mode=clone,trim=end_frame={count},tile={columns}x{rows}[sheets]",
        spec.stream_index,
        prepare(&spec.picture, size),
        scale(&spec.picture, size, "area"),
        JPEG.colour,
    );
    args.extend(
        ["-filter_complex", &graph, "-map", "[seen]", "-fps_mode", "passthrough", "-f", "null", "-"].map(Into::into),
    );
    args.extend(["-map", "[sheets]", "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "6"].map(Into::into));
    args.extend(["-f", "image2", "-start_number", "0"].map(Into::into));
    args.push(format!("{directory}/sheet-%03d.jpg").into());
    args
}

/// Names of all sheets, as DASH writes them.
pub const SHEETS: &str = "sheet-$Number%03d$.jpg";

/// Name of a sheet.
pub fn sheet(number: u32) -> String {
    format!("sheet-{number:03}.jpg")
}

/// WebVTT whose cues are places on the sheets beside it.
pub fn index(made: &SpriteSheets) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for tile in 0..made.count {
        let (on_sheet, from) = (tile % made.per_sheet(), tile * made.interval_seconds);
        let (x, y) = (on_sheet % made.columns * made.width, on_sheet / made.columns * made.height);
        let _ = write!(
            text,
            "\n{} --> {}\n{}#xywh={x},{y},{},{}\n",
            stamp(from),
            stamp(from + made.interval_seconds),
            sheet(tile / made.per_sheet()),
            made.width,
            made.height,
        );
    }
    text
}

fn stamp(seconds: u32) -> String {
    format!("{:02}:{:02}:{:02}.000", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::Picture;

    fn spec(duration_seconds: f64) -> SpritesSpec {
        SpritesSpec {
            start_seconds: 0.0,
            stream_index: 0,
            duration_seconds,
            interval_seconds: interval(duration_seconds, 10),
            width: 160,
            height: 90,
            picture: Picture::default(),
        }
    }

    #[test]
    fn short_films_have_them_closer_and_long_ones_no_more_than_so_many_sheets() {
        assert_eq!([0.0, 0.5, 30.0, 61.0, 399.0, 401.0, 7200.0].map(|d| interval(d, 10)), [1, 1, 1, 2, 10, 10, 10]);
        assert_eq!([interval(20_000.0, 10), interval(86_400.0, 10)], [10, 44]);
        assert_eq!(sheets(&spec(86_400.0), Way { interval_seconds: 44, every_frame: false }).sheets(), 20);
    }

    #[test]
    fn tiles_have_the_shape_of_the_picture() {
        assert_eq!(tile(160, (1920, 1080)), (160, 90));
        assert_eq!(tile(160, (1080, 1920)), (160, 284));
        assert_eq!(tile(161, (640, 272)), (160, 68));
        assert_eq!((tile(160, (2, 4000)), tile(160, (4000, 2))), ((160, 480), (160, 2)));
    }

    #[test]
    fn where_key_frames_are_rare_there_are_fewer_tiles_or_all_frames_are_decoded() {
        let every =
            |gap: f64, until: f64| (0..).map(|n| f64::from(n) * gap).take_while(|at| *at < until).collect::<Vec<_>>();
        let check = |duration: f64, gap: f64, interval_seconds: u32, every_frame: bool| {
            let got = way(&spec(duration), &every(gap, duration));
            assert_eq!(got, Way { interval_seconds, every_frame }, "{duration} s, a key frame each {gap} s");
        };
        check(7200.0, 2.0, 10, false);
        check(7200.0, 10.0, 10, false);
        check(7200.0, 35.0, 40, false);
        check(7200.0, 7200.0, 10, true);
        check(60.0, 2.0, 2, false);
        check(60.0, 30.0, 2, true);
        assert!(way(&spec(60.0), &[]).every_frame, "none are known");
    }

    #[test]
    fn the_index_finds_every_tile() {
        let made = sheets(&spec(1015.0), Way { interval_seconds: 10, every_frame: false });
        assert_eq!((made.count, made.columns, made.rows, made.sheets()), (102, 10, 10, 2));
        let text = index(&made);
        assert!(text.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nsheet-000.jpg#xywh=0,0,160,90\n"), "{text}");
        assert!(text.contains("\n00:16:30.000 --> 00:16:40.000\nsheet-000.jpg#xywh=1440,810,160,90\n"));
        assert!(text.ends_with("\n00:16:50.000 --> 00:17:00.000\nsheet-001.jpg#xywh=160,0,160,90\n"));
    }
}
