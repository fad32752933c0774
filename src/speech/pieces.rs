//! Where somebody speaks: a voice detector's probabilities in, stretches out, while the sound streams by. Pure.

use std::ops::Range;

/// Samples that the detector judges at once: 32 ms.
pub const FRAME: usize = 512;

/// Speech begins at this probability.
const BEGINS: f32 = 0.5;
/// And may be over below this.
const ENDS: f32 = 0.35;
/// It is over after so many frames of silence: half a second.
const SILENCE: u64 = 16;
/// Less than so many frames are a noise: a quarter of a second.
const NOISE: u64 = 8;
/// Frames that are taken along on either side, where consonants hide.
const PAD: u64 = 6;
/// Longest stretch: it must fit into a chunk.
const LONGEST: u64 = 420;

/// Takes one probability a frame, and gives each stretch of speech when it is over.
#[derive(Debug, Default)]
pub struct Pieces {
    next: u64,
    /// Probabilities since speech began.
    open: Vec<f32>,
    start: Option<u64>,
    quiet_since: Option<u64>,
    /// Where the latest stretch ended: none overlaps another.
    ended: u64,
}

impl Pieces {
    /// The next frame's probability. Gives a stretch, in frames.
    pub fn push(&mut self, probability: f32) -> Option<Range<u64>> {
        let now = self.next;
        self.next += 1;
        let Some(start) = self.start else {
            if probability >= BEGINS {
                (self.start, self.quiet_since) = (Some(now), None);
                self.open = vec![probability];
            }
            return None;
        };
        self.open.push(probability);
        if probability >= BEGINS {
            self.quiet_since = None;
        } else if probability < ENDS {
            self.quiet_since.get_or_insert(now);
        }
        match self.quiet_since {
            Some(quiet) if now - quiet >= SILENCE => self.end(start, quiet),
            _ if now + 1 - start >= LONGEST - 2 * PAD => Some(self.split(start)),
            _ => None,
        }
    }

    /// The sound is over.
    pub fn finish(&mut self) -> Option<Range<u64>> {
        let start = self.start?;
        let end = self.quiet_since.unwrap_or(self.next);
        self.end(start, end).map(|piece| piece.start..piece.end.min(self.next))
    }

    /// The first frame that may still become part of a stretch.
    pub fn needed_from(&self) -> u64 {
        self.start.unwrap_or(self.next).saturating_sub(PAD).max(self.ended)
    }

    fn end(&mut self, start: u64, end: u64) -> Option<Range<u64>> {
        self.start = None;
        if end - start < NOISE {
            return None;
        }
        let piece = start.saturating_sub(PAD).max(self.ended)..end + PAD;
        self.ended = piece.end;
        Some(piece)
    }

    /// Somebody speaks without a pause: cut where it is quietest in the later half.
    fn split(&mut self, start: u64) -> Range<u64> {
        let half = self.open.len() / 2;
        let later = self.open.iter().enumerate().skip(half);
        let quietest = later.min_by(|a, b| a.1.total_cmp(b.1)).map_or(half, |(at, _)| at).max(1);
        let cut = start + quietest as u64;
        let piece = start.saturating_sub(PAD).max(self.ended)..cut;
        self.open.drain(..quietest);
        (self.start, self.ended) = (Some(cut), cut);
        self.quiet_since = self.quiet_since.map(|quiet| quiet.max(cut));
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(probabilities: impl IntoIterator<Item = f32>) -> Vec<(u64, u64)> {
        let mut pieces = Pieces::default();
        let mut found: Vec<_> = probabilities.into_iter().filter_map(|p| pieces.push(p)).collect();
        found.extend(pieces.finish());
        found.iter().map(|piece| (piece.start, piece.end)).collect()
    }

    fn runs(runs: &[(usize, f32)]) -> impl Iterator<Item = f32> {
        runs.iter().flat_map(|(count, p)| std::iter::repeat_n(*p, *count))
    }

    #[test]
    fn pauses_part_and_noises_do_not_count() {
        assert_eq!(pieces(runs(&[(50, 0.1), (40, 0.9), (10, 0.1), (30, 0.8), (60, 0.0)])), [(44, 136)]);
        assert_eq!(pieces(runs(&[(50, 0.1), (40, 0.9), (20, 0.1), (30, 0.8), (60, 0.0)])), [(44, 96), (104, 146)]);
        assert_eq!(pieces(runs(&[(50, 0.1), (5, 0.9), (60, 0.1)])), []);
        assert_eq!(pieces(runs(&[(10, 0.9)])), [(0, 10)], "to the end, and not beyond");
        assert_eq!(pieces(runs(&[(1000, 0.4)])), []);
    }

    #[test]
    fn who_speaks_on_and_on_is_cut_where_it_is_quietest() {
        let found = pieces(runs(&[(300, 0.9), (1, 0.6), (800, 0.9)]));
        assert_eq!(found[0], (0, 300));
        assert!(found.iter().all(|piece| piece.1 - piece.0 <= LONGEST), "{found:?}");
        assert!(found.windows(2).all(|two| two[0].1 == two[1].0), "nothing is lost: {found:?}");
        assert_eq!(found.last().map(|piece| piece.1), Some(1101));
    }
}
