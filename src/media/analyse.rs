//! Every video packet's time stamp, read once: where the stream can be cut, and whether it can be copied.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use super::ffmpeg::cancel::Cancel;
use super::ffmpeg::input::Input;
use super::ffmpeg::process::{ProcessError, Tools, read_output};
use crate::domain::media::Analysis;
use crate::domain::task::AnalyseSpec;

/// A read of the longest allowed file from a slow disk.
const TIMEOUT: Duration = Duration::from_secs(4 * 3600);
/// Packets that may be out of presentation order at once; H.264 allows 16 frames.
const REORDER: usize = 64;
/// Milliseconds are rounded.
const DELAY_TOLERANCE: f64 = 0.005;
/// Distance of the frames of a stream that has one, seconds.
const ONE_FRAME: f64 = 0.04;
/// Some containers count in these.
const MILLISECOND: f64 = 0.001;
/// Rates of video made for television, which whole numbers would repeat a frame of now and then.
const NTSC_RATES: [f64; 3] = [24_000.0 / 1001.0, 30_000.0 / 1001.0, 60_000.0 / 1001.0];
/// Rates that uneven streams are brought to, frames per second.
const STEADY_RATES: [f64; 8] = [5.0, 10.0, 15.0, 24.0, 25.0, 30.0, 50.0, MAX_STEADY_RATE];
const MAX_STEADY_RATE: f64 = 60.0;
/// Half the distance to the whole number next to them.
const NTSC_TOLERANCE: f64 = 0.0005;
/// Distances are kept to so many bits.
const DISTANCE_BITS: u32 = 15;
/// Key frames that are kept one by one: 27 hours of two a second.
const KEY_FRAMES_MAX: usize = 200_000;
/// Where there are more, they are kept so far apart, seconds.
const KEY_FRAMES_APART: f64 = 1.0;
/// Two frames closer than this have the same time stamp.
const SAME_TIME: f64 = 1e-5;

/// Reads all packets of one video stream.
pub async fn analyse(
    tools: &Tools,
    spec: &AnalyseSpec,
    stream: u32,
    source: &Input,
    cancel: &Cancel,
) -> Result<Analysis, ProcessError> {
    let mut args: Vec<OsString> = ["-v", "error"].map(Into::into).into();
    args.extend(source.options());
    args.extend(["-select_streams".into(), stream.to_string().into()]);
    args.extend(["-show_entries", "packet=pts_time,dts_time,size,flags", "-of", "csv=p=0", "-i"].map(Into::into));
    args.push(source.address());
    let (start, segment) = (spec.start_seconds, spec.segment_seconds);
    let read = move |stdout: &mut dyn Read| {
        let mut scan = Scan::new(start, segment);
        for line in BufReader::new(stdout).lines() {
            scan.packet(&line?);
        }
        Ok(scan.finish())
    };
    read_output(tools, &tools.ffprobe, args, TIMEOUT, cancel, read).await
}

/// A running analysis, fed one line of ffprobe's output at a time.
struct Scan {
    start: f64,
    segment: f64,
    analysis: Analysis,
    /// Frames not yet in presentation order.
    pending: BinaryHeap<Reverse<OrderedTime>>,
    last_shown: Option<f64>,
    last_key: f64,
    /// From decoding to showing the first key frame, seconds.
    delay: Option<f64>,
    /// AVI knows only when frames are decoded.
    missing_pts: bool,
    /// How many frames are how far from the one before, by rounded distance.
    distances: BTreeMap<u64, u64>,
    /// So many that they are kept a second apart; none are copied then.
    thinned: bool,
}

#[derive(PartialEq)]
struct OrderedTime(f64);
impl PartialOrd for OrderedTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Eq for OrderedTime {}
impl Ord for OrderedTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A distance in microseconds, to one part in 16000, so that there are not too many different ones.
fn rounded(seconds: f64) -> u64 {
    let micros = (seconds * 1e6).round().max(0.0) as u64;
    let rest = (u64::BITS - micros.leading_zeros()).saturating_sub(DISTANCE_BITS);
    micros >> rest << rest
}

impl Scan {
    fn new(start: f64, segment: f64) -> Self {
        Self {
            start,
            segment,
            analysis: Analysis::default(),
            pending: BinaryHeap::new(),
            last_shown: None,
            last_key: f64::MIN,
            delay: None,
            missing_pts: false,
            distances: BTreeMap::new(),
            thinned: false,
        }
    }

    /// One packet, `pts,dts,size,flags`.
    fn packet(&mut self, line: &str) {
        let mut fields = line.trim().split(',');
        let (pts, dts) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let size = fields.next().and_then(|s| s.parse::<u64>().ok()).unwrap_or(0);
        let flags = fields.next().unwrap_or_default();
        if size == 0 {
            return;
        }
        let Some(time) = pts.parse().ok().or_else(|| dts.parse::<f64>().ok()) else {
            self.analysis.broken_time_stamps = true;
            return;
        };
        if pts.parse::<f64>().is_err() {
            self.analysis.broken_time_stamps = true;
            self.missing_pts = true;
        }
        self.analysis.video_bytes += size;
        if flags.contains('D') {
            // an edit list hides this frame; a copy would show it
            self.analysis.broken_time_stamps = true;
            return;
        }
        let time = time - self.start;
        if flags.contains('K') {
            self.key_frame_delay(pts, dts);
            self.note_key_frame(time);
            self.last_key = time;
        } else if time < self.last_key {
            self.analysis.open_gops = true;
        }
        self.pending.push(Reverse(OrderedTime(time)));
        if self.pending.len() > REORDER {
            self.show_next();
        }
    }

    /// Where every frame is one, days of film would fill the memory. To seek by, one a second is plenty.
    fn note_key_frame(&mut self, time: f64) {
        let keys = &mut self.analysis.key_frames;
        if keys.len() >= KEY_FRAMES_MAX && !self.thinned {
            (self.thinned, self.analysis.broken_time_stamps) = (true, true); // a copy needs them all
            let mut kept = f64::MIN;
            keys.retain(|key| {
                let far = *key - kept >= KEY_FRAMES_APART;
                kept = if far { *key } else { kept };
                far
            });
        }
        if !self.thinned || keys.last().is_none_or(|last| time - last >= KEY_FRAMES_APART) {
            keys.push(time);
        }
    }

    /// Key frames are decoded some frames before they are shown, always as many; another number means that two
    /// different streams were joined, and a copy would need two init segments.
    fn key_frame_delay(&mut self, pts: &str, dts: &str) {
        let (Ok(pts), Ok(dts)) = (pts.parse::<f64>(), dts.parse::<f64>()) else { return };
        let first = *self.delay.get_or_insert(pts - dts);
        if (pts - dts - first).abs() > DELAY_TOLERANCE {
            self.analysis.broken_time_stamps = true;
        }
    }

    fn show_next(&mut self) {
        let Some(Reverse(OrderedTime(time))) = self.pending.pop() else { return };
        match self.last_shown {
            None => self.analysis.first_frame = time,
            Some(last) if time - last < SAME_TIME => {
                self.analysis.broken_time_stamps = true;
                return;
            }
            Some(last) => *self.distances.entry(rounded(time - last)).or_default() += 1,
        }
        let next = self.analysis.grid.len() as f64 * self.segment;
        if self.analysis.grid.is_empty() || time + SAME_TIME >= next {
            self.analysis.grid.push(time);
            // a gap longer than a segment has no frame for the multiples inside it
            while time >= self.analysis.grid.len() as f64 * self.segment {
                self.analysis.grid.push(time);
            }
        }
        self.analysis.last_frame = time;
        self.analysis.frame_count += 1;
        self.last_shown = Some(time);
    }

    fn finish(mut self) -> Analysis {
        while !self.pending.is_empty() {
            self.show_next();
        }
        self.analysis.grid.dedup();
        self.analysis.key_frames.sort_by(f64::total_cmp);
        self.analysis.key_frames.dedup();
        self.measure_distances();
        self.analysis
    }

    /// A tenth of the frames may be uneven, as in films with a hole; a picture that stands still for long may not.
    fn measure_distances(&mut self) {
        let count: u64 = self.distances.values().sum();
        let at = |share: f64| {
            let mut left = ((count as f64 * share) as u64).min(count.saturating_sub(1));
            let found = self.distances.iter().find(|(_, frames)| {
                let here = left < **frames;
                left = left.saturating_sub(**frames);
                here
            });
            found.map_or(ONE_FRAME, |(micros, _)| *micros as f64 / 1e6)
        };
        let (shortest, usual, longest) = (at(0.0), at(0.5), at(1.0));
        let analysis = &mut self.analysis;
        (analysis.shortest_frame, analysis.longest_frame) = (shortest, longest);
        analysis.variable =
            self.missing_pts || at(0.95) > at(0.05) * 1.3 + MILLISECOND || longest > usual * 6.0 + MILLISECOND;
        let rate = 1.0 / at(0.1).max(MILLISECOND);
        let ntsc = NTSC_RATES.into_iter().find(|ntsc| (rate / ntsc - 1.0).abs() < NTSC_TOLERANCE);
        analysis.steady_rate =
            ntsc.or_else(|| STEADY_RATES.into_iter().find(|steady| *steady >= rate * 0.97)).unwrap_or(MAX_STEADY_RATE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(packets: &[(f64, &str)]) -> Analysis {
        let mut scan = Scan::new(0.0, 2.0);
        for (pts, flags) in packets {
            scan.packet(&format!("{pts:.6},{pts:.6},100,{flags}"));
        }
        scan.finish()
    }

    #[test]
    fn leading_pictures_mean_open_gops() {
        let closed = scan(&[(0.0, "K_"), (0.08, "__"), (0.04, "__"), (0.12, "K_"), (0.16, "__")]);
        assert!(!closed.open_gops && !closed.broken_time_stamps);
        assert_eq!(closed.key_frames, [0.0, 0.12]);
        let open = scan(&[(0.0, "K_"), (0.04, "__"), (0.16, "K_"), (0.08, "__"), (0.12, "__")]);
        assert!(open.open_gops);
    }

    #[test]
    fn the_grid_holds_the_first_frame_after_each_multiple() {
        let frames: Vec<_> = (0..100).map(|i| (f64::from(i) * 0.07, "__")).collect();
        let analysis = scan(&frames);
        assert_eq!(analysis.grid.len(), 4);
        for (i, time) in analysis.grid.iter().enumerate() {
            let multiple = i as f64 * 2.0;
            assert!(*time >= multiple && *time < multiple + 0.07, "{time}");
        }
    }

    #[test]
    fn a_long_gap_gives_one_boundary() {
        let analysis = scan(&[(0.0, "K_"), (1.0, "__"), (9.0, "__"), (9.5, "__"), (10.0, "__")]);
        assert_eq!(analysis.grid, [0.0, 9.0, 10.0]);
    }

    #[test]
    fn uneven_streams_get_a_steady_rate() {
        let steady = |frames: &[f64]| {
            let analysis = scan(&frames.iter().map(|t| (*t, "__")).collect::<Vec<_>>());
            analysis.variable.then_some(analysis.steady_rate)
        };
        let even: Vec<f64> = (0..100).map(|i| (f64::from(i) * 33.3667).round() / 1000.0).collect();
        assert_eq!(steady(&even), None, "rounded to milliseconds");
        let jitter: Vec<f64> = (0..100).map(|i| f64::from(i) * 0.04 + f64::from(i % 3) * 0.012).collect();
        assert_eq!(steady(&jitter), Some(60.0));
        let still: Vec<f64> = (0..100).map(|i| f64::from(i) * 0.04 + if i > 50 { 8.0 } else { 0.0 }).collect();
        assert_eq!(steady(&still), Some(25.0));
        let ntsc: Vec<f64> = (0..100).map(|i| f64::from(i) * 1.001 / 30.0 + if i > 50 { 8.0 } else { 0.0 }).collect();
        assert_eq!(steady(&ntsc), Some(30_000.0 / 1001.0));
    }

    #[test]
    fn what_is_kept_of_a_long_film_of_key_frames_is_little() {
        let mut scan = Scan::new(0.0, 6.0);
        let frames = KEY_FRAMES_MAX * 2;
        for i in 0..frames {
            let pts = i as f64 * 1.001 / 60.0;
            scan.packet(&format!("{pts:.6},{pts:.6},100,K_"));
        }
        let (last, distances) = (scan.last_key, scan.distances.len());
        let analysis = scan.finish();
        assert!(distances < 10, "{distances}");
        assert!(analysis.key_frames.len() < frames / 50 && analysis.broken_time_stamps);
        assert!(analysis.longest_gop_seconds() < 1.1, "{}", analysis.longest_gop_seconds());
        assert!(analysis.key_frames.last().is_some_and(|key| last - key < 1.1));
        assert!(!analysis.variable);
        assert_eq!((1.0 / analysis.shortest_frame).round(), 60.0);
    }

    #[test]
    fn double_and_hidden_frames_forbid_copying() {
        assert!(scan(&[(0.0, "K_"), (0.0, "__")]).broken_time_stamps);
        assert!(scan(&[(-0.1, "KD"), (0.0, "__")]).broken_time_stamps);
    }
}
