//! The rules of `src/ARCHITECTURE.md`, checked: who may import whom, sizes, names, and that both databases have the
//! same migrations.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// May import everything: the composition root and the table of contents.
const ROOTS: [&str; 3] = ["serve", "lib", "main"];

/// Crates that stay behind one door.
const CRATES: &[(&str, &[&str])] = &[
    ("diesel", &["db"]),
    ("diesel_migrations", &["db"]),
    ("actix_http", &["http"]),
    ("actix_rt", &["http"]),
    ("actix_service", &["http"]),
    ("actix_web", &["http", "ui", "serve", "worker"]),
    ("actix_multipart", &["http"]),
    ("anyhow", &["cli", "serve", "main"]),
    ("clap", &["cli"]),
    ("lru", &["cache"]),
    ("notify", &["watch"]),
    ("redis", &["shared"]),
    ("whisper_rs", &["speech"]),
];

const LONGEST_FILE_LINES: usize = 500;
const FULLEST_FOLDER_FILES: usize = 16;
const LONGEST_MAIN_LINES: usize = 40;
const EMPTY_NAMES: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "manager", "core"];

/// A row of the table: a module (the first folder or file below `src`), and the paths inside the crate that it may
/// import besides itself.
struct Row {
    module: String,
    imports: Vec<String>,
}

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The module it belongs to.
    fn module(&self) -> String {
        let first = self.path.components().next().unwrap().as_os_str().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    }

    /// True for files that are only compiled for tests.
    fn is_test(&self) -> bool {
        self.path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
    }
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table = table();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let module = source.module();
        if ROOTS.contains(&module.as_str()) {
            continue;
        }
        let Some(row) = table.iter().find(|row| row.module == module) else {
            wrong.push(format!("{}: {module} is not in the table of imports", source.path.display()));
            continue;
        };
        for path in crate_paths(&source.text) {
            let is_allowed = |allowed: &str| path == allowed || path.starts_with(&format!("{allowed}::"));
            if !is_allowed(&module) && !row.imports.iter().any(|allowed| is_allowed(allowed)) {
                wrong.push(format!("{}: {module} must not import {path}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn crates_stay_behind_their_door() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let code = code_of(&source.text);
        for (name, allowed) in CRATES {
            let used = code.match_indices(&format!("{name}::")).any(|(at, _)| !code[..at].ends_with(is_word));
            if used && !allowed.contains(&source.module().as_str()) {
                wrong.push(format!("{}: {name} is only for {}", source.path.display(), allowed.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<_> = all_sources().into_iter().filter(|source| !source.text.starts_with("//!")).collect();
    let names: Vec<_> = silent.iter().map(|source| source.path.display().to_string()).collect();
    assert!(names.is_empty(), "these do not open with //! : {}", names.join(", "));
}

#[test]
fn files_and_folders_stay_small() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let most = if source.path == Path::new("main.rs") { LONGEST_MAIN_LINES } else { LONGEST_FILE_LINES };
        if lines > most && !source.is_test() {
            wrong.push(format!("{} has {lines} lines, {most} are the most", source.path.display()));
        }
    }
    for folder in folders(&root().join("src")) {
        let files = fs::read_dir(&folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count();
        if files > FULLEST_FOLDER_FILES {
            wrong.push(format!("{} has {files} files, {FULLEST_FOLDER_FILES} are the most", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_say_something() {
    let files = walk(&root().join("src"));
    let paths = files.into_iter().chain(folders(&root().join("src")));
    let empty: Vec<_> =
        paths.filter(|path| EMPTY_NAMES.contains(&path.file_stem().unwrap().to_str().unwrap())).collect();
    assert!(empty.is_empty(), "these names say nothing: {empty:?}");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| -> BTreeSet<PathBuf> {
        let folder = root().join("migrations").join(database);
        walk(&folder).iter().map(|path| path.strip_prefix(&folder).unwrap().to_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn paths_are_found_in_every_form() {
    let check = |text: &str, expected: &[&str]| assert_eq!(crate_paths(text), expected, "{text}");
    check("use crate::db::videos;", &["db::videos"]);
    check("use crate::{db, domain::id::VideoId};", &["db", "domain::id::VideoId"]);
    check("use crate::{\n    app::{self, App},\n    events,\n};", &["app::self", "app::App", "events"]);
    check("let x = crate::storage::keys::source(id);", &["storage::keys::source"]);
    check("// use crate::db;\n/// [`crate::db`]\n//! crate::db", &[]);
    check("#[cfg(test)]\nmod tests {\n    use crate::db;\n}\nuse crate::jobs;", &["jobs"]);
    check("pub(in crate::db) fn f() {}", &["db"]);
    check("$crate::config::Key", &["config::Key"]);
}

/// The table of imports on the page of the architecture.
fn table() -> Vec<Row> {
    let page = fs::read_to_string(root().join("src/ARCHITECTURE.md")).unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = page.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        assert_eq!(cells.len(), 3, "a row of the table is odd: {line}");
        Row { module: quoted(cells[0]).remove(0), imports: quoted(cells[2]) }
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 10, "the table of imports is gone");
    rows
}

/// Every path that follows `crate::` outside of comments and test modules.
fn crate_paths(text: &str) -> Vec<String> {
    let code = code_of(text);
    let mut paths = Vec::new();
    for (at, start) in code.match_indices("crate::") {
        if !code[..at].ends_with(is_word) {
            expand("", &code[at + start.len()..], &mut paths);
        }
    }
    paths
}

/// Adds the paths of one `a::b` or `{a, b::{c, d}}`; returns what is left of the text.
fn expand<'a>(prefix: &str, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    let Some(mut rest) = text.strip_prefix('{') else {
        let end = text.find(|c: char| !is_word(c) && c != ':').unwrap_or(text.len());
        let path = format!("{prefix}{}", &text[..end]);
        if path.ends_with("::") && text[end..].starts_with('{') {
            return expand(&path, &text[end..], paths);
        }
        paths.push(path.trim_end_matches(':').to_owned());
        return &text[end..];
    };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
        let before = rest.len();
        rest = expand(prefix, rest, paths);
        if rest.len() == before {
            rest = rest.get(1..).unwrap_or_default();
        }
        if rest.is_empty() {
            return rest;
        }
    }
}

/// The text without comment lines and without what stands under `#[cfg(test)]`.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.trim() != "#[cfg(test)]" {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        // rustfmt closes an item at the indentation it opened with.
        let indent = line.len() - line.trim_start().len();
        for inner in lines.by_ref() {
            let is_outer = inner.len() - inner.trim_start().len() == indent && !inner.trim().is_empty();
            if is_outer && (inner.ends_with(';') || inner.trim_start().starts_with('}')) {
                break;
            }
        }
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The files of the library, by their path below `src`.
fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let files = walk(&folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
        .map(|path| Source {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(&folder).unwrap().to_owned(),
        })
        .collect()
}

/// Those, and the tests and benches.
fn all_sources() -> Vec<Source> {
    let folders = ["tests", "benches", "examples"].map(|name| root().join(name));
    let files = folders.iter().flat_map(|folder| walk(folder));
    let others = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    others.map(|path| Source { text: fs::read_to_string(&path).unwrap(), path }).chain(sources()).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true if path.ends_with("node_modules") => {}
            true => files.extend(walk(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let inner = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    inner.flat_map(|path| folders(&path)).chain([folder.to_owned()]).collect()
}
