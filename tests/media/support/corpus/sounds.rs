//! Clips whose sound is odd: tracks, layouts, rates, codecs, starts and ends, sound alone.

use super::scene::{AAC, Make, Scene};
use super::{Claim, Clip, Sound, Step, words};

pub fn clips() -> Vec<Clip> {
    let mut all = layouts();
    all.extend(tracks());
    all.extend(timings());
    all.extend(codecs());
    all.extend(sound_alone());
    all
}

fn one(name: &'static str, extension: &'static str, make: Make) -> Clip {
    let scene = make.scene.clone();
    Clip::new(name, extension, &scene, make.steps(extension))
}

const fn sound(language: Option<&'static str>, title: Option<&'static str>, channels: u32) -> Sound {
    Sound { language, title, channels }
}

/// The beep comes from the centre only, so a downmix that loses the centre is silent.
const CENTRE_5_1: [f64; 6] = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
const CENTRE_7_1: [f64; 8] = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];

fn layouts() -> Vec<Clip> {
    let scene = Scene::small(7.0);
    let layout = |name, extension, layout, beeps: &[f64], audio| {
        let track = scene.sound(layout, beeps, 220, scene.seconds());
        let channels = beeps.len() as u32;
        one(name, extension, Make::of(&scene).sounds(vec![track]).audio(audio))
            .expect(|expect| expect.audio = vec![sound(None, None, channels)])
    };
    let channels = |count| Claim::Audio(0, "channels", count);
    vec![
        layout("sound-mono", "mp4", "mono", &[1.0], AAC).claims([channels("1")]),
        layout("sound-right-only", "mp4", "stereo", &[0.0, 1.0], AAC).claims([channels("2")]),
        layout("sound-5.1-aac", "mp4", "5.1", &CENTRE_5_1, "-c:a aac -b:a 256k").claims([channels("6")]),
        layout("sound-5.1-ac3", "ts", "5.1", &CENTRE_5_1, "-c:a ac3 -b:a 384k")
            .claims([channels("6"), Claim::Audio(0, "codec_name", "ac3")]),
        layout("sound-5.1-eac3", "mp4", "5.1", &CENTRE_5_1, "-c:a eac3 -b:a 384k")
            .claims([channels("6"), Claim::Audio(0, "codec_name", "eac3")]),
        layout("sound-7.1-flac", "mkv", "7.1", &CENTRE_7_1, "-c:a flac").claims([channels("8")]),
    ]
}

fn tracks() -> Vec<Clip> {
    let scene = Scene::small(7.0);
    let pitches = |count: u32| (0..count).map(|index| scene.stereo(220 + 110 * index)).collect();
    let mixed = vec![
        scene.stereo(220),
        scene.sound("5.1", &CENTRE_5_1, 330, scene.seconds()),
        scene.sound("mono", &[1.0], 440, scene.seconds()),
    ];
    vec![
        one(
            "tracks-three-languages",
            "mkv",
            Make::of(&scene).sounds(pitches(3)).mux(
                "-metadata:s:a:0 language=eng -metadata:s:a:0 title=English \
                 -metadata:s:a:1 language=ger -metadata:s:a:1 title=Deutsch \
                 -metadata:s:a:2 language=jpn -metadata:s:a:2 title=Japanese -disposition:a:0 default",
            ),
        )
        .claims([Claim::Count("audio", 3), Claim::AudioTag(1, "language", "ger")])
        .expect(|expect| {
            expect.audio = vec![
                sound(Some("eng"), Some("English"), 2),
                sound(Some("ger"), Some("Deutsch"), 2),
                sound(Some("jpn"), Some("Japanese"), 2),
            ];
        }),
        one(
            "tracks-second-is-default",
            "mkv",
            Make::of(&scene).sounds(pitches(2)).mux(
                "-metadata:s:a:0 language=fre -metadata:s:a:1 language=spa \
                 -disposition:a:0 0 -disposition:a:1 default",
            ),
        )
        .claims([Claim::Count("audio", 2)])
        .expect(|expect| expect.audio = vec![sound(Some("spa"), None, 2), sound(Some("fre"), None, 2)]),
        one(
            "tracks-mixed-layouts",
            "mp4",
            Make::of(&scene)
                .sounds(mixed)
                .mux("-metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -metadata:s:a:2 language=fre"),
        )
        .claims([Claim::Count("audio", 3), Claim::Audio(1, "channels", "6")])
        .expect(|expect| {
            expect.audio = vec![sound(Some("eng"), None, 2), sound(Some("ger"), None, 6), sound(Some("fre"), None, 1)];
        }),
        one("no-sound", "mp4", Make::of(&scene).sounds(Vec::new())).claims([Claim::Count("audio", 0)]).expect(
            |expect| {
                expect.audio.clear();
                expect.beeps.clear();
            },
        ),
        one("sound-silent", "mp4", Make::of(&scene).sounds(vec!["anullsrc=cl=stereo:r=48000:d=7".to_owned()]))
            .claims([Claim::Count("audio", 1)])
            .expect(|expect| expect.beeps.clear()),
    ]
}

fn timings() -> Vec<Clip> {
    let marked = Scene::small(8.0).marked(&[3.0, 7.0]);
    let late = |name, extension, video_delay: f64, audio_delay: f64| {
        // Sounds that start late have their beeps earlier by as much, so both still coincide.
        let picture = Scene::small(8.0 - video_delay).marked(&[3.0 - video_delay, 7.0 - video_delay]);
        let track = Scene::small(8.0 - audio_delay).marked(&[3.0 - audio_delay, 7.0 - audio_delay]).stereo(220);
        let mut make = Make::of(&picture).sounds(vec![track]).mux("-fps_mode passthrough");
        (make.video_delay, make.audio_delay) = (video_delay, audio_delay);
        Clip::new(name, extension, &marked, make.steps(extension)).expect(|expect| expect.picture.0 = video_delay + 0.1)
    };
    let scene = Scene::small(8.0);
    let early_marks = Scene::small(8.0).marked(&[1.0, 4.0]);
    vec![
        late("late-sound", "mkv", 0.0, 1.5).claims([Claim::FirstTime("a:0", 1.5, 0.03)]),
        late("late-sound-edit-list", "mp4", 0.0, 1.5).claims([Claim::FirstTime("a:0", 1.5, 0.03)]),
        late("late-sound-slightly", "mov", 0.0, 0.08).claims([Claim::FirstTime("a:0", 0.08, 0.03)]),
        late("late-picture", "mkv", 1.2, 0.0).claims([Claim::FirstTime("v:0", 1.2, 0.03)]),
        late("late-picture-edit-list", "mp4", 1.2, 0.0).claims([Claim::FirstTime("v:0", 1.2, 0.03)]),
        one("sound-ends-early", "mp4", Make::of(&scene).sounds(vec![scene.sound("stereo", &[1.0, 1.0], 220, 4.5)]))
            .claims([Claim::Count("audio", 1)])
            .expect(|expect| expect.beeps.truncate(1)),
        one(
            "sound-ends-late",
            "mp4",
            Make::of(&Scene::small(6.0).marked(&[1.0, 5.0]))
                .sounds(vec![Scene::small(9.0).marked(&[1.0, 5.0]).stereo(220)]),
        )
        .claims([Claim::Count("audio", 1)])
        .expect(|expect| expect.duration = 9.0),
        one(
            "sound-with-a-hole",
            "mkv",
            Make::of(&early_marks).sounds(vec![format!("{},aselect='not(between(t,2,3))'", early_marks.stereo(220))]),
        )
        .claims([Claim::Count("audio", 1)]),
    ]
}

fn codecs() -> Vec<Clip> {
    let scene = Scene::small(7.0);
    let codec = |name, extension, audio, claimed| {
        one(name, extension, Make::of(&scene).audio(audio)).claims([Claim::Audio(0, "codec_name", claimed)])
    };
    vec![
        codec("sound-opus", "mkv", "-c:a libopus -b:a 64k", "opus"),
        codec("sound-vorbis", "mkv", "-c:a libvorbis", "vorbis"),
        codec("sound-mp3", "mp4", "-c:a libmp3lame -b:a 128k", "mp3"),
        codec("sound-pcm-24", "mov", "-c:a pcm_s24le", "pcm_s24le"),
        codec("sound-8-khz-mulaw", "mov", "-c:a pcm_mulaw -ar 8000", "pcm_mulaw").claims([Claim::Audio(
            0,
            "sample_rate",
            "8000",
        )]),
        codec("sound-96-khz", "mkv", "-c:a flac -ar 96000", "flac").claims([Claim::Audio(0, "sample_rate", "96000")]),
        codec("sound-44.1-khz", "mp4", "-c:a aac -ar 44100 -b:a 96k", "aac").claims([Claim::Audio(
            0,
            "sample_rate",
            "44100",
        )]),
    ]
}

fn sound_alone() -> Vec<Clip> {
    let scene = Scene::small(13.0);
    let clip = |name, extension: &'static str, arguments: &str, codec| {
        let mut encode = words("-f lavfi -i");
        encode.push(scene.stereo(220));
        encode.extend(words(arguments));
        encode.push(format!("out.{extension}"));
        Clip::new(name, extension, &scene, vec![Step::Ffmpeg(encode)])
            .claims([Claim::Audio(0, "codec_name", codec), Claim::Count("video", 0)])
            .expect(|expect| {
                expect.video = false;
                expect.size = (0, 0);
                expect.flashes.clear();
            })
    };
    let mut cover = clip("only-sound-m4a-cover", "m4a", "-c:a aac -b:a 96k", "aac");
    let mut picture = words("-f lavfi -i testsrc2=s=300x300 -frames:v 1 cover.jpg");
    picture.splice(0..0, words("-y"));
    let mut encode = words("-f lavfi -i");
    encode.push(scene.stereo(220));
    encode
        .extend(words("-i cover.jpg -map 0 -map 1 -c:a aac -b:a 96k -c:v copy -disposition:v:0 attached_pic out.m4a"));
    cover.steps = vec![Step::Ffmpeg(picture), Step::Ffmpeg(encode)];
    vec![
        clip("only-sound-mp3", "mp3", "-c:a libmp3lame -b:a 128k", "mp3"),
        clip("only-sound-flac", "flac", "-c:a flac", "flac"),
        clip("only-sound-ogg", "ogg", "-c:a libopus -b:a 64k", "opus"),
        clip("only-sound-wav", "wav", "-c:a pcm_s16le", "pcm_s16le"),
        cover,
    ]
}
