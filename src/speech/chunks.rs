//! Packing stretches of speech for the model, and the way back from its times to those of the film. Pure.

use super::RATE;
use crate::domain::speech::Word;

/// Longest chunk, samples: the encoder's work grows with its square.
const LONGEST: usize = 14 * RATE;
/// Silence between two stretches in one chunk, samples.
const GAP: usize = RATE / 5;

/// Speech as the model hears it: stretches of the film with what is silent between them left out.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    /// Mono.
    pub pcm: Vec<f32>,
    /// Where each stretch starts here, where in the film, and how long it is, samples.
    map: Vec<(usize, u64, usize)>,
}

impl Chunk {
    /// Where in the film it starts, seconds.
    pub fn start_seconds(&self) -> f64 {
        self.map.first().map_or(0.0, |(_, film, _)| *film as f64 / RATE as f64)
    }

    /// Seconds of sound.
    pub fn seconds(&self) -> f64 {
        self.pcm.len() as f64 / RATE as f64
    }

    /// Words with times in the chunk get times in the film.
    pub fn place(&self, words: &mut [Word]) {
        for word in words {
            word.start = self.in_film(word.start, false);
            word.end = self.in_film(word.end, true).max(word.start);
        }
    }

    /// An end in a gap belongs to the stretch before, a beginning to the one after.
    fn in_film(&self, seconds: f64, is_end: bool) -> f64 {
        let at = (seconds * RATE as f64).max(0.0) as usize;
        let film = |samples: u64| samples as f64 / RATE as f64;
        let mut last = 0.0;
        for (here, start, length) in &self.map {
            if at < *here || (is_end && at == *here && *here > 0) {
                return if is_end { last } else { film(*start) };
            }
            if at < here + length || (is_end && at == here + length) {
                return film(start + (at - here) as u64);
            }
            last = film(start + *length as u64);
        }
        last
    }

    fn add(&mut self, start: u64, pcm: &[f32], gap: usize) {
        match self.map.last_mut() {
            // they were cut apart only because they were too long for one stretch
            Some((_, before, length)) if gap == 0 && *before + *length as u64 == start => *length += pcm.len(),
            _ => {
                self.pcm.resize(self.pcm.len() + gap, 0.0);
                self.map.push((self.pcm.len(), start, pcm.len()));
            }
        }
        self.pcm.extend_from_slice(pcm);
    }

    fn end(&self) -> u64 {
        self.map.last().map_or(0, |(_, film, length)| film + *length as u64)
    }
}

/// Fills chunks.
#[derive(Debug, Default)]
pub struct Packer {
    open: Option<Chunk>,
}

impl Packer {
    /// A stretch that starts at this sample of the film. Gives a chunk when it is full.
    pub fn add(&mut self, start: u64, pcm: &[f32]) -> Option<Chunk> {
        let Some(open) = &mut self.open else {
            self.open.insert(Chunk::default()).add(start, pcm, 0);
            return None;
        };
        let silence = usize::try_from(start.saturating_sub(open.end())).unwrap_or(usize::MAX);
        let gap = silence.min(GAP);
        if open.pcm.len() + gap + pcm.len() <= LONGEST {
            open.add(start, pcm, gap);
            return None;
        }
        let full = self.open.take();
        self.open.insert(Chunk::default()).add(start, pcm, 0);
        full
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> Option<Chunk> {
        self.open.take()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn seconds(count: f64) -> Vec<f32> {
        vec![0.5; (count * RATE as f64) as usize]
    }

    fn word(start: f64, end: f64) -> Word {
        Word { start, end, text: String::new(), probability: 1.0 }
    }

    #[test]
    fn times_lead_back_to_the_film() {
        let mut packer = Packer::default();
        assert!(packer.add(10 * RATE as u64, &seconds(2.0)).is_none());
        assert!(packer.add(20 * RATE as u64, &seconds(3.0)).is_none());
        let chunk = packer.finish().unwrap();
        assert_eq!((chunk.seconds(), chunk.start_seconds()), (5.2, 10.0));
        let mut words = [word(0.5, 1.0), word(1.5, 2.1), word(2.1, 2.5), word(2.2, 5.2), word(5.3, 9.0)];
        chunk.place(&mut words);
        let times: Vec<_> = words.iter().map(|w| (w.start, w.end)).collect();
        assert_eq!(times, [(10.5, 11.0), (11.5, 12.0), (20.0, 20.3), (20.0, 23.0), (23.0, 23.0)]);
    }

    #[test]
    fn chunks_are_no_longer_than_the_model_likes() {
        let mut packer = Packer::default();
        let mut chunks = Vec::new();
        for i in 0..20 {
            chunks.extend(packer.add(i * 7 * RATE as u64, &seconds(6.5)));
        }
        chunks.extend(packer.finish());
        assert_eq!(chunks.len(), 10);
        assert!(chunks.iter().all(|chunk| chunk.pcm.len() <= LONGEST && chunk.map.len() == 2));
    }

    #[test]
    fn what_was_cut_for_its_length_is_joined_without_a_gap() {
        let mut packer = Packer::default();
        packer.add(0, &seconds(4.0));
        packer.add(4 * RATE as u64, &seconds(4.0));
        let chunk = packer.finish().unwrap();
        assert_eq!((chunk.seconds(), chunk.map.len()), (8.0, 1));
    }
}
