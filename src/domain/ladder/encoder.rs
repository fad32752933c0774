//! Encoders: what each runs on, and ffmpeg's names of them. A plan names one for each codec, a task needs one, a machine
//! has some.

use super::{Codec, Rung};

/// Smallest width and height that every hardware encoder takes, pixels (some of NVIDIA's want 145, of AV1 192).
const MIN_SIDE: u32 = 192;
/// Largest width or height of a picture in H.264 that they take, pixels; of the other codecs it is twice that.
const MAX_SIDE_H264: u32 = 4096;

/// What an encoder runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Device {
    /// The processor.
    Software,
    /// NVIDIA's cards.
    Nvenc,
    /// Intel's and AMD's graphics, by Linux's own interface.
    Vaapi,
    /// Intel's graphics, by Intel's interface.
    Qsv,
}

impl Device {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Software, Self::Nvenc, Self::Vaapi, Self::Qsv];
    /// Those that are not the processor, in the order in which they are chosen where several work.
    pub const HARDWARE: [Self; 3] = [Self::Nvenc, Self::Vaapi, Self::Qsv];

    /// The text in the API and in ffmpeg's names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::Nvenc => "nvenc",
            Self::Vaapi => "vaapi",
            Self::Qsv => "qsv",
        }
    }

    /// ffmpeg's name of its encoder for a codec.
    pub fn encoder(self, codec: Codec) -> &'static str {
        match (self, codec) {
            (Self::Software, codec) => codec.encoder(),
            (Self::Nvenc, Codec::H264) => "h264_nvenc",
            (Self::Nvenc, Codec::Hevc) => "hevc_nvenc",
            (Self::Nvenc, Codec::Av1) => "av1_nvenc",
            (Self::Vaapi, Codec::H264) => "h264_vaapi",
            (Self::Vaapi, Codec::Hevc) => "hevc_vaapi",
            (Self::Vaapi, Codec::Av1) => "av1_vaapi",
            (Self::Qsv, Codec::H264) => "h264_qsv",
            (Self::Qsv, Codec::Hevc) => "hevc_qsv",
            (Self::Qsv, Codec::Av1) => "av1_qsv",
        }
    }

    /// True when it takes pictures of these sizes.
    pub fn takes(self, rungs: &[Rung]) -> bool {
        let fits = |rung: &Rung| {
            let most = if rung.codec == Codec::H264 { MAX_SIDE_H264 } else { 2 * MAX_SIDE_H264 };
            rung.width.min(rung.height) >= MIN_SIDE && rung.width.max(rung.height) <= most
        };
        self == Self::Software || rungs.iter().all(fits)
    }
}

/// All encoders there are, device by device.
pub fn all() -> impl Iterator<Item = (Device, Codec, &'static str)> {
    Device::ALL.into_iter().flat_map(|device| Codec::ALL.map(|codec| (device, codec, device.encoder(codec))))
}

/// What an encoder of this name runs on, and what it makes; none when it is none of ours.
pub fn find(name: &str) -> Option<(Device, Codec)> {
    all().find(|(_, _, known)| *known == name).map(|(device, codec, _)| (device, codec))
}

/// The hardware that an encoder of this name runs on; none for software.
pub fn hardware(name: &str) -> Option<Device> {
    find(name).map(|(device, _)| device).filter(|device| *device != Device::Software)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ladder;

    #[test]
    fn every_name_is_found_again() {
        assert_eq!(all().count(), 12);
        for (device, codec, name) in all() {
            assert_eq!(find(name), Some((device, codec)));
            assert_eq!(hardware(name), (device != Device::Software).then_some(device));
        }
        assert_eq!(find("h264_amf"), None);
    }

    #[test]
    fn pictures_that_hardware_refuses_are_left_to_software() {
        for (width, height, fits) in
            [(1920, 1080, true), (320, 180, false), (256, 192, true), (5160, 2160, false), (3840, 2160, true)]
        {
            assert_eq!(Device::Nvenc.takes(&ladder::rungs(width, height, 25.0)), fits, "{width}x{height}");
        }
        let wide = ladder::rungs(5160, 2160, 25.0);
        assert!(Device::Vaapi.takes(&ladder::in_codec(&wide, Codec::Hevc)) && Device::Software.takes(&wide));
    }
}
