//! A text that a person changed, with the times of what was heard: words that stayed keep theirs, and those that are new
//! share the time of those they replace. Pure.

use std::ops::Range;

use crate::domain::speech::Word;

/// Pairs of words that are compared at most; a text that is so different has its words spread evenly.
const MOST_PAIRS: usize = 16_000_000;

/// The words of `text`, timed as `heard` was; what was never heard gets the whole of `seconds`.
pub fn timed(text: &str, heard: &[Word], seconds: f64) -> Vec<Word> {
    let new = split(text);
    let (old, said) = (keys(heard.iter().map(|word| word.text.as_str())), keys(new.iter().map(String::as_str)));
    let mut words = Vec::with_capacity(new.len());
    let (mut from_old, mut from_new) = (0, 0);
    for (kept_old, kept_new) in same(&old, &said).into_iter().chain([(old.len(), said.len())]) {
        spread(&new[from_new..kept_new], heard, from_old..kept_old, seconds, &mut words);
        if let (Some(word), Some(text)) = (heard.get(kept_old), new.get(kept_new)) {
            words.push(Word { text: text.clone(), ..word.clone() });
        }
        (from_old, from_new) = (kept_old + 1, kept_new + 1);
    }
    words
}

/// Each with the space before it.
fn split(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| format!(" {word}")).collect()
}

/// What is compared: letters and digits.
fn keys<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    words.map(plain).collect()
}

/// Pairs of words that are the same, in order: as many as there can be.
fn same(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = (old.len() - head).min(new.len() - head);
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    if a.len().saturating_mul(b.len()) <= MOST_PAIRS {
        pairs.extend(longest_common(a, b).into_iter().map(|(i, j)| (i + head, j + head)));
    }
    pairs.extend((1..=tail).rev().map(|back| (old.len() - back, new.len() - back)));
    pairs
}

/// By the table everybody knows.
fn longest_common(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut table = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i * width + j] = if a[i] == b[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// New words in the time of those they replace, or between those around them.
fn spread(new: &[String], heard: &[Word], replaced: Range<usize>, seconds: f64, words: &mut Vec<Word>) {
    if new.is_empty() {
        return;
    }
    let before = replaced.start.checked_sub(1).and_then(|at| heard.get(at)).map_or(0.0, |word| word.end);
    let after = heard.get(replaced.end).map_or(seconds, |word| word.start);
    let (start, end) = match (heard.get(replaced.start), heard[replaced.clone()].last()) {
        (Some(first), Some(last)) => (first.start, last.end),
        _ => (before, after),
    };
    let each = ((end - start) / new.len() as f64).max(0.0);
    for (at, text) in new.iter().enumerate() {
        let start = start + each * at as f64;
        words.push(Word { start, end: start + each, text: text.clone(), probability: 1.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Vec<Word> {
        let word = |(at, text)| Word { start: at as f64, end: at as f64 + 0.5, text, probability: 0.5 };
        split(text).into_iter().enumerate().map(word).collect()
    }

    fn check(before: &str, after: &str, want: &[(f64, &str)]) {
        let found = timed(after, &heard(before), 20.0);
        let found: Vec<_> = found.iter().map(|word| (word.start, word.text.trim())).collect();
        assert_eq!(found, want, "{before} -> {after}");
    }

    #[test]
    fn what_stays_keeps_its_time_and_what_is_new_takes_that_of_what_is_gone() {
        check("he were there", "He was there.", &[(0.0, "He"), (1.0, "was"), (2.0, "there.")]);
        check("one three", "one two three", &[(0.0, "one"), (0.5, "two"), (1.0, "three")]);
        check("a b c d", "a d", &[(0.0, "a"), (3.0, "d")]);
        check("a b c d", "x y", &[(0.0, "x"), (1.75, "y")]);
        check("", "all new", &[(0.0, "all"), (10.0, "new")]);
        check("gone", "", &[]);
    }
}
