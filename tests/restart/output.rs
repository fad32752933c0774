//! What a job made, in a form that can be compared: every rendition's packets and playlists.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::rig::Rig;
use super::server::Server;

/// What viewers get of one rendition.
#[derive(Debug, PartialEq, Eq)]
pub struct Rendition {
    /// Time stamp, duration and flags of every packet.
    pub packets: Vec<String>,
    /// The media playlist: durations and names of the segments.
    pub playlist: String,
    /// The bytes of everything, for the curious: time stamps are the promise.
    pub bytes: Vec<u8>,
}

/// Reads every rendition of the one generation there is; a segment that is not whole fails the test.
pub fn read(rig: &Rig) -> BTreeMap<String, Rendition> {
    read_video(&only_directory(&rig.storage.join("videos")))
}

/// The same of one video's directory.
pub fn read_video(directory: &Path) -> BTreeMap<String, Rendition> {
    let generation = only_directory(directory);
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(&generation).unwrap().flatten() {
        if entry.path().join("stream.m3u8").exists() {
            found.insert(entry.file_name().to_string_lossy().into_owned(), rendition(&entry.path()));
        }
    }
    found
}

fn only_directory(parent: &Path) -> std::path::PathBuf {
    let entries: Vec<_> = std::fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].clone()
}

fn rendition(directory: &Path) -> Rendition {
    let playlist = std::fs::read_to_string(directory.join("stream.m3u8")).unwrap();
    let names = std::iter::once("init.mp4").chain(playlist.lines().filter(|line| line.ends_with(".m4s")));
    let bytes: Vec<u8> = names.flat_map(|name| std::fs::read(directory.join(name)).unwrap()).collect();
    let mut joined = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut joined, &bytes).unwrap();
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-show_entries", "packet=pts,dts,duration,flags", "-of", "csv=p=0"]);
    let output = ffprobe.arg(joined.path()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let packets: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    Rendition { packets, playlist, bytes }
}

/// Compares with an undisturbed run. Returns the renditions whose bytes are not the same.
pub fn compare(found: &BTreeMap<String, Rendition>, wanted: &BTreeMap<String, Rendition>) -> Vec<String> {
    assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (name, wanted) in wanted {
        let found = &found[name];
        assert!(found.packets.len() > 100, "{name}: {} packets", found.packets.len());
        assert_eq!(found.playlist, wanted.playlist, "{name}");
        let differ = found.packets.iter().zip(&wanted.packets).position(|(a, b)| a != b);
        assert_eq!((found.packets.len(), differ), (wanted.packets.len(), None), "{name}");
    }
    wanted.iter().filter(|(name, wanted)| found[*name].bytes != wanted.bytes).map(|(name, _)| name.clone()).collect()
}

/// Every playlist on the disk is whole, and all that it names is there: a viewer may read it at any moment.
pub fn check_playlists(rig: &Rig) {
    for path in rig.files().keys().filter(|path| path.starts_with("videos/") && path.ends_with(".m3u8")) {
        let path = rig.storage.join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("#EXTM3U\n") && text.ends_with('\n'), "{}: {text:?}", path.display());
        for name in text.lines().filter(|line| line.ends_with(".m4s")) {
            let segment = std::fs::metadata(path.with_file_name(name));
            assert!(segment.is_ok_and(|file| file.len() > 0), "{} names {name}", path.display());
        }
    }
}

/// Fetches all that the manifests name, as a player would. Returns how many files that were.
pub async fn fetch_all(rig: &Rig, server: &Server, slug: &str) -> usize {
    let get = async |path: &str| {
        let response = rig.client.get(format!("{}/videos/{slug}/{path}", server.public_url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.bytes().await.unwrap()
    };
    get("manifest.mpd").await;
    let master = String::from_utf8(get("master.m3u8").await.to_vec()).unwrap();
    let mut playlists: Vec<&str> = master.split(['\n', '"']).filter(|part| part.ends_with(".m3u8")).collect();
    playlists.sort_unstable();
    playlists.dedup();
    let mut count = 0;
    for playlist in playlists {
        let text = String::from_utf8(get(playlist).await.to_vec()).unwrap();
        assert!(text.contains("#EXT-X-ENDLIST"), "{playlist}: {text}");
        let folder = playlist.trim_end_matches("stream.m3u8");
        for name in text.lines().filter(|line| line.ends_with(".m4s")) {
            assert!(!get(&format!("{folder}{name}")).await.is_empty());
            count += 1;
        }
    }
    count
}
