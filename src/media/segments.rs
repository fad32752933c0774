//! Measuring what was written: codec and time scale from an init segment, start and duration from a media
//! segment (ISO/IEC 14496-12, CMAF 23000-19). Manifests say only what was measured here.

use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::Path;

use mp4_atom::{
    Atom, Av1c, Codec, Decode, Encode, Header, Hvcc, Moof, Moov, ReadAtom, ReadFrom, Traf, TrunEntry, TrunSamples,
};

/// Largest box that is read into memory, bytes; headers of an hour-long segment stay far below.
const BOX_MAX_BYTES: usize = 64 << 20;
/// `sample_is_non_sync_sample` in sample flags (14496-12, 8.8.3.1).
const NON_SYNC: u32 = 0x0001_0000;

/// What an init segment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// Ticks a second of every time in the rendition's segments.
    pub timescale: u32,
    /// RFC 6381, e.g. `avc1.640028`.
    pub codecs: String,
    /// Width and height of the picture, pixels; none for sound.
    pub size: Option<(u32, u32)>,
    /// The edit list's media time: what is taken off every composition time, ticks.
    media_time: u64,
    /// Ticks and flags of samples that do not carry their own.
    default_duration: u32,
    default_flags: u32,
}

/// What a media segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Presentation time of the first sample, ticks.
    pub start: u64,
    /// Ticks.
    pub duration: u64,
    /// Bytes.
    pub size_bytes: u64,
    /// True when it can be decoded without an earlier one.
    pub starts_with_sync_sample: bool,
}

/// Reads an init segment.
pub fn read_init(path: &Path) -> io::Result<Init> {
    let mut file = BufReader::new(File::open(path)?);
    let moov: Moov = find(&mut file)?.ok_or_else(|| invalid("no moov box"))?;
    let track = moov.trak.first().ok_or_else(|| invalid("no track"))?;
    let entry = track.mdia.minf.stbl.stsd.codecs.first().ok_or_else(|| invalid("no sample entry"))?;
    let edits = track.edts.as_ref().and_then(|e| e.elst.as_ref());
    let defaults = moov.mvex.as_ref().and_then(|m| m.trex.first());
    Ok(Init {
        timescale: track.mdia.mdhd.timescale,
        codecs: codecs(entry).ok_or_else(|| invalid("a codec that is not published"))?,
        size: size(entry),
        media_time: edits.and_then(|e| e.entries.first()).and_then(|e| e.media_time).unwrap_or(0),
        default_duration: defaults.map_or(0, |t| t.default_sample_duration),
        default_flags: defaults.map_or(0, |t| t.default_sample_flags),
    })
}

/// Reads the headers of a media segment; the media itself is skipped, but must be there to its last byte: ffmpeg
/// leaves a segment that the disk had no room for cut off, and succeeds. Joined segments count as one.
pub fn read_segment(path: &Path, init: &Init) -> io::Result<Segment> {
    let mut file = BufReader::new(File::open(path)?);
    let size_bytes = file.get_ref().metadata()?.len();
    let mut segment: Option<Segment> = None;
    while let Some(moof) = find::<Moof>(&mut file)? {
        if file.stream_position()? >= size_bytes {
            return Err(invalid("a fragment without media"));
        }
        let traf = moof.traf.first().ok_or_else(|| invalid("no track fragment"))?;
        let (duration, sync) = samples(traf, init);
        match &mut segment {
            Some(whole) => whole.duration += duration,
            None => {
                let start = first_presented(traf, init).ok_or_else(|| invalid("no decode time"))?;
                segment = Some(Segment { start, duration, size_bytes, starts_with_sync_sample: sync });
            }
        }
    }
    segment.ok_or_else(|| invalid("no movie fragment"))
}

/// Presentation time of a fragment's first sample: decode time plus composition offset, less the edit.
fn first_presented(traf: &Traf, init: &Init) -> Option<u64> {
    let decoded = traf.tfdt.as_ref()?.base_media_decode_time;
    let offset = traf.trun.first().and_then(|run| run.samples.get(0)).and_then(|s| s.cts).unwrap_or(0);
    let presented = i64::try_from(decoded).ok()? + offset - i64::try_from(init.media_time).ok()?;
    // priming samples of sound come before time 0 and are not presented
    u64::try_from(presented.max(0)).ok()
}

/// Total duration of a fragment's samples and whether the first is a sync sample.
fn samples(traf: &Traf, init: &Init) -> (u64, bool) {
    let default_duration = traf.tfhd.default_sample_duration.unwrap_or(init.default_duration);
    let default_flags = traf.tfhd.default_sample_flags.unwrap_or(init.default_flags);
    let entries = || traf.trun.iter().flat_map(|run| run.samples.iter());
    let duration = entries().map(|s| u64::from(s.duration.unwrap_or(default_duration))).sum();
    let sync = entries().next().is_some_and(|s| s.flags.unwrap_or(default_flags) & NON_SYNC == 0);
    (duration, sync)
}

/// The next box of a type; others are skipped.
fn find<A: Atom>(file: &mut BufReader<File>) -> io::Result<Option<A>> {
    loop {
        let Some(header) = Option::<Header>::read_from(file).map_err(io::Error::other)? else { return Ok(None) };
        let size = header.size.ok_or_else(|| invalid("a box without a size"))?;
        if header.kind == A::KIND {
            if size > BOX_MAX_BYTES {
                return Err(invalid("a header of unreasonable size"));
            }
            return A::read_atom(&header, file).map(Some).map_err(io::Error::other);
        }
        let end = file.seek(SeekFrom::Current(i64::try_from(size).map_err(io::Error::other)?))?;
        if end > file.get_ref().metadata()?.len() {
            return Err(invalid("cut off"));
        }
    }
}

fn size(entry: &Codec) -> Option<(u32, u32)> {
    let visual = match entry {
        Codec::Avc1(avc) => &avc.visual,
        Codec::Hvc1(hevc) => &hevc.visual,
        Codec::Hev1(hevc) => &hevc.visual,
        Codec::Av01(av1) => &av1.visual,
        _ => return None,
    };
    Some((u32::from(visual.width), u32::from(visual.height)))
}

/// RFC 6381 codecs parameter.
fn codecs(entry: &Codec) -> Option<String> {
    match entry {
        Codec::Avc1(avc) => {
            let c = &avc.avcc;
            Some(format!(
                "avc1.{:02x}{:02x}{:02x}",
                c.avc_profile_indication, c.profile_compatibility, c.avc_level_indication
            ))
        }
        Codec::Hvc1(hevc) => Some(hevc_codec("hvc1", &hevc.hvcc)),
        Codec::Hev1(hevc) => Some(hevc_codec("hev1", &hevc.hvcc)),
        Codec::Av01(av1) => Some(av1_codec(&av1.av1c)),
        Codec::Mp4a(aac) => {
            let config = &aac.esds.es_desc.dec_config;
            let object_type = config.dec_specific.as_ref().map_or(2, |d| d.profile);
            Some(format!("mp4a.{:x}.{object_type}", config.object_type_indication))
        }
        _ => None,
    }
}

/// ISO/IEC 14496-15, annex E.3: profile, compatibility flags in reverse bit order, tier and level, constraint bytes
/// without the zeros at their end.
fn hevc_codec(entry: &str, record: &Hvcc) -> String {
    let space = ["", "A", "B", "C"][usize::from(record.general_profile_space & 3)];
    let compatibility = u32::from_be_bytes(record.general_profile_compatibility_flags).reverse_bits();
    let tier = if record.general_tier_flag { 'H' } else { 'L' };
    let constraints = &record.general_constraint_indicator_flags;
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let constraints: String = constraints[..used].iter().map(|byte| format!(".{byte:X}")).collect();
    let (profile, level) = (record.general_profile_idc, record.general_level_idc);
    format!("{entry}.{space}{profile}.{compatibility:X}.{tier}{level}{constraints}")
}

/// AV1 in ISO base media, section 5: profile, level and tier, bit depth; the rest is as its defaults say.
fn av1_codec(record: &Av1c) -> String {
    let tier = if record.seq_tier_0 { 'H' } else { 'M' };
    let depth = match (record.high_bitdepth, record.twelve_bit) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    format!("av01.{}.{:02}{tier}.{depth:02}", record.seq_profile, record.seq_level_idx_0)
}

/// Reads a one-fragment segment to be joined to others: its `moof` and `mdat`, without the leading `styp` and
/// `sidx`, which describe one segment each.
///
/// ffmpeg sums up rounded frame durations, so with millisecond time stamps (Matroska) a copy drifts away from
/// the sound. `start` and `end` (seconds) are what the packets said; the fragment is made to begin and end there.
pub fn read_fragment(path: &Path, init: &Init, start: f64, end: Option<f64>) -> io::Result<Vec<u8>> {
    read_segment(path, init)?; // whole
    let bytes = std::fs::read(path)?;
    let (at, length) = position_of_moof(&bytes)?;
    let mut fragment = retimed(&bytes[at..at + length], init, start, end)?;
    fragment.extend_from_slice(&bytes[at + length..]);
    Ok(fragment)
}

/// Makes a one-fragment segment begin and end at exact times; see [`read_fragment`].
pub fn retime(path: &Path, init: &Init, start: f64, end: Option<f64>) -> io::Result<()> {
    let bytes = std::fs::read(path)?;
    let (at, length) = position_of_moof(&bytes)?;
    let moof = &bytes[at..at + length];
    let retimed = retimed(moof, init, start, end)?;
    if retimed == moof {
        return Ok(());
    }
    let temporary = path.with_extension("retimed");
    std::fs::write(&temporary, [&bytes[..at], &retimed, &bytes[at + length..]].concat())?;
    std::fs::rename(&temporary, path)
}

/// The `moof` with other times. It may get longer: a sample needs a duration of its own to have another one.
fn retimed(original: &[u8], init: &Init, start: f64, end: Option<f64>) -> io::Result<Vec<u8>> {
    let mut moof: Moof = Moof::decode(&mut &original[..]).map_err(io::Error::other)?;
    let ticks = |seconds: f64| (seconds * f64::from(init.timescale)).round() as i64;
    if let Some(traf) = moof.traf.first_mut() {
        let measured = first_presented(traf, init).ok_or_else(|| invalid("no decode time"))? as i64;
        let lacking = end.map_or(0, |end| ticks(end) - ticks(start) - samples(traf, init).0 as i64);
        if let Some(tfdt) = &mut traf.tfdt {
            let decoded = tfdt.base_media_decode_time as i64 + ticks(start) - measured;
            // decoding, too, begins at the planned time, however unevenly the frames before were spaced: what
            // decoding times lose, composition offsets gain
            tfdt.base_media_decode_time = u64::try_from(ticks(start)).map_err(io::Error::other)?;
            shift_compositions(traf, decoded - ticks(start));
        }
        if lacking != 0 {
            lengthen(traf, init, lacking);
        }
    }
    let encode = |moof: &Moof| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(original.len());
        moof.encode(&mut bytes).map_err(io::Error::other)?;
        Ok(bytes)
    };
    let longer = encode(&moof)?.len() as i64 - original.len() as i64;
    for run in moof.traf.iter_mut().flat_map(|traf| &mut traf.trun) {
        if let Some(offset) = &mut run.data_offset {
            *offset = i32::try_from(i64::from(*offset) + longer).map_err(io::Error::other)?;
        }
    }
    encode(&moof)
}

fn shift_compositions(traf: &mut Traf, by: i64) {
    if by == 0 {
        return;
    }
    for run in &mut traf.trun {
        let mut entries: Vec<TrunEntry> = run.samples.iter().collect();
        for entry in &mut entries {
            entry.cts = Some(entry.cts.unwrap_or(0) + by);
        }
        run.samples = TrunSamples::Explicit(entries);
    }
}

/// Makes the samples last `by` ticks longer (or shorter) together. The last one takes it where it can, which
/// leaves all others as they are; else all are decoded at even distances and shown when they were.
fn lengthen(traf: &mut Traf, init: &Init, by: i64) {
    let default = traf.tfhd.default_sample_duration.unwrap_or(init.default_duration);
    let [run] = &mut traf.trun[..] else { return };
    let mut entries: Vec<TrunEntry> = run.samples.iter().collect();
    let total = entries.iter().map(|e| i64::from(e.duration.unwrap_or(default))).sum::<i64>() + by;
    let count = entries.len() as i64;
    if total < count {
        return;
    }
    let last = entries.last().map_or(0, |e| i64::from(e.duration.unwrap_or(default))) + by;
    let even = |i: i64| total * i / count;
    let mut decoded = 0;
    for (i, entry) in entries.iter_mut().enumerate() {
        let duration = i64::from(entry.duration.unwrap_or(default));
        let new = match last {
            1.. if i as i64 == count - 1 => last,
            1.. => duration,
            _ => {
                entry.cts = Some(entry.cts.unwrap_or(0) + decoded - even(i as i64));
                even(i as i64 + 1) - even(i as i64)
            }
        };
        entry.duration = u32::try_from(new).ok().or(entry.duration);
        decoded += duration;
    }
    run.samples = TrunSamples::Explicit(entries);
}

fn position_of_moof(bytes: &[u8]) -> io::Result<(usize, usize)> {
    position_of(b"moof", bytes)
}

/// Where the first box of a type begins, and how long it is.
pub(super) fn position_of(kind: &[u8; 4], bytes: &[u8]) -> io::Result<(usize, usize)> {
    let mut at = 0;
    while let Some(header) = bytes.get(at..at + 8) {
        let size = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        if size < 8 || at + size > bytes.len() {
            break;
        }
        if header[4..8] == *kind {
            return Ok((at, size));
        }
        at += size;
    }
    Err(invalid("a box is missing"))
}

pub(super) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_named_as_players_ask_for_them() {
        let hevc = Hvcc {
            general_profile_idc: 1,
            general_profile_compatibility_flags: [0x60, 0, 0, 0],
            general_constraint_indicator_flags: [0xb0, 0, 0, 0, 0, 0],
            general_level_idc: 93,
            ..Hvcc::new()
        };
        assert_eq!(hevc_codec("hvc1", &hevc), "hvc1.1.6.L93.B0");
        let main10 = Hvcc {
            general_profile_idc: 2,
            general_profile_compatibility_flags: [0x20, 0, 0, 0],
            general_tier_flag: true,
            general_constraint_indicator_flags: [0x90, 0, 0x10, 0, 0, 0],
            ..hevc
        };
        assert_eq!(hevc_codec("hev1", &main10), "hev1.2.4.H93.90.0.10");
        let av1 = Av1c { seq_level_idx_0: 4, ..Av1c::default() };
        assert_eq!(av1_codec(&av1), "av01.0.04M.08");
        let deep = Av1c { seq_level_idx_0: 13, seq_tier_0: true, high_bitdepth: true, ..Av1c::default() };
        assert_eq!(av1_codec(&deep), "av01.0.13H.10");
    }
}
