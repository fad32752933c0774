//! Jobs as text: a table of several, the map of one.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Characters of a progress bar.
const BAR: usize = 16;
/// Characters of a title in a table.
const TITLE: usize = 32;
/// Characters of a kind of job.
const KIND: usize = 13;
/// Chunks in a line of the map.
const MAP: usize = 60;

#[derive(Deserialize)]
struct Job {
    id: i64,
    video_id: i64,
    video_title: String,
    kind: String,
    state: String,
    priority: String,
    current_step: Option<String>,
    progress_percent: u8,
    speed: Option<f64>,
    eta_seconds: Option<u64>,
    waiting_reason: Option<String>,
    running: Vec<Running>,
    error: Option<WorkError>,
    created_at: String,
    #[serde(default)]
    renditions: Vec<Rendition>,
    #[serde(default)]
    tasks: Vec<Task>,
}

#[derive(Deserialize)]
struct Running {
    held_by: Option<String>,
}

#[derive(Deserialize)]
struct Rendition {
    name: String,
    state: String,
    progress_percent: u8,
    task_ids: Vec<i64>,
}

#[derive(Deserialize)]
struct Task {
    id: i64,
    kind: String,
    renditions: Vec<String>,
    chunk: Option<Chunk>,
    state: String,
    attempt: u32,
    max_attempts: u32,
    progress_percent: u8,
    speed: Option<f64>,
    eta_seconds: Option<u64>,
    held_by: Option<String>,
    next_try_at: Option<String>,
    error: Option<WorkError>,
}

#[derive(Deserialize)]
struct Chunk {
    index: u32,
}

#[derive(Deserialize)]
struct WorkError {
    code: String,
    cause: String,
    fix: String,
    command: Option<String>,
    stderr: Option<String>,
}

/// A line for each job of a page.
pub(super) fn table(page: &Value) -> anyhow::Result<String> {
    let jobs: Vec<Job> = Deserialize::deserialize(&page["jobs"])?;
    if jobs.is_empty() {
        return Ok("There are no such jobs.\n".to_owned());
    }
    let mut text = format!(
        "{:>6}  {:<TITLE$}  {:<KIND$}  {:<9}  {:<8}  {:<21}  {:>6}  {:>8}  WHO\n",
        "ID", "VIDEO", "KIND", "STATE", "PRIORITY", "PROGRESS", "SPEED", "LEFT"
    );
    for job in &jobs {
        let mut who: Vec<&str> = job.running.iter().filter_map(|task| task.held_by.as_deref()).collect();
        who.sort_unstable();
        who.dedup();
        let last = match (&job.waiting_reason, &job.error) {
            (Some(reason), _) => reason.replace('_', " "),
            (None, Some(error)) if job.state == "failed" => error.cause.clone(),
            _ => who.join(", "),
        };
        let line = format!(
            "{:>6}  {:<TITLE$}  {:<KIND$}  {:<9}  {:<8}  {} {:>3} %  {:>6}  {:>8}  {last}",
            job.id,
            short(&job.video_title, TITLE),
            job.kind,
            job.state,
            job.priority,
            bar(job.progress_percent),
            job.progress_percent,
            speed(job.speed),
            left(job.eta_seconds),
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if page["has_more"] == true {
        text += "There are older ones; --limit shows up to 200, --state, --video and --kind fewer.\n";
    }
    Ok(text)
}

/// One job: where it stands, a map of its chunks, who works on what, and what went wrong.
pub(super) fn job_lines(job: &Value) -> anyhow::Result<String> {
    let job = Job::deserialize(job)?;
    let step = job.current_step.as_deref().map(|step| format!(", {step}")).unwrap_or_default();
    let mut text = format!("Job {}: {} (video {})\n", job.id, job.video_title, job.video_id);
    let _ = writeln!(text, "  kind      {}", job.kind);
    let _ = writeln!(text, "  state     {}{step}", job.state);
    let _ = writeln!(text, "  priority  {}", job.priority);
    let _ = writeln!(text, "  begun     {}", short_time(&job.created_at));
    let facts = [speed(job.speed), left(job.eta_seconds)].into_iter().filter(|fact| !fact.is_empty());
    let facts: String = facts.map(|fact| format!("  {fact}")).collect();
    let _ = writeln!(text, "  progress  {} {} %{facts}", bar(job.progress_percent), job.progress_percent);
    if let Some(error) = &job.error {
        let _ = writeln!(text, "  cause     {} [{}]\n  to do     {}", error.cause, error.code, error.fix);
    }
    if !job.renditions.is_empty() {
        text += "\nRenditions, a sign for each part: # done  > runs  . waits  ! failed  x stopped\n";
    }
    for rendition in &job.renditions {
        let marks: Vec<char> = rendition.task_ids.iter().map(|id| mark(&job.tasks, *id)).collect();
        let mut lines = marks.chunks(MAP).map(|part| part.iter().collect::<String>());
        let first = lines.next().unwrap_or_default();
        let percent = rendition.progress_percent;
        let _ = writeln!(text, "  {:<12} {:<9} {percent:>3} %  {first}", rendition.name, rendition.state);
        for line in lines {
            let _ = writeln!(text, "  {:29}{line}", "");
        }
    }
    let told = |task: &&Task| task.state == "running" || task.state == "failed" || task.next_try_at.is_some();
    for task in job.tasks.iter().filter(told) {
        text += &task_lines(task);
    }
    Ok(text)
}

fn task_lines(task: &Task) -> String {
    let chunk = task.chunk.as_ref().map(|chunk| format!(" chunk {}", chunk.index)).unwrap_or_default();
    let of = if task.renditions.is_empty() { String::new() } else { format!(" of {}", task.renditions.join(", ")) };
    let mut text = format!("\nTask {}: {}{chunk}{of}\n", task.id, task.kind);
    let state = match (&task.held_by, &task.next_try_at) {
        (Some(who), _) => format!("{} on {who}, {} %", task.state, task.progress_percent),
        (None, Some(at)) => format!("is tried again at {}", short_time(at)),
        (None, None) => task.state.clone(),
    };
    let facts = [speed(task.speed), left(task.eta_seconds)].into_iter().filter(|fact| !fact.is_empty());
    let facts: String = facts.map(|fact| format!(", {fact}")).collect();
    let _ = writeln!(text, "  {state}{facts}, attempt {} of {}", task.attempt, task.max_attempts);
    if let Some(error) = &task.error {
        let _ = writeln!(text, "  cause     {} [{}]\n  to do     {}", error.cause, error.code, error.fix);
        if let Some(command) = &error.command {
            let _ = writeln!(text, "  command   {command}");
        }
        for line in error.stderr.iter().flat_map(|stderr| stderr.lines()) {
            let _ = writeln!(text, "  | {line}");
        }
    }
    text
}

fn mark(tasks: &[Task], id: i64) -> char {
    match tasks.iter().find(|task| task.id == id).map(|task| task.state.as_str()) {
        Some("succeeded") => '#',
        Some("running") => '>',
        Some("failed") => '!',
        Some("cancelled") => 'x',
        _ => '.',
    }
}

fn bar(percent: u8) -> String {
    let done = usize::from(percent.min(100)) * BAR / 100;
    format!("{}{}", "━".repeat(done), "─".repeat(BAR - done))
}

fn speed(speed: Option<f64>) -> String {
    speed.map(|speed| format!("{speed:.1}x")).unwrap_or_default()
}

fn left(seconds: Option<u64>) -> String {
    match seconds {
        None => String::new(),
        Some(seconds) if seconds < 60 => format!("{seconds} s"),
        Some(seconds) if seconds < 3600 => format!("{} min", seconds / 60),
        Some(seconds) => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn short_time(text: &str) -> String {
    let time: Option<Timestamp> = text.parse().ok();
    time.map_or(text.to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_as_text() {
        let error = json!({ "code": "ffmpeg_failed", "message": "m", "cause": "The disk is full.", "fix": "Free some.",
            "command": "ffmpeg -i x", "stderr": "one\ntwo" });
        let task = |id: i64, state: &str| {
            json!({ "id": id, "kind": "encode", "renditions": ["1080p"], "chunk": { "index": id }, "state": state,
                "attempt": 1, "max_attempts": 5, "progress_percent": 40, "speed": 2.0, "eta_seconds": 70,
                "held_by": (state == "running").then_some("garage"), "next_try_at": null,
                "error": (state == "failed").then_some(&error) })
        };
        let job = json!({ "id": 7, "kind": "transcode", "video_id": 3, "video_title": "A title that goes on and on and on and on",
            "state": "failed", "priority": "high", "current_step": null, "progress_percent": 50, "speed": null,
            "eta_seconds": null, "waiting_reason": null, "running": [{ "held_by": "garage" }], "error": error,
            "created_at": "2026-11-21T10:00:00Z",
            "renditions": [{ "name": "1080p", "state": "failed", "progress_percent": 50, "task_ids": [1, 2, 3, 4] }],
            "tasks": [task(1, "succeeded"), task(2, "running"), task(3, "failed"), task(4, "waiting")] });
        let text = job_lines(&job).unwrap();
        for line in [
            "Job 7: A title that goes on and on and on and on (video 3)",
            "  progress  ━━━━━━━━──────── 50 %",
            "  1080p        failed     50 %  #>!.",
            "Task 2: encode chunk 2 of 1080p\n  running on garage, 40 %, 2.0x, 1 min, attempt 1 of 5",
            "  cause     The disk is full. [ffmpeg_failed]\n  to do     Free some.\n  command   ffmpeg -i x\n  | one\n  | two",
        ] {
            assert!(text.contains(line), "{line:?} is not in\n{text}");
        }
        assert!(!text.contains("Task 4"), "{text}");
        let text = table(&json!({ "jobs": [job], "has_more": true })).unwrap();
        assert!(
            text.contains(
                "     7  A title that goes on and on and…  transcode      failed     high      ━━━━━━━━────────  50 %"
            ),
            "{text}"
        );
        assert!(text.contains("The disk is full.") && text.contains("--limit"), "{text}");
        assert_eq!(table(&json!({ "jobs": [] })).unwrap(), "There are no such jobs.\n");
        assert!(table(&json!({ "jobs": [{ "id": 7 }] })).is_err(), "of another version");
    }
}
