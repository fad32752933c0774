//! Renditions in H.264 that two encoders make together: hardware, and software for the chunks it fails at.
//!
//! Every segment is decoded with the parameter sets of the one init segment that is published, and two encoders never have
//! the same. ISO/IEC 14496-15 lets `avcC` hold several, told apart by the number each picture names. So the init segment
//! that hardware makes gets those of the software encoder added, which is told to use another number
//! (`encoders::BESIDE`); a chunk of either is then a chunk like any other to every player. HEVC and AV1 cannot be
//! mixed like that: their software encoders know one number alone.

use std::io;
use std::path::Path;

use mp4_atom::{Avcc, Codec, Decode, Encode, Moov};

use super::segments::{invalid, position_of};

/// Units in `hvcC` that pictures are decoded with: of the video, of sequences, of pictures.
const PARAMETER_SETS: std::ops::RangeInclusive<u8> = 32..=34;

/// Adds the parameter sets of the init segment `beside` to those of `init`.
pub fn add(init: &Path, beside: &Path) -> io::Result<()> {
    let (bytes, other) = (std::fs::read(init)?, std::fs::read(beside)?);
    let (mut moov, mut other) = (read(&bytes)?, read(&other)?);
    let added = avcc(&mut other)?.clone();
    let merged = avcc(&mut moov)?;
    merge(merged, &added)?;
    let (at, length) = position_of(b"moov", &bytes)?;
    let mut encoded = Vec::with_capacity(bytes.len() + 64);
    moov.encode(&mut encoded).map_err(io::Error::other)?;
    let temporary = init.with_extension("merged");
    std::fs::write(&temporary, [&bytes[..at], &encoded, &bytes[at + length..]].concat())?;
    std::fs::rename(&temporary, init)
}

/// True when segments made with the init segment `other` are decoded alike with the `published` one.
pub fn fit(published: &[u8], other: &[u8]) -> bool {
    let fit = || -> io::Result<bool> {
        let (mut published, mut other) = (read(published)?, read(other)?);
        let sets_fit = match (avcc(&mut published), avcc(&mut other)) {
            (Ok(all), Ok(some)) => holds(all, some),
            _ => true, // compared with the rest
        };
        // times, sizes and defaults must be the same, and what decodes other codecs
        Ok(sets_fit && without_encoder(published) == without_encoder(other))
    };
    fit().unwrap_or(false)
}

fn holds(all: &Avcc, some: &Avcc) -> bool {
    let known = some.sequence_parameter_sets.iter().all(|set| all.sequence_parameter_sets.contains(set))
        && some.picture_parameter_sets.iter().all(|set| all.picture_parameter_sets.contains(set));
    let promised = some.avc_profile_indication == all.avc_profile_indication
        && some.avc_level_indication <= all.avc_level_indication;
    known && promised
}

fn read(bytes: &[u8]) -> io::Result<Moov> {
    let (at, length) = position_of(b"moov", bytes)?;
    Moov::decode(&mut &bytes[at..at + length]).map_err(io::Error::other)
}

fn avcc(moov: &mut Moov) -> io::Result<&mut Avcc> {
    let entry = moov.trak.first_mut().and_then(|track| track.mdia.minf.stbl.stsd.codecs.first_mut());
    match entry {
        Some(Codec::Avc1(avc)) => Ok(&mut avc.avcc),
        _ => Err(invalid("no H.264")),
    }
}

/// What encoders say about themselves is left out: another version of ffmpeg writes another name, and another average rate,
/// around the same parameter sets.
fn without_encoder(mut moov: Moov) -> Moov {
    for entry in moov.trak.iter_mut().flat_map(|track| &mut track.mdia.minf.stbl.stsd.codecs) {
        let (visual, btrt) = match entry {
            Codec::Avc1(avc) => {
                avc.avcc = Avcc::default();
                (&mut avc.visual, &mut avc.btrt)
            }
            Codec::Hvc1(hevc) => {
                hevc.hvcc.arrays.retain(|array| PARAMETER_SETS.contains(&array.nal_unit_type)); // no remarks
                (&mut hevc.visual, &mut hevc.btrt)
            }
            Codec::Av01(av1) => (&mut av1.visual, &mut av1.btrt),
            _ => continue,
        };
        (visual.compressor, *btrt) = (mp4_atom::Compressor::default(), None);
    }
    moov.udta = None;
    moov
}

fn merge(all: &mut Avcc, added: &Avcc) -> io::Result<()> {
    if all.avc_profile_indication != added.avc_profile_indication || all.length_size != added.length_size {
        return Err(invalid("two encoders with different profiles"));
    }
    all.profile_compatibility &= added.profile_compatibility;
    all.avc_level_indication = all.avc_level_indication.max(added.avc_level_indication);
    // the number stands after header, profile, constraints and level; in a picture parameter set, after the header
    add_sets(&mut all.sequence_parameter_sets, &added.sequence_parameter_sets, 4)?;
    add_sets(&mut all.picture_parameter_sets, &added.picture_parameter_sets, 1)
}

fn add_sets(all: &mut Vec<Vec<u8>>, added: &[Vec<u8>], number_at: usize) -> io::Result<()> {
    for set in added {
        if all.contains(set) {
            continue;
        }
        let number_of = |set: &Vec<u8>| set.get(number_at..).and_then(number);
        if all.iter().any(|known| number_of(known) == number_of(set)) {
            return Err(invalid("two encoders with the same number of their parameter sets"));
        }
        all.push(set.clone());
    }
    Ok(())
}

/// The Exp-Golomb code at the beginning; none for one that is longer than a byte.
fn number(bytes: &[u8]) -> Option<u8> {
    let first = *bytes.first()?;
    let zeros = first.leading_zeros();
    let length = 2 * zeros + 1;
    (length <= 8).then(|| (first >> (8 - length)) - 1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;
    use crate::media::segments::read_init;

    fn encoded(directory: &Path, name: &str, args: &str) -> PathBuf {
        let path = directory.join(name);
        let picture = "-f lavfi -i testsrc2=s=320x192:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -profile:v high -bf 0";
        let muxer = "-fps_mode passthrough -f mp4 -movflags +empty_moov+default_base_moof -enc_time_base 1:90000 \
             -video_track_timescale 90000";
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-nostdin"]).args(picture.split_whitespace());
        command.args(args.split_whitespace()).args(muxer.split_whitespace()).arg(&path);
        assert!(command.env("SVT_LOG", "1").status().unwrap().success(), "{args}");
        path
    }

    /// What decodes to the same pictures.
    fn hashes(file: &Path) -> String {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-i"]).arg(file).args(["-f", "framemd5", "-"]);
        let output = command.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit(',').next()).collect()
    }

    fn init_of(file: &Path) -> (Vec<u8>, Vec<u8>) {
        let bytes = std::fs::read(file).unwrap();
        let (at, length) = position_of(b"moov", &bytes).unwrap();
        (bytes[..at + length].to_vec(), bytes[at + length..].to_vec())
    }

    /// Two encodes that differ in everything a parameter set says, in one rendition.
    #[test]
    fn segments_of_two_encoders_decode_with_one_init_segment() {
        let directory = tempfile::tempdir().unwrap();
        let one = encoded(directory.path(), "one.mp4", "-preset slow -crf 30 -x264-params 8x8dct=1:ref=4");
        let two =
            encoded(directory.path(), "two.mp4", "-preset veryfast -crf 25 -x264-params sps-id=1:ref=1:level=5.1");
        let ((init, one_media), (beside, two_media)) = (init_of(&one), init_of(&two));
        let (init_path, beside_path) = (directory.path().join("init.mp4"), directory.path().join("beside.mp4"));
        std::fs::write(&init_path, &init).unwrap();
        std::fs::write(&beside_path, &beside).unwrap();
        assert!(!fit(&init, &beside), "no encoder's segments fit what does not know it");
        add(&init_path, &beside_path).unwrap();
        let merged = std::fs::read(&init_path).unwrap();
        for part in [&init, &beside, &merged] {
            assert!(fit(&merged, part));
        }
        assert!(!fit(&init, &merged) && !fit(&beside, &merged));
        let level = |path: &Path| read_init(path).unwrap().codecs;
        assert_eq!(level(&init_path), "avc1.640033", "the higher of both levels");

        let mixed = directory.path().join("mixed.mp4");
        for (media, alone) in [(one_media, &one), (two_media, &two)] {
            std::fs::write(&mixed, [&merged[..], &media].concat()).unwrap();
            assert_eq!(hashes(&mixed), hashes(alone));
        }
        // adding what is there changes nothing
        add(&init_path, &beside_path).unwrap();
        assert_eq!(std::fs::read(&init_path).unwrap(), merged);
    }

    #[test]
    fn encoders_that_cannot_be_told_apart_are_not_mixed() {
        let directory = tempfile::tempdir().unwrap();
        let names =
            [("one.mp4", "-crf 30"), ("two.mp4", "-crf 30 -x264-params ref=1"), ("three.mp4", "-profile:v main")];
        let [one, two, three] = names.map(|(name, args)| encoded(directory.path(), name, args));
        let before = std::fs::read(&one).unwrap();
        assert!(add(&one, &two).is_err() && add(&one, &three).is_err());
        assert_eq!(std::fs::read(&one).unwrap(), before);
        assert!(!fit(&before, b"no box at all"));
    }

    /// Two versions of ffmpeg differ in what they say of themselves. `bitexact` is one that says nothing.
    #[test]
    fn another_version_with_the_same_parameter_sets_fits() {
        let directory = tempfile::tempdir().unwrap();
        for (codec, encoder, other) in [
            (
                "hevc",
                "-c:v libx265 -profile:v main -tag:v hvc1 -x265-params info=0:log-level=error",
                "-x265-params ref=1",
            ),
            ("av1", "-c:v libsvtav1 -profile:v main -preset 10", "-s 160x96"),
        ] {
            let made = |name: &str, more: &str| {
                let file = encoded(directory.path(), &format!("{codec}-{name}.mp4"), &format!("{encoder} {more}"));
                init_of(&file).0
            };
            let (one, two) = (made("one", ""), made("two", "-flags:v +bitexact -fflags +bitexact"));
            assert_ne!(one, two, "{codec}: nothing to leave out");
            assert!(fit(&one, &two) && fit(&two, &one), "{codec}");
            let another = made("another", other);
            assert!(!fit(&one, &another), "{codec}");
        }
    }

    /// Drivers write what they like.
    #[test]
    fn a_set_that_is_cut_off_is_refused() {
        let (whole, cut) = (vec![0x68, 0b1000_0000], vec![0x68]);
        assert!(add_sets(&mut vec![cut.clone()], &[Vec::new()], 1).is_err());
        assert!(add_sets(&mut vec![whole], &[cut], 4).is_err());
    }

    #[test]
    fn numbers() {
        assert_eq!(
            [0b1000_0000, 0b0101_1111, 0b0110_0000, 0b0010_0000].map(|b| number(&[b])),
            [Some(0), Some(1), Some(2), Some(3)]
        );
        assert_eq!(number(&[0b0000_1000]), None);
        assert_eq!(number(&[]), None);
    }
}
