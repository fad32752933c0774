//! What a generation has, as it stands beside its video in the database.

use crate::domain::video::{RenditionKind, RenditionSummary};
use crate::media::presentation::{Media, Presentation};

/// Every rendition of it.
pub(super) fn of(presentation: &Presentation) -> Vec<RenditionSummary> {
    let measured = |media: &Media, blank: RenditionSummary| RenditionSummary {
        codecs: media.codecs.clone(),
        bandwidth: media.peak_bits(),
        average_bandwidth: media.average_bits(),
        segment_count: media.segments.len() as u32,
        duration_seconds: media.end_seconds(),
        size_bytes: media.size_bytes(),
        ..blank
    };
    let video = presentation.video.iter().map(|v| {
        let rung = &v.rung;
        measured(
            &v.media,
            RenditionSummary {
                codec: rung.codec.as_str().to_owned(),
                width: rung.width,
                height: rung.height,
                frame_rate: rung.frame_rate,
                copied: rung.copied,
                ..blank(RenditionKind::Video, &rung.name, &rung.name)
            },
        )
    });
    let audio = presentation.audio.iter().map(|a| {
        let r = &a.rendition;
        measured(
            &a.media,
            RenditionSummary {
                codec: "aac".to_owned(),
                language: r.language.clone(),
                channels: r.channels,
                default: r.default,
                copied: r.encode_rate.is_none(),
                ..blank(RenditionKind::Audio, &r.name, &r.label)
            },
        )
    });
    let text = presentation.text.iter().map(|t| RenditionSummary {
        codec: "webvtt".to_owned(),
        language: t.language.clone(),
        default: t.default,
        ..blank(RenditionKind::Text, &t.name, &t.label)
    });
    video.chain(audio).chain(text).collect()
}

fn blank(kind: RenditionKind, name: &str, label: &str) -> RenditionSummary {
    RenditionSummary {
        kind,
        name: name.to_owned(),
        codec: String::new(),
        codecs: String::new(),
        width: 0,
        height: 0,
        frame_rate: 0.0,
        bandwidth: 0,
        average_bandwidth: 0,
        language: None,
        label: label.to_owned(),
        channels: 0,
        default: false,
        copied: false,
        segment_count: 0,
        duration_seconds: 0.0,
        size_bytes: 0,
    }
}
