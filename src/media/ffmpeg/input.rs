//! Where ffmpeg reads a source from, and what it may open with it. Whoever uploads a file decides what is in it, so
//! nothing but that one file, in a container that cannot name others, is ever opened.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Demuxers that read one self-contained file. Not among them: hls, dash, concat, image2 and the picture
/// pipes, and everything that makes pictures out of plain text.
const CONTAINERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpegtsraw,mpeg,mpegvideo,m4v,asf,asf_o,\
     ogg,wav,w64,mp3,aac,flac,ac3,eac3,dts,truehd,mxf,gxf,dv,rm,wtv,nut,nsv,ivf,obu,h264,hevc,vc1,gif,aiff,au,caf,amr,\
     ape,wv,tta,mpc,mpc8,dsf,yuv4mpegpipe,vob,bink,smk,roq,rl2,thp,swf,xwma";

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file of this machine.
    File(PathBuf),
    /// An address on this machine, `http://127.0.0.1:...`, that fetches what is asked for from elsewhere.
    Loopback(String),
}

impl Input {
    /// The options that every ffmpeg and ffprobe call starts with, before `-i`.
    pub fn options(&self) -> [OsString; 4] {
        let protocols = match self {
            Self::File(_) => "file,pipe",
            Self::Loopback(_) => "http,tcp",
        };
        ["-protocol_whitelist".into(), protocols.into(), "-format_whitelist".into(), CONTAINERS.into()]
    }

    /// What stands after `-i`. A file is a `file:` address: its name can then never be taken for an option or a
    /// protocol.
    pub fn address(&self) -> OsString {
        match self {
            Self::File(path) => {
                let mut url = OsString::from("file:");
                url.push(path);
                url
            }
            Self::Loopback(url) => url.into(),
        }
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}
