//! A small reader of CMAF init and media segments (ISO/IEC 14496-12), written for judging: it shares
//! no code with the product. All times are in ticks of the track's timescale.

use anyhow::{Context, Result, bail, ensure};

/// ISO/IEC 14496-12 8.8.3.1: the sample is not a sync sample.
const NON_SYNC: u32 = 0x0001_0000;
/// Bytes of a visual sample entry before its child boxes.
const VISUAL_ENTRY_BYTES: usize = 78;
/// Bytes of an audio sample entry (version 0) before its child boxes.
const AUDIO_ENTRY_BYTES: usize = 28;

/// What an init segment says about its only track.
#[derive(Debug, Clone, Default)]
pub struct Init {
    pub timescale: u32,
    /// Start of the presentation in media time (edit list), and the empty edit before it, seconds.
    pub media_time: i64,
    pub empty_seconds: f64,
    /// RFC 6381 codec string, computed from the configuration record.
    pub codec: String,
    pub nal_length_bytes: usize,
    pub default_duration: u32,
    pub default_size: u32,
    pub default_flags: u32,
}

/// One sample of a segment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub decode_time: i64,
    pub duration: i64,
    pub composition_offset: i64,
    pub flags: u32,
}

/// One media segment.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    pub samples: Vec<Sample>,
    /// NAL unit types of the first sample (H.264, HEVC); empty otherwise.
    pub first_nal_types: Vec<u8>,
}

impl Segment {
    pub fn decode_start(&self) -> i64 {
        self.samples.first().map_or(0, |sample| sample.decode_time)
    }

    pub fn decode_end(&self) -> i64 {
        self.samples.last().map_or(0, |sample| sample.decode_time + sample.duration)
    }

    pub fn first_is_sync(&self) -> bool {
        self.samples.first().is_some_and(|sample| sample.flags & NON_SYNC == 0)
    }

    fn presentation_times(&self) -> impl Iterator<Item = i64> + '_ {
        self.samples.iter().map(|sample| sample.decode_time + sample.composition_offset)
    }

    /// Earliest presentation time in seconds, edit list applied.
    pub fn presentation_start(&self, init: &Init) -> f64 {
        let earliest = self.presentation_times().min().unwrap_or(0);
        init.seconds(earliest - init.media_time) + init.empty_seconds
    }

    /// Whether the first sample is also the first to be shown.
    pub fn first_is_shown_first(&self) -> bool {
        self.presentation_times().next() == self.presentation_times().min()
    }
}

impl Init {
    pub fn seconds(&self, ticks: i64) -> f64 {
        ticks as f64 / f64::from(self.timescale.max(1))
    }
}

/// Bytes of the children named `name` directly inside `body`.
fn children<'a>(body: &'a [u8], name: &'a [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
    Boxes { body, at: 0 }.filter(move |found| &found.name == name).map(|found| found.body)
}

fn child<'a>(body: &'a [u8], path: &[&'a [u8; 4]]) -> Result<&'a [u8]> {
    let mut inner = body;
    for name in path {
        let text = String::from_utf8_lossy(*name).into_owned();
        inner = children(inner, name).next().with_context(|| format!("no {text} box"))?;
    }
    Ok(inner)
}

struct Boxes<'a> {
    body: &'a [u8],
    at: usize,
}

struct Found<'a> {
    name: [u8; 4],
    start: usize,
    body: &'a [u8],
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        let start = self.at;
        let header = self.body.get(start..start + 8)?;
        let name = [header[4], header[5], header[6], header[7]];
        let (size, skip) = match be(header, 4) {
            0 => (self.body.len() - start, 8),
            1 => (be(self.body.get(start + 8..start + 16)?, 8) as usize, 16),
            size => (size as usize, 8),
        };
        self.at = start + size.max(8);
        Some(Found { name, start, body: self.body.get(start + skip..start + size)? })
    }
}

/// Big-endian number of the first `count` bytes.
fn be(bytes: &[u8], count: usize) -> u64 {
    bytes.iter().take(count).fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// Reads numbers off the front of a box.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<u64> {
        ensure!(self.0.len() >= count, "a box is cut short");
        let value = be(self.0, count);
        self.0 = &self.0[count..];
        Ok(value)
    }

    fn take_if(&mut self, present: bool, count: usize) -> Result<Option<u64>> {
        if present { self.take(count).map(Some) } else { Ok(None) }
    }
}

/// Parses an init segment.
pub fn parse_init(bytes: &[u8]) -> Result<Init> {
    let moov = child(bytes, &[b"moov"])?;
    ensure!(children(moov, b"trak").count() == 1, "an init segment must hold one track");
    let trak = child(moov, &[b"trak"])?;
    let mut init = Init::default();
    let mdhd = child(trak, &[b"mdia", b"mdhd"])?;
    let at = if mdhd.first() == Some(&1) { 20 } else { 12 };
    init.timescale = be(mdhd.get(at..at + 4).context("mdhd is cut short")?, 4) as u32;
    let trex = child(moov, &[b"mvex", b"trex"])?;
    let mut reader = Reader(trex.get(12..).context("trex is cut short")?);
    init.default_duration = reader.take(4)? as u32;
    init.default_size = reader.take(4)? as u32;
    init.default_flags = reader.take(4)? as u32;
    if let Ok(elst) = child(trak, &[b"edts", b"elst"]) {
        let mvhd = child(moov, &[b"mvhd"])?;
        let at = if mvhd.first() == Some(&1) { 20 } else { 12 };
        let movie_timescale = be(mvhd.get(at..).context("mvhd is cut short")?, 4);
        read_edits(elst, movie_timescale, &mut init)?;
    }
    let stsd = child(trak, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    read_sample_entry(stsd.get(8..).context("stsd is cut short")?, &mut init)?;
    Ok(init)
}

fn read_edits(elst: &[u8], movie_timescale: u64, init: &mut Init) -> Result<()> {
    let mut reader = Reader(elst);
    let wide = reader.take(4)? >> 24 == 1;
    for _ in 0..reader.take(4)? {
        let (duration, media_time) = if wide {
            (reader.take(8)?, reader.take(8)? as i64)
        } else {
            (reader.take(4)?, i64::from(reader.take(4)? as u32 as i32))
        };
        reader.take(4)?;
        if media_time == -1 {
            init.empty_seconds += duration as f64 / movie_timescale.max(1) as f64;
        } else {
            init.media_time = media_time;
            return Ok(());
        }
    }
    Ok(())
}

fn read_sample_entry(entries: &[u8], init: &mut Init) -> Result<()> {
    let entry = Boxes { body: entries, at: 0 }.next().context("no sample entry")?;
    let name = String::from_utf8_lossy(&entry.name).into_owned();
    let inner = |skip: usize| entry.body.get(skip..).context("the sample entry is cut short");
    init.codec = match name.as_str() {
        "avc1" | "avc3" => {
            let record = child(inner(VISUAL_ENTRY_BYTES)?, &[b"avcC"])?;
            init.nal_length_bytes = usize::from(record.get(4).context("avcC is cut short")? & 3) + 1;
            format!("{name}.{:02x}{:02x}{:02x}", record[1], record[2], record[3])
        }
        "hvc1" | "hev1" => {
            let record = child(inner(VISUAL_ENTRY_BYTES)?, &[b"hvcC"])?;
            init.nal_length_bytes = usize::from(record.get(21).context("hvcC is cut short")? & 3) + 1;
            hevc_codec(&name, record)
        }
        "av01" => av1_codec(child(inner(VISUAL_ENTRY_BYTES)?, &[b"av1C"])?)?,
        "mp4a" => aac_codec(child(inner(AUDIO_ENTRY_BYTES)?, &[b"esds"])?)?,
        _ => name,
    };
    Ok(())
}

/// ISO/IEC 14496-15 annex E.3.
fn hevc_codec(name: &str, record: &[u8]) -> String {
    let space = ["", "A", "B", "C"][usize::from(record[1] >> 6)];
    let compatibility = (be(&record[2..], 4) as u32).reverse_bits();
    let tier = if record[1] & 0x20 == 0 { 'L' } else { 'H' };
    let mut text = format!("{name}.{space}{}.{compatibility:X}.{tier}{}", record[1] & 0x1f, record[12]);
    let constraints = &record[6..12];
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in &constraints[..used] {
        text += &format!(".{byte:X}");
    }
    text
}

/// AV1 in ISOBMFF 5: av01.P.LLT.DD.
fn av1_codec(record: &[u8]) -> Result<String> {
    ensure!(record.len() >= 3, "av1C is cut short");
    let tier = if record[2] & 0x80 == 0 { 'M' } else { 'H' };
    let depth = match (record[2] & 0x40 != 0, record[2] & 0x20 != 0) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    Ok(format!("av01.{}.{:02}{tier}.{depth:02}", record[1] >> 5, record[1] & 0x1f))
}

/// The audio object type is in the first five bits of the DecoderSpecificInfo (tag 5).
fn aac_codec(esds: &[u8]) -> Result<String> {
    let mut at = 4;
    while let Some(tag) = esds.get(at).copied() {
        at += 1;
        while esds.get(at).is_some_and(|byte| byte & 0x80 != 0) {
            at += 1;
        }
        at += 1;
        match tag {
            3 => at += 3,
            4 => at += 13,
            5 => {
                let first = esds.get(at).context("esds is cut short")?;
                return Ok(format!("mp4a.40.{}", first >> 3));
            }
            _ => break,
        }
    }
    bail!("esds without a DecoderSpecificInfo")
}

/// Parses a media segment (any number of fragments).
pub fn parse_segment(bytes: &[u8], init: &Init) -> Result<Segment> {
    let mut segment = Segment::default();
    for found in (Boxes { body: bytes, at: 0 }).filter(|found| &found.name == b"moof") {
        ensure!(children(found.body, b"traf").count() == 1, "a fragment must hold one track");
        let first = segment.samples.is_empty();
        let data = read_fragment(child(found.body, &[b"traf"])?, init, &mut segment)?;
        if let Some((offset, size)) = data.filter(|_| first && init.nal_length_bytes > 0) {
            let start = found.start + offset;
            let sample = bytes.get(start..start + size).context("the first sample is cut short")?;
            segment.first_nal_types = nal_types(sample, init);
        }
    }
    ensure!(!segment.samples.is_empty(), "a segment without samples");
    Ok(segment)
}

/// Appends the samples of a `traf`; returns where the first one's bytes are (offset from the
/// `moof`, size).
fn read_fragment(traf: &[u8], init: &Init, segment: &mut Segment) -> Result<Option<(usize, usize)>> {
    let mut tfhd = Reader(child(traf, &[b"tfhd"])?);
    let flags = tfhd.take(4)? as u32 & 0x00ff_ffff;
    tfhd.take(4)?;
    ensure!(flags & 1 == 0, "tfhd with a base data offset is not CMAF");
    tfhd.take_if(flags & 2 != 0, 4)?;
    let duration = tfhd.take_if(flags & 8 != 0, 4)?.map_or(init.default_duration, |value| value as u32);
    let size = tfhd.take_if(flags & 0x10 != 0, 4)?.map_or(init.default_size, |value| value as u32);
    let default_flags = tfhd.take_if(flags & 0x20 != 0, 4)?.map_or(init.default_flags, |value| value as u32);
    let mut tfdt = Reader(child(traf, &[b"tfdt"])?);
    let wide = tfdt.take(4)? >> 24 == 1;
    let mut decode_time = tfdt.take(if wide { 8 } else { 4 })? as i64;
    let mut first_data = None;
    for trun in children(traf, b"trun") {
        let mut trun = Reader(trun);
        let head = trun.take(4)? as u32;
        let count = trun.take(4)?;
        let offset = trun.take_if(head & 1 != 0, 4)?;
        let mut first_flags = trun.take_if(head & 4 != 0, 4)?;
        for _ in 0..count {
            let own_duration = trun.take_if(head & 0x100 != 0, 4)?;
            let own_size = trun.take_if(head & 0x200 != 0, 4)?;
            let own_flags = trun.take_if(head & 0x400 != 0, 4)?;
            let composition = trun.take_if(head & 0x800 != 0, 4)?.unwrap_or(0) as u32;
            let sample = Sample {
                decode_time,
                duration: own_duration.map_or(i64::from(duration), |value| value as i64),
                composition_offset: if head >> 24 == 0 {
                    i64::from(composition)
                } else {
                    i64::from(composition as i32)
                },
                flags: first_flags.take().or(own_flags).map_or(default_flags, |value| value as u32),
            };
            decode_time += sample.duration;
            if first_data.is_none() {
                let bytes = own_size.map_or(size as usize, |value| value as usize);
                first_data = offset.map(|offset| (offset as usize, bytes));
            }
            segment.samples.push(sample);
        }
    }
    Ok(first_data)
}

fn nal_types(sample: &[u8], init: &Init) -> Vec<u8> {
    let mut types = Vec::new();
    let mut rest = sample;
    while rest.len() > init.nal_length_bytes {
        let length = be(rest, init.nal_length_bytes) as usize;
        let header = rest[init.nal_length_bytes];
        types.push(if init.codec.starts_with("avc") { header & 0x1f } else { header >> 1 & 0x3f });
        rest = rest.get(init.nal_length_bytes + length..).unwrap_or_default();
    }
    types
}
