//! `transcoding.codecs`: what videos are published in.

use super::super::value::{Given, Kind, Refusal, Value};
use crate::domain::ladder::Codec;

/// Codecs, each once, H.264 first: it is there whether it was written or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codecs(pub Vec<Codec>);

const ALL: [Codec; 3] = [Codec::H264, Codec::Hevc, Codec::Av1];

impl Default for Codecs {
    fn default() -> Self {
        Self(vec![Codec::H264])
    }
}

impl Value for Codecs {
    const KIND: Kind = Kind::List;
    const CHOICES: &'static [&'static str] = &[ALL[0].as_str(), ALL[1].as_str(), ALL[2].as_str()];

    fn read(given: &Given) -> Result<Self, Refusal> {
        let names: Vec<&str> = match given {
            Given::List(list) => list.iter().map(|name| name.trim()).collect(),
            Given::Text(text) => text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        };
        if let Some(unknown) = names.iter().find(|name| !ALL.iter().any(|codec| codec.as_str() == **name)) {
            let known = ALL.map(Codec::as_str).join(", ");
            return Err(Refusal::new(
                format!("{unknown:?} is no codec that vlog encodes"),
                format!("use any of {known}, such as [\"h264\", \"av1\"]"),
            ));
        }
        let wanted = |codec: &Codec| *codec == Codec::H264 || names.contains(&codec.as_str());
        Ok(Self(ALL.into_iter().filter(wanted).collect()))
    }

    fn show(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|codec| format!("{:?}", codec.as_str())).collect();
        format!("[{}]", names.join(", "))
    }
}
