//! The figures of a run, as a table for people and as JSON.

use std::path::Path;

use serde_json::{Value, json};

/// What a ratio or a value should be.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At most this.
    Most(f64),
    /// At least this.
    Least(f64),
    /// It is for information.
    None,
}

/// One line. `verdict` is the number that the goal is about: the ratio where there is a reference.
struct Line {
    figure: String,
    measured: String,
    reference: String,
    verdict: f64,
    goal: Goal,
}

impl Line {
    fn passes(&self) -> Option<bool> {
        match self.goal {
            Goal::Most(most) => Some(self.verdict <= most),
            Goal::Least(least) => Some(self.verdict >= least),
            Goal::None => None,
        }
    }

    fn mark(&self) -> &'static str {
        match self.passes() {
            Some(true) => "ok",
            Some(false) => "MISS",
            None => "",
        }
    }

    fn goal(&self) -> String {
        match self.goal {
            Goal::Most(most) => format!("<= {most}"),
            Goal::Least(least) => format!(">= {least}"),
            Goal::None => String::new(),
        }
    }
}

/// See the module.
#[derive(Default)]
pub struct Table {
    lines: Vec<Line>,
    broken: Vec<(String, String)>,
}

impl Table {
    /// A number against another of the same unit.
    pub fn ratio(&mut self, figure: impl Into<String>, (measured, reference): (f64, f64), unit: &str, goal: Goal) {
        let show = |value: f64| format!("{} {unit}", rounded(value));
        let (shown, against) = (show(measured), show(reference));
        self.add(Line {
            figure: figure.into(),
            measured: shown,
            reference: against,
            verdict: measured / reference,
            goal,
        });
    }

    /// A number that is judged by itself.
    pub fn value(&mut self, figure: impl Into<String>, measured: f64, unit: &str, goal: Goal) {
        let shown = format!("{} {unit}", rounded(measured));
        self.add(Line { figure: figure.into(), measured: shown, reference: String::new(), verdict: measured, goal });
    }

    /// A group that could not be measured.
    pub fn broke(&mut self, group: &str, error: &anyhow::Error) {
        eprintln!("{group}: {error:#}");
        self.broken.push((group.to_owned(), format!("{error:#}")));
    }

    /// True when a group could not be measured.
    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    fn add(&mut self, line: Line) {
        println!(
            "  {}: {} {} -> {} {}",
            line.figure,
            line.measured,
            line.reference,
            rounded(line.verdict),
            line.mark()
        );
        self.lines.push(line);
    }

    /// To the terminal.
    pub fn print(&self) {
        let heads = ["figure", "measured", "reference", "ratio", "goal", ""].map(str::to_owned);
        let rows = self.lines.iter().map(|line| {
            let ratio = if line.reference.is_empty() { String::new() } else { rounded(line.verdict) };
            [
                line.figure.clone(),
                line.measured.clone(),
                line.reference.clone(),
                ratio,
                line.goal(),
                line.mark().to_owned(),
            ]
        });
        let rows: Vec<[String; 6]> = [heads].into_iter().chain(rows).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        println!();
        for row in &rows {
            println!(
                "{:<a$}  {:>b$}  {:>c$}  {:>d$}  {:<e$}  {}",
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                row[5],
                a = width(0),
                b = width(1),
                c = width(2),
                d = width(3),
                e = width(4)
            );
        }
        for (group, error) in &self.broken {
            println!("{group}: could not be measured: {error}");
        }
    }

    /// To a file.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({
                    "figure": line.figure, "measured": line.measured, "reference": line.reference,
                    "value": line.verdict, "goal": line.goal(), "ok": line.passes(),
                })
            })
            .collect();
        let broken: Vec<Value> =
            self.broken.iter().map(|(group, error)| json!({ "group": group, "error": error })).collect();
        let text = serde_json::to_string_pretty(&json!({ "figures": lines, "broken": broken }))?;
        std::fs::write(path, text + "\n")?;
        println!("\nwritten to {}", path.display());
        Ok(())
    }
}

/// Three digits that mean something.
fn rounded(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
