//! Captions from words, as people read them: two lines of 42 characters at most, no longer than seven seconds, broken
//! where sentences and pauses are; and WebVTT. Pure.

use crate::domain::speech::Word;

/// Widest line. A character of Chinese, Japanese or Korean counts as [`WIDE`], others as [`NARROW`].
const LINE: usize = 42 * NARROW;
const NARROW: usize = 8;
/// 16 of them are a line.
const WIDE: usize = 21;
/// Longest time of a caption, seconds.
const LONGEST: f64 = 7.0;
/// A pause that ends a caption, seconds.
const PAUSE: f64 = 0.8;
/// Shortest time of a caption where the next leaves room, seconds.
const SHORTEST: f64 = 1.0;
/// Characters that are read in a second.
const READ_A_SECOND: f64 = 20.0;
/// No caption begins sooner than this after the one before, seconds.
const APART: f64 = 0.1;
/// A sentence that ends before this many characters is joined with the next.
const SHORT_SENTENCE: usize = 12;

/// One caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// Seconds from the beginning.
    pub start: f64,
    /// Seconds from the beginning.
    pub end: f64,
    /// One or two.
    pub lines: Vec<String>,
}

/// Captions of words in their order.
pub fn of(words: &[Word]) -> Vec<Cue> {
    let words = fitting(words);
    let mut cues: Vec<Cue> = Vec::new();
    let mut open: Vec<&Word> = Vec::new();
    for word in &words {
        if let (Some(first), Some(last)) = (open.first(), open.last()) {
            let joined: Vec<&Word> = open.iter().copied().chain([word]).collect();
            let is_over = lines(&joined).is_none()
                || word.end - first.start > LONGEST
                || word.start - last.end > PAUSE
                || (ends_sentence(&last.text) && text(&open).chars().count() > SHORT_SENTENCE);
            if is_over {
                cues.extend(cue(&open));
                open.clear();
            }
        }
        open.push(word);
    }
    cues.extend(cue(&open));
    time(&mut cues);
    cues
}

/// All that is said, a paragraph where somebody paused for long.
pub fn transcript(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<String>().trim().to_owned()
}

/// How many words: what stands between spaces, or characters where there are none.
pub fn word_count(words: &[Word]) -> u64 {
    words.iter().filter(|word| word.text.chars().any(char::is_alphanumeric)).count() as u64
}

/// As a file.
pub fn webvtt(cues: &[Cue]) -> String {
    let escaped = |line: &String| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut file = "WEBVTT\n".to_owned();
    for (at, Cue { start, end, lines }) in cues.iter().enumerate() {
        let text = lines.iter().map(escaped).collect::<Vec<_>>().join("\n");
        file += &format!("\n{}\n{} --> {}\n{text}\n", at + 1, stamp(*start), stamp(*end));
    }
    file
}

fn stamp(seconds: f64) -> String {
    let ms = (seconds.max(0.0) * 1000.0).round() as u64;
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

/// In the order of time, none longer than a line.
fn fitting(words: &[Word]) -> Vec<Word> {
    let mut fitting: Vec<Word> = Vec::new();
    for word in words.iter().filter(|word| !word.text.trim().is_empty()) {
        let start = fitting.last().map_or(word.start, |before| before.start.max(word.start));
        let (mut part, mut room) = (String::new(), LINE);
        let whole = |text: String| Word { start, end: word.end.max(start), text, probability: word.probability };
        for c in word.text.chars() {
            if width_of(c) > room {
                fitting.push(whole(std::mem::take(&mut part)));
                room = LINE;
            }
            part.push(c);
            room -= width_of(c).min(room);
        }
        fitting.push(whole(part));
    }
    fitting
}

fn cue(words: &[&Word]) -> Option<Cue> {
    let (first, last) = (words.first()?, words.last()?);
    Some(Cue { start: first.start, end: last.end, lines: lines(words).unwrap_or_else(|| vec![text(words)]) })
}

/// One line, or two that are as even as can be, the break after punctuation where there is some near the middle. None if
/// it does not fit.
fn lines(words: &[&Word]) -> Option<Vec<String>> {
    let whole = text(words);
    if width(&whole) <= LINE {
        return Some(vec![whole]);
    }
    let break_at = |at: usize| {
        let two = [text(&words[..at]), text(&words[at..])];
        let [a, b] = [width(&two[0]), width(&two[1])];
        let after_punctuation = two[0].ends_with([',', ';', ':', '.', '?', '!', '、', '。', '，', '？', '！']);
        let bonus = if after_punctuation { 15 * NARROW as i64 } else { 0 };
        (a <= LINE && b <= LINE).then(|| (a.abs_diff(b) as i64 - bonus, two))
    };
    (1..words.len()).filter_map(break_at).min_by_key(|(cost, _)| *cost).map(|(_, two)| two.to_vec())
}

fn text(words: &[&Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<String>().trim().to_owned()
}

fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

fn width_of(c: char) -> usize {
    let is_wide = matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x20000..=0x3fffd);
    if is_wide { WIDE } else { NARROW }
}

fn ends_sentence(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\u{201d}', '\u{2019}', '\'', ')', '»', '」']);
    word.ends_with(['.', '?', '!', '…', '。', '？', '！'])
}

/// Long enough to be read where the next leaves room, and none beside another.
fn time(cues: &mut [Cue]) {
    for at in 1..cues.len() {
        cues[at].start = cues[at].start.max(cues[at - 1].start + APART);
    }
    for at in 0..cues.len() {
        let next = cues.get(at + 1).map_or(f64::MAX, |next| next.start);
        let cue = &mut cues[at];
        let characters: usize = cue.lines.iter().map(|line| line.chars().count()).sum();
        let read = cue.start + (characters as f64 / READ_A_SECOND).max(SHORTEST);
        cue.end = cue.end.max(read).min(cue.start + LONGEST).min(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of half a second each, without pauses.
    fn words(text: &str) -> Vec<Word> {
        let word = |(i, text): (usize, &str)| Word {
            start: i as f64 * 0.5,
            end: i as f64 * 0.5 + 0.5,
            text: format!(" {text}"),
            probability: 1.0,
        };
        text.split_whitespace().enumerate().map(word).collect()
    }

    fn texts(cues: &[Cue]) -> Vec<String> {
        cues.iter().map(|cue| cue.lines.join("|")).collect()
    }

    #[test]
    fn captions_break_at_sentences_and_are_even() {
        let said = words(
            "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want \
             of a wife. However little known the feelings may be. Yes. No.",
        );
        let cues = of(&said);
        assert_eq!(
            texts(&cues),
            [
                // seven seconds
                "It is a truth universally acknowledged,|that a single man in possession of a",
                "good fortune, must be in want of a wife.",
                "However little known the feelings may be.",
                "Yes. No."
            ]
        );
        assert!(cues.windows(2).all(|two| two[0].end <= two[1].start), "{cues:?}");
        assert!(cues.iter().all(|cue| cue.end - cue.start <= LONGEST && cue.end > cue.start));
        assert_eq!((transcript(&said).len(), word_count(&said)), (168, 32));
    }

    #[test]
    fn pauses_part_and_short_ones_stay_long_enough_to_read() {
        let mut said = words("Well I never");
        said[2].start = 10.0;
        said[2].end = 10.1;
        let cues = of(&said);
        assert_eq!(texts(&cues), ["Well I", "never"]);
        assert_eq!((cues[0].end, cues[1].end), (1.0, 11.0));
    }

    #[test]
    fn languages_without_spaces_have_shorter_lines() {
        let character = |(i, c): (usize, char)| Word {
            start: i as f64 * 0.1,
            end: i as f64 * 0.1 + 0.1,
            text: c.to_string(),
            probability: 1.0,
        };
        let said: Vec<Word> = "吾輩は猫である名前はまだ無いどこで生れたかとんと見当がつかぬ何でも薄暗い"
            .chars()
            .enumerate()
            .map(character)
            .collect();
        let cues = of(&said);
        assert!(cues.len() == 2 && cues[0].lines.len() == 2, "{cues:?}");
        assert!(cues.iter().flat_map(|cue| &cue.lines).all(|line| line.chars().count() <= 16));
    }

    #[test]
    fn nothing_is_wider_than_a_line_and_nothing_is_taken_for_a_tag() {
        let cues = of(&words(&"x".repeat(100)));
        assert!(cues.iter().flat_map(|cue| &cue.lines).all(|line| line.len() <= 42), "{cues:?}");
        let file = webvtt(&of(&words("a <b> & c")));
        assert_eq!(file, "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\na &lt;b&gt; &amp; c\n");
        assert_eq!(stamp(3661.2345), "01:01:01.235");
        assert_eq!(webvtt(&[]), "WEBVTT\n");
    }
}
