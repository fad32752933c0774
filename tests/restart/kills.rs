//! Killing the server again and again while one job runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use futures_util::StreamExt;
use vlog::domain::task::TaskOutcome;

use super::output;
use super::random::Random;
use super::rig::{JOB_LIMIT, Rig, TaskRow, until};
use super::server::Server;

/// Longest time from a moment that was aimed at to the kill.
const SCATTER_MS: u64 = 120;

/// Runs a job without any trouble in `calm` and one with `kills` kills in `rig`, and compares.
pub async fn survives(rig: Rig, calm: Rig, clip: &Path, kills: usize) {
    let mut random = Random::new();
    let begun = Instant::now();
    let server = calm.start();
    let video = calm.upload(&server, clip).await;
    calm.until_status(&server, video, "ready").await;
    assert_eq!(server.terminate().status.code(), Some(0));
    let calm_seconds = begun.elapsed().as_secs_f64();
    let (wanted, steps) = (output::read(&calm), steps(&calm));

    let begun = Instant::now();
    let mut watched = Watched::default();
    let mut server = kill_upload_half_way(&rig, clip).await;
    let video;
    (server, video) = kill_upload_at_its_end(&rig, server, clip, &mut random).await;
    let mut while_running = 2;
    for kill in 2..kills {
        let target = aim(kill - 2, kills - 2, steps, &mut random);
        let reached = Instant::now();
        while self::steps(&rig) < target && !watched.is_over(&rig).await {
            assert!(reached.elapsed() < JOB_LIMIT, "step {target} of {steps} is not reached:\n{}", server.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // the end of a job is short: no scattering there
        let scatter = if target >= steps - 1 { 8 } else { SCATTER_MS };
        tokio::time::sleep(random.milliseconds(scatter)).await;
        server.kill9();
        rig.until_no_children().await;
        output::check_playlists(&rig);
        while_running += usize::from(!watched.look(&rig).await);
        server = rig.start();
        assert_eq!(rig.names("incoming"), [""; 0]);
    }
    let ready = rig.until_status(&server, video, "ready").await;
    watched.look(&rig).await;
    rig.until_tidy().await;
    let segments = output::fetch_all(&rig, &server, ready["slug"].as_str().unwrap()).await;
    assert_eq!(server.terminate().status.code(), Some(0));
    check_files(&rig, &calm);
    let other_bytes = output::compare(&output::read(&rig), &wanted);
    let tasks = rig.tasks().await;
    let redone: i64 = tasks.iter().map(|task| task.interruptions).sum();
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    println!(
        "{kills} kills, {while_running} of them before the job had ended; {} tasks, {redone} times one was interrupted \
         and begun again, none after its success; {segments} segments; of {} renditions these differ in bytes: {other_bytes:?}; \
         {:.1} s, undisturbed {calm_seconds:.1} s",
        tasks.len(),
        wanted.len(),
        begun.elapsed().as_secs_f64(),
    );
    // moments after the end are moments too, but they must be few
    assert!(while_running * 10 >= kills * 8, "only {while_running} of {kills} kills hit the job");
}

/// The step of the job at which the `n`-th kill of `count` is aimed: a random one of its share, and for the last
/// two the last file and the completion.
fn aim(n: usize, count: usize, steps: usize, random: &mut Random) -> usize {
    let spread = count.saturating_sub(2).max(1);
    if n >= spread {
        return steps - (count - 1 - n);
    }
    let (from, to) = (n * (steps - 1) / spread, (n + 1) * (steps - 1) / spread);
    from + random.below((to - from) as u64) as usize
}

/// How far a job is: files that viewers get, without those that change.
fn steps(rig: &Rig) -> usize {
    let made = |path: &&String| path.starts_with("videos/") && !path.ends_with(".m3u8") && !path.ends_with(".mpd");
    rig.files().keys().filter(made).filter(|path| !path.ends_with(".writing")).count()
}

/// A kill while the file is still coming in leaves nothing.
async fn kill_upload_half_way(rig: &Rig, clip: &Path) -> Server {
    let server = rig.start();
    let bytes = std::fs::read(clip).unwrap();
    let head =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"clip.mp4\"\r\n\r\n".as_bytes().to_vec();
    let half = futures_util::stream::iter([head, bytes[..bytes.len() / 2].to_vec()]).map(Ok::<_, std::io::Error>);
    let body = reqwest::Body::wrap_stream(half.chain(futures_util::stream::pending()));
    let request = rig.client.post(format!("{}/api/videos", server.admin_url)).body(body);
    let sending = tokio::spawn(request.header("content-type", "multipart/form-data; boundary=b").send());
    let received = || rig.files().iter().any(|(path, file)| path.starts_with("incoming/") && file.len() > 0);
    until(JOB_LIMIT, received, || "nothing is received".to_owned()).await;
    server.kill9();
    assert!(sending.await.unwrap().is_err());
    let server = rig.start();
    assert_eq!((rig.names("incoming"), rig.names("uploads")), (Vec::new(), Vec::new()));
    assert_eq!(rig.json(&server, "/api/videos").await["videos"].as_array().unwrap().len(), 0);
    server
}

/// A kill about the time of the answer: there is a video, or there is not and nothing else either.
async fn kill_upload_at_its_end(rig: &Rig, server: Server, clip: &Path, random: &mut Random) -> (Server, i64) {
    let wait = random.milliseconds(400);
    tokio::select! {
        _ = rig.post(&server, clip) => {}
        () = async {
            until(JOB_LIMIT, || !rig.names("incoming").is_empty(), || "nothing is received".to_owned()).await;
            tokio::time::sleep(wait).await;
        } => {}
    }
    server.kill9();
    rig.until_no_children().await;
    let server = rig.start();
    assert_eq!(rig.names("incoming"), [""; 0]);
    let list = rig.json(&server, "/api/videos").await;
    let video = match list["videos"].as_array().unwrap().as_slice() {
        [] => rig.upload(&server, clip).await,
        [video] => video["id"].as_i64().unwrap(),
        more => panic!("{more:#?}"),
    };
    (server, video)
}

/// What has succeeded, and the files it made: neither may change any more.
#[derive(Default)]
struct Watched {
    succeeded: BTreeMap<i64, TaskRow>,
    files: BTreeMap<String, (SystemTime, u64)>,
}

impl Watched {
    /// True when every task of the job has ended.
    async fn is_over(&self, rig: &Rig) -> bool {
        let tasks = rig.tasks().await;
        !tasks.is_empty() && tasks.iter().all(|task| task.is("succeeded"))
    }

    /// Compares with the last look; to be called while no server runs, or when it has nothing left to do.
    /// Returns whether the job had ended.
    async fn look(&mut self, rig: &Rig) -> bool {
        let tasks = rig.tasks().await;
        for (id, before) in &self.succeeded {
            let now = tasks.iter().find(|task| task.id == *id);
            assert_eq!(now, Some(before), "a task ran again after its success");
        }
        let files = rig.files();
        for (path, before) in &self.files {
            let now = files.get(path).map(|file| (file.modified().unwrap(), file.len()));
            assert_eq!(now, Some(*before), "{path} changed after its task had succeeded");
        }
        for task in tasks.iter().filter(|task| task.is("succeeded")) {
            self.succeeded.insert(task.id, task.clone());
            for name in made_by(task) {
                let path = files.iter().find(|(path, _)| path.starts_with("videos/") && path.ends_with(&name));
                let (path, file) = path.unwrap_or_else(|| panic!("{name} is not there though its task succeeded"));
                self.files.insert(path.clone(), (file.modified().unwrap(), file.len()));
            }
        }
        !tasks.is_empty() && tasks.iter().all(|task| task.is("succeeded"))
    }
}

/// Files a task says it made.
fn made_by(task: &TaskRow) -> Vec<String> {
    match serde_json::from_str(&task.outcome).unwrap() {
        TaskOutcome::Segments { ranges, .. } => {
            let segments = ranges.iter().flat_map(|range| {
                let numbers = range.first..range.first + range.count;
                numbers.map(|number| format!("/{}/seg_{number:05}.m4s", range.rendition))
            });
            segments.collect()
        }
        TaskOutcome::Thumbnail { widths, .. } => widths.iter().map(|width| format!("/thumbnail-{width}.jpg")).collect(),
        TaskOutcome::Analysis(_)
        | TaskOutcome::Text { .. }
        | TaskOutcome::Transcript { .. }
        | TaskOutcome::Delivered => Vec::new(),
    }
}

/// The storage holds what the undisturbed one does, and nothing else.
fn check_files(rig: &Rig, calm: &Rig) {
    let plain = |rig: &Rig| -> Vec<String> {
        let plain = |path: &String| {
            let mut parts: Vec<&str> = path.split('/').collect();
            match parts[0] {
                "videos" => drop(parts.drain(1..3)), // id and generation
                "uploads" => parts[1] = "source",
                _ => {}
            }
            parts.join("/")
        };
        // an upload that was cut off between its file and its row
        rig.files().keys().filter(|path| !path.starts_with("lost/")).map(plain).collect()
    };
    assert_eq!(plain(rig), plain(calm));
}
