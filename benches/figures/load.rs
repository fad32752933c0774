//! wrk: many connections that ask for the same addresses, one after the other.

use std::path::Path;

use anyhow::{Context, ensure};

use super::process::output;

/// What wrk found.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Requests a second.
    pub rate: f64,
    /// 99 of 100 were faster, milliseconds.
    pub p99: f64,
}

/// Asks `address` for `paths` in turn.
pub async fn ask(
    address: &str,
    paths: &[String],
    connections: u32,
    seconds: u32,
    directory: &Path,
) -> anyhow::Result<Load> {
    let script = directory.join("wrk.lua");
    let list: Vec<String> = paths.iter().map(|path| format!("'{path}'")).collect();
    // requests are made once; wrk only hands them out
    let text = format!(
        "local requests, at = {{}}, 0\nfunction init()\n  for i, path in ipairs({{{}}}) do requests[i] = \
         wrk.format('GET', path) end\nend\nfunction request()\n  at = at % #requests + 1\n  return requests[at]\nend\n",
        list.join(", ")
    );
    std::fs::write(&script, text)?;
    let (connections, duration) = (format!("-c{connections}"), format!("-d{seconds}s"));
    let (script, url) = (script.display().to_string(), format!("http://{address}"));
    let (text, _) = output("wrk", &["-t1", &connections, &duration, "--latency", "-s", &script, &url]).await?;
    ensure!(!text.contains("Non-2xx"), "not every answer was a success: {text}");
    let after = |mark: &str| text.split(mark).nth(1).and_then(|rest| rest.split_whitespace().next());
    let rate = after("Requests/sec:").context("wrk gave no rate")?.parse()?;
    Ok(Load { rate, p99: milliseconds(after(" 99% ").context("wrk gave no latency")?)? })
}

/// wrk's `1.23ms`, `456.00us`, `1.02s`.
fn milliseconds(text: &str) -> anyhow::Result<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0)];
    let (number, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor))).context("an odd time")?;
    Ok(number.parse::<f64>()? * factor)
}
