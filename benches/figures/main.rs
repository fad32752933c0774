//! `make bench`: how fast and how small, each figure as a ratio against something that runs beside it.
//!
//! Absolute numbers depend on the machine and on what else it does. So every figure is compared with a reference of
//! the same run, in alternating rounds where it is short, and the table says what the goal is. `cargo bench --bench
//! figures -- ladder segments` measures only those. The table also goes to `target/bench/figures.json`.

mod accounts;
mod clips;
mod database;
mod first_frame;
mod ladder;
mod load;
mod pages;
#[path = "../../tests/support/postgres.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "shared with the tests")]
mod postgres;
mod process;
mod quality;
mod queue;
mod scale_out;
mod segments;
mod server;
mod table;

use std::path::{Path, PathBuf};

use table::Table;

/// A group of figures: its name on the command line, and what it stands for.
const GROUPS: [(&str, &str); 8] = [
    ("first-frame", "from the last byte of an upload to the first picture in a browser"),
    ("ladder", "CPU, quality and size of the renditions"),
    ("segments", "serving files, against nginx"),
    ("database", "lists, memory and start with 10,000 videos"),
    ("accounts", "logging in, and what it costs to know who asks"),
    ("pages", "what Lighthouse says of login and dashboard"),
    ("queue", "claims with 100,000 tasks that wait"),
    ("scale-out", "one film by one worker and by two"),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // cargo passes flags of its own, such as --bench
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = chosen.iter().find(|name| GROUPS.iter().all(|(group, _)| group != name)) {
        let names: Vec<_> = GROUPS.iter().map(|(name, _)| *name).collect();
        anyhow::bail!("there is no group of figures named {unknown}; there are {}", names.join(", "));
    }
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|c| c == name);
    // the client wants one although nothing here is encrypted
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = bench_directory();
    std::fs::create_dir_all(&directory)?;
    let mut table = Table::default();
    for (name, about) in GROUPS.into_iter().filter(|(name, _)| wanted(name)) {
        println!("# {name}: {about}");
        let measured = match name {
            "first-frame" => first_frame::measure(&mut table).await,
            "ladder" => ladder::measure(&mut table).await,
            "segments" => segments::measure(&mut table).await,
            "database" => database::measure(&mut table).await,
            "accounts" => accounts::measure(&mut table).await,
            "pages" => pages::measure(&mut table).await,
            "queue" => queue::measure(&mut table).await,
            _ => scale_out::measure(&mut table).await,
        };
        if let Err(error) = measured {
            table.broke(name, &error);
        }
    }
    table.print();
    table.save(&directory.join("figures.json"))?;
    anyhow::ensure!(!table.is_broken(), "some figures could not be measured");
    Ok(())
}

/// What is kept between runs: clips, footage, the table.
fn bench_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench")
}
