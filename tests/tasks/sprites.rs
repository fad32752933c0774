//! Seek bar pictures: how many, how large, and what they show when.

use std::path::Path;
use std::process::Command;

use vlog::domain::task::{Picture, SpriteSheets, SpritesSpec, TaskOutcome, TaskSpec};
use vlog::domain::transcode::TranscodePlan;
use vlog::media::ffmpeg::process::Tools;
use vlog::media::probe::{Limits, probe};
use vlog::media::{plan, sprites};

use super::{generate, run};

const RED: [u8; 3] = [255, 0, 0];
const LIME: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

/// Ten seconds of each colour.
const COLOURS: &str = "-f lavfi -i color=red:s=320x180:r=10:d=10 -f lavfi -i color=lime:s=320x180:r=10:d=10 \
    -f lavfi -i color=blue:s=320x180:r=10:d=10 -f lavfi -i color=white:s=320x180:r=10:d=10 \
    -filter_complex [0][1][2][3]concat=n=4:v=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast";

/// Makes the pictures of a source as a server would.
async fn make(source: &Path, work: &Path) -> SpriteSheets {
    let info = probe(&Tools::default(), &Limits::default(), source).await.unwrap();
    let video = info.video.as_ref().unwrap();
    let (width, height) = sprites::tile(160, (video.display_width, video.display_height));
    let spec = SpritesSpec {
        start_seconds: info.start_seconds,
        stream_index: video.index,
        duration_seconds: info.duration_seconds,
        interval_seconds: sprites::interval(info.duration_seconds, 10),
        width,
        height,
        picture: Picture { deinterlace: false, ..plan::picture(video, &TranscodePlan::default()) },
    };
    let outcome = run(TaskSpec::Sprites(spec), source, work).await;
    let TaskOutcome::Sprites(made) = outcome else { panic!("{outcome:?}") };
    made
}

/// A sheet's width in pixels, and its pixels.
fn sheet(work: &Path, number: u32) -> (usize, Vec<u8>) {
    let path = work.join("added").join(sprites::sheet(number));
    let ask = |program: &str, args: &[&str]| Command::new(program).args(args).output().unwrap().stdout;
    let path = path.to_str().unwrap();
    let width = ask("ffprobe", &["-v", "error", "-show_entries", "stream=width", "-of", "csv=p=0", path]);
    let pixels = ask("ffmpeg", &["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
    (String::from_utf8(width).unwrap().trim().parse().unwrap(), pixels)
}

/// The colour at a place of a tile, by shares of its size, must be about this one.
fn check(work: &Path, made: &SpriteSheets, tile: u32, (across, down): (f64, f64), wanted: [u8; 3]) {
    let (width, pixels) = sheet(work, tile / made.per_sheet());
    assert_eq!(width as u32, made.columns * made.width);
    assert_eq!(pixels.len() as u32, made.columns * made.width * made.rows * made.height * 3);
    let on_sheet = tile % made.per_sheet();
    let x = on_sheet % made.columns * made.width + (f64::from(made.width) * across) as u32;
    let y = on_sheet / made.columns * made.height + (f64::from(made.height) * down) as u32;
    let at = (y as usize * width + x as usize) * 3;
    let seen = &pixels[at..at + 3];
    let off = seen.iter().zip(wanted).map(|(seen, wanted)| seen.abs_diff(wanted)).max().unwrap();
    assert!(off < 24, "tile {tile} is {seen:?} and not {wanted:?}");
}

const MIDDLE: (f64, f64) = (0.5, 0.5);

#[tokio::test(flavor = "multi_thread")]
async fn every_tile_shows_its_moment_whatever_the_key_frames() {
    let directory = tempfile::tempdir().unwrap();
    for (name, gop) in [("often.mp4", "-g 10"), ("often.ts", "-g 10 -bf 2"), ("once.mp4", "-g 9999 -sc_threshold 0")] {
        let source = generate(directory.path(), name, &format!("{COLOURS} {gop}"));
        let work = directory.path().join(format!("work-{name}"));
        let made = make(&source, &work).await;
        assert_eq!((made.width, made.height, made.interval_seconds), (160, 90, 1), "{name}");
        // a container may round the duration up
        assert!((40..=41).contains(&made.count) && (made.columns, made.sheets()) == (10, 1), "{name}: {made:?}");
        for tile in 0..40 {
            check(&work, &made, tile, MIDDLE, [RED, LIME, BLUE, WHITE][tile as usize / 10]);
        }
        let index = std::fs::read_to_string(work.join("added/sprites.vtt")).unwrap();
        assert_eq!(index, sprites::index(&made));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tiles_go_on_on_the_next_sheet() {
    let directory = tempfile::tempdir().unwrap();
    let args = "-f lavfi -i color=red:s=64x36:r=1:d=1000 -f lavfi -i color=blue:s=64x36:r=1:d=50 \
        -filter_complex [0][1]concat=n=2:v=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 5";
    let source = generate(directory.path(), "long.mp4", args);
    let work = directory.path().join("work");
    let made = make(&source, &work).await;
    assert_eq!((made.interval_seconds, made.count, made.rows, made.sheets()), (10, 105, 10, 2));
    for (tile, wanted) in [(0, RED), (99, RED), (100, BLUE), (104, BLUE)] {
        check(&work, &made, tile, MIDDLE, wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_are_upright_in_the_shape_and_colours_of_the_picture() {
    let directory = tempfile::tempdir().unwrap();
    let halves = "-f lavfi -i color=red:s=160x180:r=10:d=5 -f lavfi -i color=blue:s=160x180:r=10:d=5 \
        -filter_complex [0][1]hstack -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 10";
    let flat = generate(directory.path(), "flat.mp4", halves);
    let turned =
        generate(directory.path(), "turned.mp4", &format!("-i {} -c copy -metadata:s:v rotate=90", flat.display()));
    let work = directory.path().join("turned");
    let made = make(&turned, &work).await;
    assert_eq!((made.width, made.height), (160, 284), "as it is shown");
    // to the left, as ffmpeg 5 takes the number
    check(&work, &made, 2, (0.5, 0.2), BLUE);
    check(&work, &made, 2, (0.5, 0.8), RED);

    let wide = generate(directory.path(), "wide.mp4", &format!("{halves} -aspect 4:1"));
    let made = make(&wide, &directory.path().join("wide")).await;
    assert_eq!((made.width, made.height), (160, 40), "pixels that are not square");

    let hdr = "-f lavfi -i color=white:s=320x180:r=10:d=5 -pix_fmt yuv420p10le -c:v libx264 -preset ultrafast -g 10 \
        -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc";
    let hdr = generate(directory.path(), "hdr.mp4", hdr);
    let work = directory.path().join("hdr");
    let made = make(&hdr, &work).await;
    check(&work, &made, 2, MIDDLE, WHITE);
}
