//! Links to the files of videos that are not for everybody: `{expires}.{version}.{signature}`, a part of the path that
//! relative addresses in playlists inherit. Whoever has one needs nothing else, until it is over.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use super::Secret;
use crate::domain::id::VideoId;

/// Signs and checks links.
pub struct MediaLinks(hmac::Key);

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// All files of the video, for so many seconds more.
    Good(u64),
    /// Nothing any more: its time is over, or who may see the video has changed since.
    Over,
    /// It is none of ours.
    Forged,
}

impl MediaLinks {
    /// With a key from the server's secret.
    pub fn new(secret: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("media links")))
    }

    /// A link that is good for half of `life` at least and all of it at most, and when it ends, in seconds since 1970.
    /// All who ask within half of that time get the same one, so that what is between can cache.
    pub fn make(&self, video: VideoId, version: i64, life: Duration, now: u64) -> (String, u64) {
        let half = (life.as_secs() / 2).max(1);
        let expires = (now / half + 2) * half;
        let tag = hmac::sign(&self.0, signed(video, version, expires).as_bytes());
        (format!("{expires}.{version}.{}", URL_SAFE_NO_PAD.encode(tag)), expires)
    }

    /// What a link to this video, whose sharing has this version, is good for. The signature is compared in constant
    /// time.
    pub fn check(&self, link: &str, video: VideoId, version: i64, now: u64) -> Link {
        self.read(link, video).map_or(Link::Forged, |(expires, of)| match expires.checked_sub(now) {
            Some(left) if left > 0 && of == version => Link::Good(left),
            _ => Link::Over,
        })
    }

    fn read(&self, link: &str, video: VideoId) -> Option<(u64, i64)> {
        let (expires, rest) = link.split_once('.')?;
        let (version, tag) = rest.split_once('.')?;
        let (expires, version) = (expires.parse().ok()?, version.parse().ok()?);
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.0, signed(video, version, expires).as_bytes(), &tag).ok()?;
        Some((expires, version))
    }
}

fn signed(video: VideoId, version: i64, expires: u64) -> String {
    format!("{video}.{version}.{expires}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(1000);
    const NOW: u64 = 10_100;

    #[test]
    fn a_link_opens_one_video_for_a_time() {
        let links = MediaLinks::new(&Secret::from_bytes(&[1; 32]));
        let (link, expires) = links.make(VideoId(7), 3, LIFE, NOW);
        assert_eq!((expires, links.check(&link, VideoId(7), 3, NOW)), (11_000, Link::Good(900)));
        assert_eq!(links.make(VideoId(7), 3, LIFE, NOW + 300).0, link, "the same for all who ask at about this time");
        assert_eq!(links.check(&link, VideoId(7), 3, expires - 1), Link::Good(1));
        assert_eq!(links.check(&link, VideoId(7), 3, expires), Link::Over);
        assert_eq!(links.check(&link, VideoId(7), 4, NOW), Link::Over, "it is shared with others now");
        assert_eq!(links.check(&link, VideoId(8), 3, NOW), Link::Forged);
        for other in [1, 2, 5] {
            let life = Duration::from_secs(other);
            assert!(links.make(VideoId(7), 3, life, NOW).1 > NOW, "{other} seconds");
        }
    }

    #[test]
    fn whoever_changes_a_link_has_none() {
        let links = MediaLinks::new(&Secret::from_bytes(&[1; 32]));
        let (link, expires) = links.make(VideoId(7), 3, LIFE, NOW);
        let tag = link.rsplit('.').next().unwrap_or_default();
        let elsewhere = MediaLinks::new(&Secret::from_bytes(&[2; 32])).make(VideoId(7), 3, LIFE, NOW).0;
        for forged in [
            &format!("{}.3.{tag}", expires + 500),
            &format!("{expires}.4.{tag}"),
            &format!("{expires}.3.{}", &tag[..20]),
            &format!("{expires}.3."),
            &format!("{expires}.3"),
            &format!("-1.3.{tag}"),
            &elsewhere,
            "",
            "..",
        ] {
            assert_eq!(links.check(forged, VideoId(7), 3, NOW), Link::Forged, "{forged}");
        }
    }
}
