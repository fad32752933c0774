//! Numbers for Prometheus. Every metric here is really updated; names follow Prometheus' conventions.
//!
//! `endpoint` is the route's pattern (`/api/videos/{slug}`), never the path that was asked for, so that the
//! number of series stays small. What is cheaper to count when asked (videos by status, open tasks) is a
//! [`Gauges`] value that the caller of [`Metrics::render`] brings along.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

const REQUEST_BUCKETS: [f64; 11] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const TASK_BUCKETS: [f64; 10] = [0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    endpoint: String,
    status_code: u16,
    api: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndpointLabels {
    method: &'static str,
    endpoint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ApiLabel {
    api: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TaskLabels {
    kind: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

/// Numbers that are counted when somebody asks.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    /// Videos by status.
    pub videos: Vec<(String, i64)>,
    /// Open tasks by state (`queued`, `leased`).
    pub tasks: Vec<(String, i64)>,
    /// Bytes that may still be written to the storage.
    pub storage_free_bytes: Option<u64>,
}

/// All metrics of the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    durations: Family<EndpointLabels, Histogram, fn() -> Histogram>,
    in_progress: Family<ApiLabel, Gauge>,
    uploads: Family<ResultLabel, Counter>,
    upload_bytes: Counter,
    tasks: Family<TaskLabels, Counter>,
    task_seconds: Family<KindLabel, Histogram, fn() -> Histogram>,
    streams: Gauge,
    videos: Family<StatusLabel, Gauge>,
    open_tasks: Family<StatusLabel, Gauge>,
    storage_free: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// A fresh registry with everything at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Arc::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(REQUEST_BUCKETS)),
            in_progress: Family::default(),
            uploads: Family::default(),
            upload_bytes: Counter::default(),
            tasks: Family::default(),
            task_seconds: Family::new_with_constructor(|| Histogram::new(TASK_BUCKETS)),
            streams: Gauge::default(),
            videos: Family::default(),
            open_tasks: Family::default(),
            storage_free: Gauge::default(),
        };
        metrics.registry = Arc::new(metrics.register());
        metrics
    }

    // the encoder ends help texts with a full stop; `_total` and unit suffixes are added by the encoder for counters; the rest is written out.
    fn register(&self) -> Registry {
        let mut registry = Registry::with_prefix("vlog");
        registry.register("build", "The program", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time until the response's head was ready",
            self.durations.clone(),
        );
        registry.register("http_requests_in_progress", "Requests being worked on", self.in_progress.clone());
        registry.register("sse_connections", "Open event streams", self.streams.clone());
        registry.register("video_uploads", "Uploads by result", self.uploads.clone());
        registry.register("video_upload_bytes", "Bytes received by uploads", self.upload_bytes.clone());
        registry.register("tasks", "Tasks that ended, by kind and result", self.tasks.clone());
        registry.register("task_duration_seconds", "Run time of tasks that ended", self.task_seconds.clone());
        registry.register("videos", "Videos by status", self.videos.clone());
        registry.register("tasks_open", "Tasks by state", self.open_tasks.clone());
        registry.register("storage_free_bytes", "Bytes that may still be written", self.storage_free.clone());
        registry
    }

    /// A request was answered.
    pub fn request(&self, api: &'static str, method: &str, endpoint: &str, status_code: u16, took: Duration) {
        let method = known_method(method);
        let labels = RequestLabels { method, endpoint: endpoint.to_owned(), status_code, api };
        self.requests.get_or_create(&labels).inc();
        let labels = EndpointLabels { method, endpoint: labels.endpoint };
        self.durations.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A request is being worked on until the guard goes.
    pub fn request_in_progress(&self, api: &'static str) -> InProgress {
        InProgress::new(self.in_progress.get_or_create_owned(&ApiLabel { api }))
    }

    /// An event stream is open until the guard goes.
    pub fn stream_open(&self) -> InProgress {
        InProgress::new(self.streams.clone())
    }

    /// An upload ended: `result` is `accepted`, `refused` or `broken`.
    pub fn upload(&self, result: &'static str) {
        self.uploads.get_or_create(&ResultLabel { result }).inc();
    }

    /// Bytes of an upload arrived.
    pub fn upload_bytes(&self, count: usize) {
        self.upload_bytes.inc_by(count as u64);
    }

    /// A task of `kind` ended after `took`: `result` is `succeeded`, `failed`, `retried`, or
    /// `stopped` when its work was taken away half way.
    pub fn task_ended(&self, kind: &'static str, result: &'static str, took: Duration) {
        self.tasks.get_or_create(&TaskLabels { kind, result }).inc();
        self.task_seconds.get_or_create(&KindLabel { kind }).observe(took.as_secs_f64());
    }

    /// The exposition format, OpenMetrics 1.0.
    pub fn render(&self, gauges: Gauges) -> Result<String, std::fmt::Error> {
        for (status, count) in gauges.videos {
            self.videos.get_or_create(&StatusLabel { status }).set(count);
        }
        for (status, count) in gauges.tasks {
            self.open_tasks.get_or_create(&StatusLabel { status }).set(count);
        }
        if let Some(bytes) = gauges.storage_free_bytes {
            self.storage_free.set(bytes as f64);
        }
        let mut output = String::new();
        text::encode(&mut output, &self.registry)?;
        Ok(output)
    }
}

/// Counts one up until it is dropped.
#[derive(Debug)]
pub struct InProgress(Gauge);

impl InProgress {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }

    /// How many there are, this one included.
    pub fn count(&self) -> i64 {
        self.0.get()
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A client may invent methods; a label may not.
fn known_method(method: &str) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions() -> Result<(), std::fmt::Error> {
        let metrics = Metrics::new();
        metrics.request("public", "GET", "/api/videos/{slug}", 200, Duration::from_millis(3));
        metrics.request("public", "BREW", "unmatched", 404, Duration::ZERO);
        metrics.upload("accepted");
        metrics.task_ended("encode", "succeeded", Duration::from_secs(2));
        let open = metrics.request_in_progress("admin");
        let text = metrics.render(Gauges { videos: vec![("ready".to_owned(), 3)], ..Gauges::default() })?;
        drop(open);
        for line in [
            r#"vlog_http_requests_total{method="GET",endpoint="/api/videos/{slug}",status_code="200",api="public"} 1"#,
            r#"vlog_http_requests_total{method="OTHER",endpoint="unmatched",status_code="404",api="public"} 1"#,
            r#"vlog_http_requests_in_progress{api="admin"} 1"#,
            r#"vlog_video_uploads_total{result="accepted"} 1"#,
            r#"vlog_tasks_total{kind="encode",result="succeeded"} 1"#,
            r#"vlog_videos{status="ready"} 3"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
        Ok(())
    }
}
