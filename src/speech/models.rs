//! The files that are needed to listen: which they are, where they are looked for, and whether they are what they should be.
//! Everything here blocks.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use crate::config::Config;
use crate::domain::speech::{MODELS, ModelFile, VOICE};

/// What a file of whisper.cpp begins with, as it stands there.
const MAGIC: [u8; 4] = *b"lmgg";

/// A model and a voice detector that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The model.
    pub model: PathBuf,
    /// The voice detector.
    pub voice: PathBuf,
}

/// What is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What, for people.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

/// Where files are kept.
pub fn directory(config: &Config) -> PathBuf {
    config.storage.path.join("models")
}

/// The one of this name.
pub fn by_name(name: &str) -> Option<&'static ModelFile> {
    MODELS.iter().chain([&VOICE]).find(|file| file.name == name)
}

/// What is set, if it is all there.
pub fn find(config: &Config) -> Result<Found, Missing> {
    let (directory, name) = (directory(config), config.transcription.whisper_model.0);
    let own = &config.transcription.model_path;
    let model = if own.as_os_str().is_empty() {
        // upstream's plain file is as good
        let files = [by_name(name).map_or("", |file| file.file).to_owned(), format!("ggml-{name}.bin")];
        let there = files.iter().map(|file| directory.join(file)).find(|path| path.is_file());
        there.ok_or_else(|| Missing {
            what: format!("the model \"{name}\" is not in {}", directory.display()),
            fix: format!("vlog models pull {name}, or vlog models import FILE where there is no internet"),
        })?
    } else {
        own.clone()
    };
    check(&model).map_err(|error| Missing {
        what: format!("{}: {error}", model.display()),
        fix: "put a file of whisper.cpp there, or fetch it with vlog models pull".to_owned(),
    })?;
    let beside = model.parent().map(|beside| beside.join(VOICE.file)).into_iter();
    let voice = beside.chain([directory.join(VOICE.file)]).find(|path| check(path).is_ok());
    let voice = voice.ok_or_else(|| Missing {
        what: format!("the voice detector {} is not in {}", VOICE.file, directory.display()),
        fix: "vlog models pull voice".to_owned(),
    })?;
    Ok(Found { model, voice })
}

/// Whether a file begins as those of whisper.cpp do.
pub fn check(path: &Path) -> std::io::Result<()> {
    let mut magic = [0; 4];
    File::open(path)?.read_exact(&mut magic)?;
    if magic == MAGIC { Ok(()) } else { Err(Error::new(ErrorKind::InvalidData, "this is no model of whisper.cpp")) }
}

/// Which of upstream's files has this hash.
pub fn by_hash(sha256: &str) -> Option<&'static ModelFile> {
    MODELS.iter().chain([&VOICE]).find(|file| file.sha256 == sha256)
}

/// In hexadecimal.
pub fn sha256(path: &Path) -> std::io::Result<String> {
    let (mut file, mut context) = (File::open(path)?, Context::new(&SHA256));
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(context.finish())),
            count => context.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_way_out() {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::for_testing(home.path());
        let missing = find(&config).unwrap_err();
        assert!(missing.what.contains("\"base\"") && missing.fix.starts_with("vlog models pull base"), "{missing:?}");
        let models = directory(&config);
        std::fs::create_dir(&models).unwrap();
        std::fs::write(models.join("ggml-base-q8_0.bin"), "<html>").unwrap();
        assert!(find(&config).unwrap_err().what.contains("no model of whisper.cpp"));
        std::fs::write(models.join("ggml-base-q8_0.bin"), b"lmgg and more").unwrap();
        assert_eq!(find(&config).unwrap_err().fix, "vlog models pull voice");
        std::fs::write(models.join(VOICE.file), b"lmgg").unwrap();
        assert_eq!(find(&config).unwrap().model, models.join("ggml-base-q8_0.bin"));
        config.transcription.model_path = home.path().join("mine.bin");
        assert!(find(&config).is_err());
        std::fs::write(&config.transcription.model_path, b"lmgg").unwrap();
        assert_eq!(find(&config).unwrap().model, config.transcription.model_path);
    }

    #[test]
    fn names_and_files_are_unique() {
        for (i, one) in MODELS.iter().enumerate() {
            assert!(MODELS[i + 1..].iter().all(|other| other.name != one.name && other.sha256 != one.sha256));
            assert_eq!(one.sha256.len(), 64);
        }
    }
}
