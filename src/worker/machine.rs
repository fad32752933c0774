//! What this machine is and how busy it is: from `/proc`, and of graphics cards from `nvidia-smi` where that is there.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::meter::Meter;
use crate::domain::worker::{Gpu, Load};
use crate::jobs::available_bytes;

/// Loads are fixed-point numbers with so many bits after the point.
const LOAD_SCALE: f64 = 65536.0;
/// How long the driver of a graphics card may take to answer.
const GPU_LIMIT: Duration = Duration::from_secs(2);
const GPU_QUERY: [&str; 2] =
    ["--query-gpu=name,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"];

/// The machine, as seen from where it works. Cheap to clone.
#[derive(Clone)]
pub struct Machine(Arc<Inner>);

struct Inner {
    work_dir: PathBuf,
    meter: Meter,
    /// What the processor had done at the last report: busy, and in all.
    cpu: Mutex<Option<(u64, u64)>>,
    /// There is no `nvidia-smi`: it is not asked again.
    no_gpus: AtomicBool,
}

/// Cores, and bytes of memory.
pub fn size() -> (u32, u64) {
    let info = rustix::system::sysinfo();
    (cores(), info.totalram as u64 * u64::from(info.mem_unit))
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

impl Machine {
    /// `work_dir` is where its disk is measured.
    pub fn new(work_dir: PathBuf, meter: Meter) -> Self {
        Self(Arc::new(Inner { work_dir, meter, cpu: Mutex::default(), no_gpus: AtomicBool::new(false) }))
    }

    /// How busy it is now, and how much of the processor was used since this was asked last. What cannot be measured
    /// is 0, or left out.
    pub async fn load(&self) -> Load {
        let inner = Arc::clone(&self.0);
        let measured = tokio::task::spawn_blocking(move || inner.measure()); // a disk may take its time
        let mut load = measured.await.unwrap_or_default();
        load.gpus = self.gpus().await;
        load
    }

    async fn gpus(&self) -> Vec<Gpu> {
        if self.0.no_gpus.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut command = Command::new("nvidia-smi");
        command.args(GPU_QUERY).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        match timeout(GPU_LIMIT, command.output()).await {
            Ok(Ok(output)) if output.status.success() => gpus_of(&String::from_utf8_lossy(&output.stdout)),
            Ok(_) => {
                self.0.no_gpus.store(true, Ordering::Relaxed);
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }
}

impl Inner {
    fn measure(&self) -> Load {
        let info = rustix::system::sysinfo();
        let total = info.totalram as f64 * f64::from(info.mem_unit);
        let memory = available_bytes().map_or(0.0, |free| (1.0 - free as f64 / total.max(1.0)).clamp(0.0, 1.0));
        let disk = rustix::fs::statvfs(&self.work_dir).ok();
        let mut load = Load {
            cpu: info.loads[0] as f64 / LOAD_SCALE / f64::from(cores()),
            cpu_used: self.cpu_used(),
            memory,
            disk_free_bytes: disk.as_ref().map_or(0, |disk| disk.f_bavail * disk.f_frsize),
            disk_total_bytes: disk.as_ref().map_or(0, |disk| disk.f_blocks * disk.f_frsize),
            ..Load::default()
        };
        self.meter.fill(&mut load);
        load
    }

    fn cpu_used(&self) -> f64 {
        let now = std::fs::read_to_string("/proc/stat").ok().and_then(|text| processor_time(&text));
        let mut before = self.cpu.lock().unwrap_or_else(PoisonError::into_inner);
        let used = match (*before, now) {
            (Some((busy_before, all_before)), Some((busy, all))) if all > all_before => {
                busy.saturating_sub(busy_before) as f64 / (all - all_before) as f64
            }
            _ => 0.0,
        };
        *before = now;
        used.clamp(0.0, 1.0)
    }
}

/// `cpu  10132153 290696 3084719 46828483 16683 0 25195 0 0 0`: user, nice, system, idle, waiting for disks, ... since
/// the start; as busy, and in all. The last two are part of the first two.
fn processor_time(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let times: Vec<u64> = line.split_whitespace().take(8).map_while(|word| word.parse().ok()).collect();
    let (all, idle) = (times.iter().sum::<u64>(), times.get(3)? + times.get(4).unwrap_or(&0));
    Some((all - idle, all))
}

/// `NVIDIA H100 80GB HBM3, 37, 1024, 81559`: percent and MiB. What a card does not tell is 0.
fn gpus_of(text: &str) -> Vec<Gpu> {
    let card = |line: &str| {
        let mut fields = line.split(", ").map(str::trim);
        let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
        let mut number = || fields.next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0).max(0.0);
        let (used, memory_used, memory) = (number() / 100.0, number(), number());
        let bytes = |mib: f64| (mib * f64::from(1 << 20)) as u64;
        Some(Gpu { name, used: used.min(1.0), memory_used_bytes: bytes(memory_used), memory_bytes: bytes(memory) })
    };
    text.lines().filter_map(card).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_and_the_driver_say_is_read() {
        let text = "cpu  100 10 40 800 50 0 5 0 7 7\ncpu0 1 1 1 1\n";
        assert_eq!(processor_time(text), Some((155, 1005)));
        assert_eq!(processor_time("intr 1\n"), None);
        let gpus = gpus_of("NVIDIA H100 80GB HBM3, 37, 1024, 81559\nOld Card, [N/A], [N/A], 2048\n\n");
        assert_eq!(gpus.len(), 2);
        assert_eq!((gpus[0].name.as_str(), gpus[0].used), ("NVIDIA H100 80GB HBM3", 0.37));
        assert_eq!((gpus[0].memory_used_bytes, gpus[0].memory_bytes), (1 << 30, 81559 << 20));
        assert_eq!((gpus[1].used, gpus[1].memory_bytes), (0.0, 2 << 30));
    }
}
