//! What is said in a video: words with their times, and the languages that are understood.

use serde::{Deserialize, Serialize};

use crate::domain::id::VideoId;

/// Something between two spaces, or one character of a language that writes none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Seconds from the beginning.
    pub start: f64,
    /// Seconds from the beginning.
    pub end: f64,
    /// With the space before it: all of them one after the other are the text.
    pub text: String,
    /// How sure the model is, 0 to 1.
    pub probability: f32,
}

/// What a language is called in English; none for one that no model knows.
pub fn language_name(code: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// The languages of the models: ISO 639 code, or what the models take for one, and name.
pub const LANGUAGES: [(&str, &str); 100] = [
    ("af", "Afrikaans"),
    ("am", "Amharic"),
    ("ar", "Arabic"),
    ("as", "Assamese"),
    ("az", "Azerbaijani"),
    ("ba", "Bashkir"),
    ("be", "Belarusian"),
    ("bg", "Bulgarian"),
    ("bn", "Bengali"),
    ("bo", "Tibetan"),
    ("br", "Breton"),
    ("bs", "Bosnian"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("cy", "Welsh"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("eu", "Basque"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fo", "Faroese"),
    ("fr", "French"),
    ("gl", "Galician"),
    ("gu", "Gujarati"),
    ("ha", "Hausa"),
    ("haw", "Hawaiian"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("ht", "Haitian Creole"),
    ("hu", "Hungarian"),
    ("hy", "Armenian"),
    ("id", "Indonesian"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("jw", "Javanese"),
    ("ka", "Georgian"),
    ("kk", "Kazakh"),
    ("km", "Khmer"),
    ("kn", "Kannada"),
    ("ko", "Korean"),
    ("la", "Latin"),
    ("lb", "Luxembourgish"),
    ("ln", "Lingala"),
    ("lo", "Lao"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("mg", "Malagasy"),
    ("mi", "Maori"),
    ("mk", "Macedonian"),
    ("ml", "Malayalam"),
    ("mn", "Mongolian"),
    ("mr", "Marathi"),
    ("ms", "Malay"),
    ("mt", "Maltese"),
    ("my", "Myanmar"),
    ("ne", "Nepali"),
    ("nl", "Dutch"),
    ("nn", "Nynorsk"),
    ("no", "Norwegian"),
    ("oc", "Occitan"),
    ("pa", "Punjabi"),
    ("pl", "Polish"),
    ("ps", "Pashto"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sa", "Sanskrit"),
    ("sd", "Sindhi"),
    ("si", "Sinhala"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sn", "Shona"),
    ("so", "Somali"),
    ("sq", "Albanian"),
    ("sr", "Serbian"),
    ("su", "Sundanese"),
    ("sv", "Swedish"),
    ("sw", "Swahili"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("tg", "Tajik"),
    ("th", "Thai"),
    ("tk", "Turkmen"),
    ("tl", "Tagalog"),
    ("tr", "Turkish"),
    ("tt", "Tatar"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("uz", "Uzbek"),
    ("vi", "Vietnamese"),
    ("yi", "Yiddish"),
    ("yo", "Yoruba"),
    ("yue", "Cantonese"),
    ("zh", "Chinese"),
];

/// A file that whisper.cpp reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelFile {
    /// What it is called here.
    pub name: &'static str,
    /// What it is called there.
    pub file: &'static str,
    /// Its size, about.
    pub megabytes: u32,
    /// Of upstream's file; files that somebody else made have others.
    pub sha256: &'static str,
    /// Where upstream keeps it.
    pub hub: &'static str,
}

const WHISPER_HUB: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

const fn model(name: &'static str, file: &'static str, megabytes: u32, sha256: &'static str) -> ModelFile {
    ModelFile { name, file, megabytes, sha256, hub: WHISPER_HUB }
}

/// What can listen, small and quick ones first. Their numbers have eight bits where there is such a file: as good as those
/// of sixteen, half as large, and quicker. The hashes are those of other projects that pin these files, for "base" several; upstream's own
/// page names only SHA-1 of others.
pub const MODELS: [ModelFile; 10] = [
    model("tiny", "ggml-tiny-q8_0.bin", 44, "c2085835d3f50733e2ff6e4b41ae8a2b8d8110461e18821b09a15c40c42d1cca"),
    model("tiny.en", "ggml-tiny.en-q8_0.bin", 44, "5bc2b3860aa151a4c6e7bb095e1fcce7cf12c7b020ca08dcec0c6d018bb7dd94"),
    model("base", "ggml-base-q8_0.bin", 82, "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9"),
    model("base.en", "ggml-base.en-q8_0.bin", 82, "a4d4a0768075e13cfd7e19df3ae2dbc4a68d37d36a7dad45e8410c9a34f8c87e"),
    model("small", "ggml-small-q8_0.bin", 264, "49c8fb02b65e6049d5fa6c04f81f53b867b5ec9540406812c643f177317f779f"),
    model(
        "small.en",
        "ggml-small.en-q8_0.bin",
        264,
        "67a179f608ea6114bd3fdb9060e762b588a3fb3bd00c4387971be4d177958067",
    ),
    model("medium", "ggml-medium-q8_0.bin", 823, "42a1ffcbe4167d224232443396968db4d02d4e8e87e213d3ee2e03095dea6502"),
    model(
        "medium.en",
        "ggml-medium.en-q8_0.bin",
        823,
        "43fa2cd084de5a04399a896a9a7a786064e221365c01700cea4666005218f11c",
    ),
    model(
        "large-v3-turbo",
        "ggml-large-v3-turbo-q8_0.bin",
        874,
        "317eb69c11673c9de1e1f0d459b253999804ec71ac4c23c17ecf5fbe24e259a1",
    ),
    model("large", "ggml-large-v3.bin", 3095, "64d182b440b98d5203c4f9bd541544d84c605196c4f7b845dfa11fb23594d1e2"),
];

/// Names of all of them.
pub const MODEL_NAMES: [&str; MODELS.len()] = {
    let mut names = [""; MODELS.len()];
    let mut at = 0;
    while at < MODELS.len() {
        names[at] = MODELS[at].name;
        at += 1;
    }
    names
};

/// What tells where somebody speaks; every model needs it.
pub const VOICE: ModelFile = ModelFile {
    name: "voice",
    file: "ggml-silero-v6.2.0.bin",
    megabytes: 1,
    sha256: "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987",
    hub: "https://huggingface.co/ggml-org/whisper-vad/resolve/main",
};

/// What is said in a video.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// Of which video.
    pub video_id: VideoId,
    /// The directory of its files; none when it was deleted.
    pub number: Option<u32>,
    /// The one that manifests name.
    pub shown_number: Option<u32>,
    /// ISO 639 code; none where nobody speaks.
    pub language: Option<String>,
    /// How sure that is, 0 to 1; none where somebody said so.
    pub probability: Option<f64>,
    /// All of it.
    pub text: String,
    /// How many words.
    pub word_count: u64,
    /// Seconds of sound.
    pub duration_seconds: f64,
    /// A person changed what was heard.
    pub edited: bool,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Milliseconds since 1970.
    pub updated_at_ms: i64,
}

impl Transcript {
    /// What players are told of it; none where there is nothing to show.
    pub fn captions(&self) -> Option<Captions> {
        let number = self.number.filter(|_| self.word_count > 0)?;
        let name = self.language.as_deref().and_then(language_name).unwrap_or("Captions");
        let label = if self.edited { name.to_owned() } else { format!("{name} (automatic)") };
        Some(Captions { number, language: self.language.clone(), label })
    }
}

/// Captions beside all generations of a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captions {
    /// Their directory.
    pub number: u32,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Shown in menus.
    pub label: String,
}
