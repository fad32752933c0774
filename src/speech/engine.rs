//! whisper.cpp: one model that several states share, each for one chunk at a time on one thread. More threads in one state
//! wait for each other, and on a busy machine for ever.

use std::path::Path;

use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState,
    WhisperVadContext, WhisperVadContextParams, get_lang_str,
};

use super::RATE;
use super::chunks::Chunk;
use super::pieces::FRAME;
use crate::domain::speech::Word;

/// Of one state.
const THREADS: usize = 1;
/// Frames of the encoder a second.
const FRAMES_A_SECOND: usize = 50;
/// Frames beyond the sound's end.
const MARGIN: usize = 64;
/// Frames of the encoder are a multiple of this, for which there are fast ways to multiply.
const STEP: usize = 64;
/// With fewer frames than about 770 the model repeats itself.
const FEWEST_FRAMES: usize = 832;
/// As many as the model was made for, nearly: 1500 is no multiple.
const MOST_FRAMES: usize = 1472;
/// Nobody says so many words a second.
const WORDS_A_SECOND: f64 = 8.0;
/// Said more often in a row, it is the model that repeats itself.
const REPEATS: usize = 3;
/// Longest run of words that is looked for in repetitions.
const REPEATED_WORDS: usize = 8;
/// Frames before a block that the detector hears to warm up: two seconds.
const WARM_UP: usize = 64;
/// Languages that write no spaces.
const WITHOUT_SPACES: [&str; 8] = ["zh", "ja", "yue", "th", "lo", "my", "km", "bo"];

/// A model in memory.
pub struct Model(WhisperContext);

impl Model {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, WhisperError> {
        // nothing installed to log to: that keeps whisper.cpp quiet
        whisper_rs::install_logging_hooks();
        WhisperContext::new_with_params(path, WhisperContextParameters::default()).map(Self)
    }

    /// The language of these chunks, and how sure that is; not for a model that knows English only.
    pub fn language(&self, chunks: &[Chunk]) -> Result<(String, f64), WhisperError> {
        let mut state = self.0.create_state()?;
        let mut sums: Vec<f64> = Vec::new();
        for chunk in chunks {
            state.pcm_to_mel(&chunk.pcm, THREADS)?;
            let (_, probabilities) = state.lang_detect(0, THREADS)?;
            sums.resize(probabilities.len(), 0.0);
            // by length: a second of speech tells less than ten
            sums.iter_mut().zip(&probabilities).for_each(|(sum, p)| *sum += f64::from(*p) * chunk.seconds());
        }
        let total: f64 = chunks.iter().map(Chunk::seconds).sum();
        let best = sums.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let (id, sum) = best.ok_or(WhisperError::NoSamples)?;
        let code = get_lang_str(id as i32).ok_or(WhisperError::NoSamples)?;
        Ok((code.to_owned(), sum / total))
    }

    /// True when it knows no other language than English.
    pub fn is_english(&self) -> bool {
        !self.0.is_multilingual()
    }

    /// Something that hears one chunk at a time.
    pub fn ear(&self) -> Result<Ear, WhisperError> {
        Ok(Ear { state: self.0.create_state()?, end_of_text: self.0.token_eot() })
    }
}

/// See [`Model::ear`].
pub struct Ear {
    state: WhisperState,
    end_of_text: i32,
}

impl Ear {
    /// The words of a chunk, with times in the film.
    pub fn hear(&mut self, chunk: &Chunk, language: &str) -> Result<Vec<Word>, WhisperError> {
        let frames = (chunk.pcm.len() * FRAMES_A_SECOND).div_ceil(RATE) + MARGIN;
        let frames = (frames.div_ceil(STEP) * STEP).clamp(FEWEST_FRAMES, MOST_FRAMES);
        let mut words = self.words(chunk, language, frames)?;
        if is_doubtful(&words, chunk.seconds()) && frames < MOST_FRAMES {
            words = self.words(chunk, language, MOST_FRAMES)?;
        }
        while let Some((from, length)) = repetition(&words) {
            let again = |at: &usize| at + length < words.len() && same(&words, *at, at + length);
            let more = (from..).take_while(again).count();
            words.drain(from + length..from + length + more);
        }
        chunk.place(&mut words);
        Ok(words)
    }

    fn words(&mut self, chunk: &Chunk, language: &str, frames: usize) -> Result<Vec<Word>, WhisperError> {
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(THREADS as i32);
        params.set_language(Some(language));
        params.set_audio_ctx(frames as i32);
        params.set_no_context(true);
        params.set_suppress_nst(true);
        params.set_token_timestamps(true);
        params.set_temperature_inc(0.2);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        params.set_print_special(false);
        self.state.full(params, &chunk.pcm)?;
        let spaced = !WITHOUT_SPACES.contains(&language);
        let mut words = Vec::new();
        for segment in self.state.as_iter() {
            let mut open = Open::default();
            for token in (0..segment.n_tokens()).filter_map(|at| segment.get_token(at)) {
                let data = token.token_data();
                if data.id < self.end_of_text {
                    let times = (data.t0 as f64 / 100.0, data.t1 as f64 / 100.0);
                    words.extend(open.add(token.to_bytes()?, times, data.p, spaced));
                }
            }
            words.extend(open.finish());
        }
        Ok(words)
    }
}

/// A word in the making: tokens may be parts of words, and even of characters.
#[derive(Default)]
struct Open {
    bytes: Vec<u8>,
    start: f64,
    end: f64,
    probability: f32,
}

impl Open {
    /// Gives the word before when a new one begins.
    fn add(&mut self, bytes: &[u8], (start, end): (f64, f64), probability: f32, spaced: bool) -> Option<Word> {
        let whole = std::str::from_utf8(&self.bytes).is_ok();
        let begins = bytes.first() == Some(&b' ') || (!spaced && whole);
        let before = if begins { self.finish() } else { None };
        if self.bytes.is_empty() {
            *self = Self { bytes: Vec::new(), start, end, probability };
        }
        self.bytes.extend_from_slice(bytes);
        self.end = end.max(self.start);
        self.probability = self.probability.min(probability);
        before
    }

    fn finish(&mut self) -> Option<Word> {
        let Self { bytes, start, end, probability } = std::mem::take(self);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (!text.trim().is_empty()).then_some(Word { start, end, text, probability })
    }
}

fn is_doubtful(words: &[Word], seconds: f64) -> bool {
    let spoken = words.iter().filter(|word| word.text.starts_with(' ')).count();
    spoken as f64 > (seconds * WORDS_A_SECOND).max(16.0) || repetition(words).is_some()
}

/// Where words begin to be repeated again and again, and how many they are.
fn repetition(words: &[Word]) -> Option<(usize, usize)> {
    for length in 1..=REPEATED_WORDS {
        let mut run = 0;
        for at in length..words.len() {
            run = if same(words, at, at - length) { run + 1 } else { 0 };
            if run >= length * REPEATS {
                return Some((at + 1 - run - length, length));
            }
        }
    }
    None
}

fn same(words: &[Word], a: usize, b: usize) -> bool {
    words[a].text.trim().eq_ignore_ascii_case(words[b].text.trim())
}

/// Tells where somebody speaks.
pub struct Voice {
    context: WhisperVadContext,
    /// The end of the block before.
    before: Vec<f32>,
}

impl Voice {
    /// Reads the detector's file.
    pub fn load(path: &Path) -> Result<Self, WhisperError> {
        let mut params = WhisperVadContextParams::default();
        params.set_n_threads(THREADS as i32);
        let context = WhisperVadContext::new(&path.to_string_lossy(), params)?;
        Ok(Self { context, before: Vec::new() })
    }

    /// The next block's probabilities of speech, one a frame. It forgets between two calls what it heard, so it hears the
    /// end of the block before once more.
    pub fn probabilities(&mut self, block: &[f32]) -> Result<Vec<f32>, WhisperError> {
        let known = self.before.len() / FRAME;
        self.before.extend_from_slice(block);
        self.context.detect_speech(&self.before)?;
        let found = self.context.probabilities().iter().skip(known).copied().collect();
        let keep = self.before.len().saturating_sub(WARM_UP * FRAME);
        self.before.drain(..keep);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let word = |text| Word { start: 0.0, end: 0.0, text: format!(" {text}"), probability: 1.0 };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn what_is_said_again_and_again_is_noticed_and_what_is_said_thrice_is_not() {
        assert_eq!(repetition(&words("no no no I said")), None);
        assert_eq!(repetition(&words("so no no no no no no")), Some((1, 1)));
        assert_eq!(repetition(&words("a b c a b c a b c")), None);
        assert_eq!(repetition(&words("x a b c a b c a b c A b c")), Some((1, 3)));
        assert!(is_doubtful(&words(&"a ".repeat(200)), 14.0));
    }

    #[test]
    fn characters_are_put_together_from_their_bytes() {
        let mut open = Open::default();
        let bytes = "今日は".as_bytes();
        let mut found: Vec<Word> = Vec::new();
        for (i, part) in [&bytes[..2], &bytes[2..3], &bytes[3..6], &bytes[6..]].iter().enumerate() {
            found.extend(open.add(part, (i as f64, i as f64 + 1.0), 0.5, false));
        }
        found.extend(open.finish());
        let texts: Vec<_> = found.iter().map(|word| (word.text.as_str(), word.start, word.end)).collect();
        assert_eq!(texts, [("今", 0.0, 2.0), ("日", 2.0, 3.0), ("は", 3.0, 4.0)]);
    }
}
