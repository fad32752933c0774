//! The configuration as TOML: in force with origins, or as the documented example.

use super::keys::{Config, KEYS, SECTIONS};
use super::load::Loaded;
use super::registry::Key;

const WIDTH: usize = 118;
const EXAMPLE_HEAD: &str = "\
# Configuration of vlog. Every key stands here with its default; uncomment what you change.
#
# Read from --config, else VLOG_CONFIG, else ./config.toml, $XDG_CONFIG_HOME/vlog/config.toml or
# /etc/vlog/config.toml. Environment variables win over the file, flags win over both. Unknown keys stop the start.
# `vlog config check` tests a file, `vlog config show` prints what is in force and where it came from.
# Sizes: \"500MB\", \"2GiB\". Durations: \"500ms\", \"20s\", \"1h30m\". A bare number is bytes, or seconds.
";

/// What is in force, each value with its origin; passwords masked. Valid TOML.
pub fn show(loaded: &Loaded) -> String {
    let line = |key: &Key| format!("{} = {}", key.field, key.show(&loaded.config));
    let width = KEYS.iter().map(|key| line(key).len()).max().unwrap_or(0).min(WIDTH / 2);
    let mut text = match &loaded.file {
        Some(file) => format!("# file: {}\n", file.display()),
        None => "# file: none\n".to_owned(),
    };
    for section in SECTIONS {
        text.push_str(&format!("\n[{}]\n", section.name));
        for key in KEYS.iter().filter(|key| key.section == section.name) {
            text.push_str(&format!("{:width$}  # {}\n", line(key), loaded.origin(key.name)));
        }
    }
    text
}

/// `config.example.toml`: every key with its documentation, default and variable.
pub fn example() -> String {
    let defaults = Config::default();
    let mut text = EXAMPLE_HEAD.to_owned();
    for section in SECTIONS {
        text.push('\n');
        push_comment(&mut text, &section.doc.concat());
        text.push_str(&format!("[{}]\n", section.name));
        for key in KEYS.iter().filter(|key| key.section == section.name) {
            text.push('\n');
            push_comment(&mut text, &key.doc.concat());
            text.push_str(&format!("# {}\n# {} = {}\n", key.variable, key.field, key.show(&defaults)));
        }
    }
    text
}

fn push_comment(text: &mut String, comment: &str) {
    let mut width = WIDTH;
    for word in comment.split_whitespace() {
        if width + 1 + word.len() > WIDTH {
            let start = if width == WIDTH && text.ends_with('\n') { "#" } else { "\n#" };
            text.push_str(start);
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + word.len();
    }
    text.push('\n');
}
