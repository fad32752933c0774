//! Configuration through its front door: files, variables and flags in, values or problems out.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use vlog::config::{self, Bytes, Config, Flag, KEYS, KeepSource, Key, Loaded, Loudness, Origin, Sources};
use vlog::domain::ladder::Codec;

/// A configuration file in a directory of its own, so that no file of the machine is found.
struct Case {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl Case {
    fn new(file: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        Self { directory, sources: Sources { file: Some(path), ..Sources::default() } }
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &str, value: &str) -> Self {
        self.sources.flags.push(Flag { name: "--set".into(), key: key.into(), value: value.into() });
        self
    }

    fn load(&self) -> Loaded {
        config::load(&self.sources).unwrap()
    }

    /// The report, with the directory's name taken out.
    fn problems(&self) -> String {
        let report = config::load(&self.sources).unwrap_err().to_string();
        report.replace(&format!("{}/", self.directory.path().display()), "")
    }
}

#[test]
fn flags_beat_variables_beat_the_file_beats_defaults() {
    let case = Case::new("[http]\npublic_port = 1\nadmin_port = 2\nworker_api_port = 3\n")
        .variable("VLOG_ADMIN_PORT", "22")
        .variable("VLOG_WORKER_API_PORT", "33")
        .flag("http.worker_api_port", "333");
    let loaded = case.load();
    let http = &loaded.config.http;
    assert_eq!((http.public_port, http.admin_port, http.worker_api_port), (1, 22, 333));
    assert!(matches!(loaded.origin("http.public_port"), Origin::File(_, 2)));
    assert_eq!(loaded.origin("http.admin_port").to_string(), "VLOG_ADMIN_PORT");
    assert_eq!(loaded.origin("http.worker_api_port").to_string(), "--set");
    assert_eq!(loaded.origin("database.url"), &Origin::Default);
}

#[test]
fn values_are_typed() {
    let case = Case::new(
        r#"
        watch.folders = ["/srv/in", "/srv/too"]
        [storage]
        keep_source = "when_not_copied"
        free_space_floor = "500MB"
        max_upload_size = 1_000
        [transcoding]
        copy = false
        drain_grace = "1m30s"
        "#,
    )
    .variable("VLOG_SSE_HEARTBEAT_INTERVAL", "30")
    .variable("VLOG_STREAMING_ENABLE_DASH", "0");
    let config = case.load().config;
    assert_eq!(config.watch.folders, [PathBuf::from("/srv/in"), PathBuf::from("/srv/too")]);
    assert_eq!(config.storage.keep_source, KeepSource::WhenNotCopied);
    assert_eq!(config.storage.free_space_floor, Bytes(500_000_000));
    assert_eq!(config.storage.max_upload_size, Bytes(1000));
    assert!(!config.transcoding.copy);
    assert!(!config.streaming.enable_dash);
    assert_eq!(config.transcoding.drain_grace, Duration::from_secs(90));
    assert_eq!(config.sse.heartbeat_interval, Duration::from_secs(30));
}

#[test]
fn folders_in_a_variable_are_parted_by_colons() {
    let config = Case::new("").variable("VLOG_WATCH_FOLDERS", "/a b:/c").load().config;
    assert_eq!(config.watch.folders, [PathBuf::from("/a b"), PathBuf::from("/c")]);
}

#[test]
fn h264_is_among_the_codecs_whatever_is_written() {
    let codecs = |case: Case| case.load().config.transcoding.codecs.0;
    assert_eq!(codecs(Case::new("")), [Codec::H264]);
    assert_eq!(codecs(Case::new("transcoding.codecs = []")), [Codec::H264]);
    assert_eq!(codecs(Case::new("transcoding.codecs = [\"av1\", \"av1\"]")), [Codec::H264, Codec::Av1]);
    let variable = Case::new("").variable("VLOG_TRANSCODING_CODECS", "av1, hevc");
    assert_eq!(codecs(variable), [Codec::H264, Codec::Hevc, Codec::Av1]);
}

#[test]
fn loudness_is_off_or_a_sensible_number() {
    let loudness = |text: &str| Case::new(&format!("transcoding.loudness = {text}")).load().config.transcoding.loudness;
    assert_eq!(loudness("\"off\""), Loudness(None));
    assert_eq!(loudness("-16"), Loudness(Some(-16.0)));
    assert_eq!(loudness("-23.5"), Loudness(Some(-23.5)));
    assert_eq!(loudness("\"-23 LUFS\""), Loudness(Some(-23.0)));
}

#[test]
fn a_ladder_is_json_text() {
    let heights = |case: Case| -> Vec<u32> {
        case.load().config.transcoding.ladder.steps().iter().map(|step| step.height).collect()
    };
    assert_eq!(heights(Case::new("")), [2160, 1440, 1080, 720, 480, 360]);
    let text = r#"[{"height": 900, "max_rate": 3000000}, {"height": 400, "max_rate": 800000}]"#;
    assert_eq!(heights(Case::new(&format!("transcoding.ladder = '{text}'"))), [900, 400]);
    assert_eq!(heights(Case::new("").variable("VLOG_TRANSCODING_LADDER", text)), [900, 400]);
    assert_eq!(heights(Case::new("transcoding.ladder = []")).len(), 6);
    let report = Case::new("transcoding.ladder = '[{\"height\": 900}]'").problems();
    assert!(report.contains("missing field `max_rate`"), "{report}");
}

#[test]
fn unknown_codecs_and_odd_loudness_are_refused() {
    let case = Case::new("[transcoding]\ncodecs = [\"h264\", \"vp9\"]\n").variable("VLOG_TRANSCODING_LOUDNESS", "16");
    insta::assert_snapshot!(case.problems(), @r#"
    the configuration has 2 problems:

      transcoding.codecs (from config.toml:2)
        "vp9" is no codec that vlog encodes.
        Fix: use any of h264, hevc, av1, such as ["h264", "av1"].

      transcoding.loudness (from VLOG_TRANSCODING_LOUDNESS)
        16 is out of range.
        Fix: write "off", or a number of LUFS from -31 to -9, such as -16.
    "#);
    insta::assert_snapshot!(Case::new("transcoding.loudness = \"loud\"").problems(), @r#"
    the configuration has a problem:

      transcoding.loudness (from config.toml:1)
        "loud" is no loudness.
        Fix: write "off", or a number of LUFS from -31 to -9, such as -16.
    "#);
}

#[test]
fn every_problem_is_reported_with_origin_and_fix() {
    let case = Case::new("[http]\npublic_prot = 9000\n\n[storage]\nfree_space_floor = \"lots\"\n")
        .variable("VLOG_STREAMING_SEGMENT_DURATION", "60")
        .variable("VLOG_STORAGE_PAHT", "/srv")
        .flag("log.level", "inof");
    insta::assert_snapshot!(case.problems(), @r#"
    the configuration has 5 problems:

      http.public_prot (from config.toml:2)
        there is no such key.
        Fix: did you mean http.public_port?

      storage.free_space_floor (from config.toml:5)
        "lots" is no size.
        Fix: write a number with a unit, such as "500MB" or "10GiB", or a plain number of bytes.

      VLOG_STORAGE_PAHT
        there is no such variable.
        Fix: did you mean VLOG_STORAGE_PATH?

      streaming.segment_duration (from VLOG_STREAMING_SEGMENT_DURATION)
        60 is out of range.
        Fix: choose a value from 2 to 10.

      log.level (from --set)
        "inof" is no log level.
        Fix: use one of error, warn, info, debug, trace, off, or a list such as "info,vlog::jobs=debug".
    "#);
}

#[test]
fn broken_toml_names_the_line() {
    let case = Case::new("[http]\n\npublic_port = = 3\n");
    let report = case.problems();
    assert!(report.contains("config.toml:3") && report.contains("not valid TOML"), "{report}");
}

#[test]
fn a_file_that_was_asked_for_must_exist() {
    let mut case = Case::new("");
    case.sources.file = Some(case.directory.path().join("none.toml"));
    insta::assert_snapshot!(case.problems(), @r"
    the configuration has a problem:

      none.toml
        the file cannot be read: No such file or directory (os error 2).
        Fix: check the path given by --config or VLOG_CONFIG.
    ");
}

#[test]
fn the_variable_names_the_file() {
    let mut case = Case::new("[http]\npublic_port = 7\n");
    let path = case.sources.file.take().unwrap();
    case.sources.environment.push(("VLOG_CONFIG".into(), path.clone().into()));
    let loaded = case.load();
    assert_eq!((loaded.config.http.public_port, loaded.file), (7, Some(path)));
}

#[test]
fn bad_values_are_refused() {
    let check = |key: &str, value: &str, reason: &str| {
        let report = Case::new("").flag(key, value).problems();
        assert!(report.contains(reason) && report.contains(key), "{key} = {value}: {report}");
    };
    check("worker.server", "workers.example.org", "is no address");
    check("http.trusted_proxies", "10.0.0.0/8,proxy", "\"proxy\" is neither an address nor a network");
    check("accounts.secure_cookies", "maybe", "none of the choices");
    check("accounts.secret_key", "abc", "not 32 bytes");
    check("http.bind_public", "localhost", "is no IP address");
    check("http.public_port", "70000", "does not fit");
    check("http.public_url", "video.example.org", "is no address");
    check("http.public_url", "ftp://video.example.org", "is not the http address");
    check("database.url", "mysql://x", "starts with neither");
    check("database.url", "sqlite://", "starts with neither");
    check("storage.path", "", "the path is empty");
    check("storage.keep_source", "sometimes", "is not one of the choices");
    check("streaming.enable_dash", "maybe", "neither true nor false");
    check("transcoding.preset", "quick", "is not one of the choices");
    check("transcoding.nice", "20", "out of range");
    check("limits.max_duration", "forever", "is no duration");
    check("http", "1", "there is no such key");
}

#[test]
fn accounts() {
    for text in ["ab".repeat(32), "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=".to_owned()] {
        let loaded = Case::new("").flag("accounts.secret_key", &text).load();
        assert_eq!(loaded.config.accounts.secret_key.0, Some([0xab; 32]));
        let shown = format!("{}{:?}", vlog::config::show(&loaded), loaded.config);
        assert!(shown.contains("***") && !shown.contains(&text), "{shown}");
    }
    let loaded =
        Case::new("").flag("http.trusted_proxies", "10.0.0.0/8, ::1").flag("http.bind_admin", "0.0.0.0").load();
    assert_eq!(loaded.config.http.trusted_proxies.len(), 2);
    assert!(vlog::config::show(&loaded).contains(r#"["10.0.0.0/8", "::1/128"]"#));
}

#[test]
fn values_of_the_wrong_shape_are_refused() {
    let check = |file: &str| assert!(Case::new(file).problems().contains("config.toml:1"), "{file}");
    check("http.public_port = 2026-11-21");
    check("http.public_port = [1]");
    check("http.public_port = \"nine\"");
    check("http = 3");
    check("watch.folders = [1]");
    check("http.public_port.deeper = 1");
}

#[test]
fn listeners_have_ports_of_their_own() {
    let report = Case::new("http.admin_port = 9000").problems();
    assert!(report.contains("port 9000 is taken by http.public_port"), "{report}");
    Case::new("http.admin_port = 0\nhttp.public_port = 0").load();
}

#[test]
fn the_storage_is_not_watched() {
    for folder in ["./data", "data/in", "."] {
        let report = Case::new("").variable("VLOG_WATCH_FOLDERS", folder).problems();
        assert!(report.contains("overlap"), "{folder}: {report}");
    }
    Case::new("").variable("VLOG_WATCH_FOLDERS", "./incoming").load();
}

#[test]
fn variables_of_others_are_left_alone() {
    let case = Case::new("")
        .variable("VLOG_TEST_POSTGRES", "x")
        .variable("VLOG_LOG", "debug")
        .variable("VLOG_ADMIN_API_URL", "http://localhost:1")
        .variable("VLOG_PORT_9000_TCP_ADDR", "10.0.0.1")
        .variable("VLOG_SERVICE_HOST", "10.0.0.1")
        .variable("VLOG_STORAGE_PATH", "")
        .variable("PATH", "/bin");
    assert_eq!(case.load().config, Config::default());
}

#[test]
fn passwords_are_masked() {
    let url = "postgres://vlog:s3cret@db.example.org:5432/vlog?sslmode=require&password=s3cret";
    let case = Case::new("").variable("VLOG_DATABASE_URL", url);
    let loaded = case.load();
    assert_eq!(loaded.config.database.url.as_str(), url);
    for text in [config::show(&loaded), format!("{:?}", loaded.config), loaded.config.database.url.to_string()] {
        assert!(!text.contains("s3cret") && text.contains("***@db.example.org:5432/vlog?sslmode=require"), "{text}");
    }
    let report = Case::new("").variable("VLOG_DATABASE_URL", "postgres://vlog:s3cret@[db/vlog").problems();
    assert!(!report.contains("s3cret"), "{report}");
}

#[test]
fn what_is_shown_can_be_loaded() {
    let case = Case::new("storage.path = 'a \"quoted\" \\ path'\n").variable("VLOG_TRANSCODING_PRESET", "medium");
    let loaded = case.load();
    let text = config::show(&loaded);
    assert!(text.contains("# VLOG_TRANSCODING_PRESET"), "{text}");
    assert_eq!(Case::new(&text).load().config, loaded.config);
}

#[test]
fn the_example_file_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written == config::example(), "out of date: run `vlog config example > config.example.toml`");
    assert_eq!(Case::new(&written).load().config, Config::default());
    let uncommented: String = written
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_assignment(rest)).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(uncommented.lines().filter(|line| is_assignment(line)).count(), KEYS.len());
    assert_eq!(Case::new(&uncommented).load().config, Config::default());
}

#[test]
fn names_are_unique_and_follow_one_pattern() {
    for (index, key) in KEYS.iter().enumerate() {
        assert!(key.variable.starts_with("VLOG_"), "{key:?}");
        assert!(KEYS[..index].iter().all(|other| other.variable != key.variable && other.name != key.name), "{key:?}");
        assert!(!key.doc.is_empty());
    }
}

fn is_assignment(line: &str) -> bool {
    line.split_once(" = ").is_some_and(|(field, _)| KEYS.iter().any(|key| key.field == field))
}

#[test]
fn a_trusted_header_needs_a_network() {
    let case = Case::new("[accounts]\ntrusted_header = \"Remote-User\"\n");
    assert!(case.problems().contains("accounts.trusted_header_networks"), "{}", case.problems());
    let case = case.variable("VLOG_TRUSTED_HEADER_NETWORKS", "127.0.0.1, 10.0.0.0/8");
    assert_eq!(case.load().config.accounts.trusted_header_networks.len(), 2);
    let bad = Case::new("[accounts]\ntrusted_header = \"Remote User:\"\ntrusted_header_role = \"root\"\n").problems();
    assert!(bad.contains("is not the name of a header") && bad.contains("none, viewer, editor, admin"), "{bad}");
}

/// Texts that are right for some key, and texts that look as if they were.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "100/minute", "1/second", "1000000/day", "0/minute", "1000001/day", "100/week", "100 a minute", "/minute", "100/", "-1/hour",
    "off", "always", "22:00-06:00", "6:30-7:05", "22:00 - 24:00", "24:30-02:00", "25:00-06:00", "22-06", "22:60-06:00", "22:00",
    "", "/", "/video", "/a/b.c", "/...", "/..", "/a/../b", "/a//b", "/ä", "/a b", "/a?b", "video",
    "0", "15", "500ms", "20s", "1h30m", "1h 30m", "7d", "5 parsecs", "-5s", "s", "1.5h", "1h-30m",
    "500MB", "10GiB", "10 gib", "2G", "1.5kB", "1_000", "12B", "GiB", "lots", "-1", "1,5GB", "3XB",
    "-16", "-23.5", "-23 LUFS", "16", "loud", "-", "-16 dB",
    "https://video.example.org", "http://[::1]:9000/video", "https://example.org/a/", "ftp://example.org", "example.org",
    "https://example.org/?a", "https://example.org/#a", "https://", "javascript:alert(1)",
    "/dev/dri/renderD128", "/dev/../etc x", "card1",
];

/// A value that only lies out of its bounds still looks right.
fn out_of_bounds(key: &Key, text: &str) -> bool {
    let mut config = Config::default();
    let refusal = key.set_json(&mut config, &text.into()).err();
    key.bounds().is_some() && refusal.is_some_and(|refusal| refusal.reason.contains("out of range"))
}

#[test]
fn patterns_and_parsers_agree() {
    let with_pattern: Vec<_> = KEYS.iter().filter_map(|key| Some((key, key.shape?))).collect();
    assert!(with_pattern.len() > 20);
    for (key, shape) in with_pattern {
        let pattern = regex::Regex::new(&format!("^(?:{})$", shape.pattern)).unwrap();
        let shown = match key.json(&Config::default()) {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        assert!(pattern.is_match(&shown), "{} is {shown:?} by itself", key.name);
        assert!(!shape.examples.is_empty());
        for text in TEXTS.iter().chain(shape.examples) {
            let mut config = Config::default();
            let taken = key.set_json(&mut config, &(*text).into()).is_ok() || out_of_bounds(key, text);
            let shown = key.json(&config).as_str().map_or_else(|| key.json(&config).to_string(), str::to_owned);
            assert!(pattern.is_match(&shown), "{}: {text:?} is shown as {shown:?}", key.name);
            assert_eq!(pattern.is_match(text), taken, "{}: {text:?}", key.name);
        }
    }
}
