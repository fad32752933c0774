//! Which encoders work on this machine, by trying: at the start, when what is wanted changes, and some time after a device
//! was switched off because encodes failed on it. What was found decides what is planned and claimed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::device::{Frames, Rate, Use};
use super::faults::Fault;
use super::process::Tools;
use super::{trial, version};
use crate::config::{self, Config};
use crate::domain::ladder::Codec;
use crate::domain::ladder::encoder::{self, Device};

/// After so many encodes in a row that failed, a device is left alone.
const FAILURES_MAX: u32 = 3;
/// For this long; then it is tried again.
const OFF_FOR: Duration = Duration::from_secs(10 * 60);
/// How often it is looked whether that is due.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What the admin wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Devices that may be used.
    pub devices: Vec<Device>,
    /// `/dev/dri/...`, or the number of NVIDIA's card; empty: the first.
    pub node: String,
    /// Pictures NVIDIA's card may encode at once; 0: as many as it can.
    pub sessions: u32,
}

impl Wanted {
    /// As the configuration says.
    pub fn of(config: &Config) -> Self {
        let transcoding = &config.transcoding;
        let devices: &[Device] = match transcoding.hardware {
            config::Hardware::Auto => &Device::HARDWARE,
            config::Hardware::Off => &[],
            config::Hardware::Nvenc => &[Device::Nvenc],
            config::Hardware::Vaapi => &[Device::Vaapi],
            config::Hardware::Qsv => &[Device::Qsv],
        };
        let (node, sessions) = (transcoding.hardware_device.clone(), transcoding.hardware_sessions);
        Self { devices: devices.to_vec(), node, sessions }
    }
}

/// One cell of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoder {
    /// What it makes.
    pub codec: Codec,
    /// What it runs on.
    pub device: Device,
    /// ffmpeg's name of it.
    pub name: &'static str,
    /// Why it does not work; none: it does.
    pub missing: Option<Fault>,
    node: String,
    rate: Rate,
}

/// What was found. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Hardware(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    found: Mutex<Found>,
    /// Held while it is tested.
    testing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Found {
    wanted: Option<Wanted>,
    encoders: Vec<Encoder>,
    /// Encodes in a row that failed on a device.
    failures: HashMap<Device, u32>,
    /// Since when a device is off because of them.
    off: HashMap<Device, Instant>,
    /// Formats whose frames do not stay on a device, as was seen.
    in_memory: HashSet<(Device, String)>,
    /// NVIDIA's sessions that are free, and how many there are.
    sessions: Option<(Arc<Semaphore>, u32)>,
}

impl Hardware {
    /// Tries all hardware encoders that are wanted, one after the other.
    pub async fn test(&self, tools: &Tools, wanted: &Wanted) {
        let encoders = table(tools, &Device::HARDWARE, wanted).await;
        let nvenc = encoders.iter().find(|e| e.device == Device::Nvenc && e.missing.is_none());
        let sessions = match (nvenc, wanted.sessions) {
            (None, _) => None,
            (Some(_), given @ 1..) => Some(given),
            (Some(nvenc), 0) => Some(trial::sessions(tools, &nvenc.node).await),
        };
        for works in encoders.iter().filter(|e| e.missing.is_none()) {
            tracing::info!(encoder = works.name, sessions, "hardware encoding works");
        }
        let sessions = sessions.map(|count| (Arc::new(Semaphore::new(count as usize)), count));
        *self.found() = Found { wanted: Some(wanted.clone()), encoders, sessions, ..Found::default() };
    }

    /// Tests whenever that is due, for as long as it is polled.
    pub async fn keep(&self, now: impl Fn() -> (Tools, Wanted)) {
        loop {
            let (tools, wanted) = now();
            {
                let _testing = self.0.testing.lock().await;
                if self.is_due(&wanted) {
                    self.test(&tools, &wanted).await;
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// True when it was never tested, something else is wanted by now, or a device was off for long enough.
    fn is_due(&self, wanted: &Wanted) -> bool {
        let found = self.found();
        found.wanted.as_ref() != Some(wanted) || found.off.values().any(|since| since.elapsed() >= OFF_FOR)
    }

    /// True once it was tested.
    pub fn is_tested(&self) -> bool {
        self.found().wanted.is_some()
    }

    /// Tests if nobody did; whoever comes meanwhile waits for it.
    pub async fn ensure(&self, tools: &Tools, wanted: &Wanted) {
        let _testing = self.0.testing.lock().await;
        if !self.is_tested() {
            self.test(tools, wanted).await;
        }
    }

    /// The hardware's part of the table; empty until it was tested.
    pub fn encoders(&self) -> Vec<Encoder> {
        self.found().encoders.clone()
    }

    /// Names of those that work.
    pub fn working(&self) -> Vec<&'static str> {
        self.found().encoders.iter().filter(|e| e.missing.is_none()).map(|e| e.name).collect()
    }

    /// How to use an encoder, with frames on the device where `format` allows it; none when it does not work (any more).
    pub fn using(&self, name: &str, format: Option<&str>) -> Option<Use> {
        let found = self.found();
        let encoder = found.encoders.iter().find(|e| e.name == name && e.missing.is_none())?;
        let device = encoder.device;
        let stays = format.is_some_and(|format| !found.in_memory.contains(&(device, format.to_owned())));
        // Quick Sync's frames are scaled by filters that were not tried
        let frames = if stays && device != Device::Qsv { Frames::OnDevice } else { Frames::InMemory };
        Some(Use { device, node: encoder.node.clone(), rate: encoder.rate, frames })
    }

    /// Pictures that a device encodes at once.
    pub fn session_limit(&self, device: Device) -> usize {
        let limit = self.found().sessions.as_ref().map(|(_, count)| *count as usize);
        limit.filter(|_| device == Device::Nvenc).unwrap_or(usize::MAX)
    }

    /// Waits until the device has so many sessions free, which are then the caller's. None where nobody counts.
    pub async fn sessions(&self, device: Device, count: usize) -> Option<OwnedSemaphorePermit> {
        let (free, limit) = self.found().sessions.clone().filter(|_| device == Device::Nvenc)?;
        let count = u32::try_from(count).unwrap_or(limit).min(limit);
        free.acquire_many_owned(count).await.ok()
    }

    /// Frames of this format do not stay on the device, although they might have.
    pub fn note_in_memory(&self, device: Device, format: &str) {
        self.found().in_memory.insert((device, format.to_owned()));
    }

    /// An encode succeeded.
    pub fn note_success(&self, device: Device) {
        self.found().failures.remove(&device);
    }

    /// An encode failed on a device. Several in a row switch it off until it is tested again.
    pub fn note_failure(&self, device: Device, fault: &Fault) {
        let mut found = self.found();
        let failures = found.failures.entry(device).or_default();
        *failures += 1;
        if *failures < FAILURES_MAX || found.off.contains_key(&device) {
            return;
        }
        tracing::warn!(device = device.as_str(), %fault, "hardware encoding is switched off for ten minutes");
        found.off.insert(device, Instant::now());
        let reason =
            format!("switched off after {FAILURES_MAX} failures in a row, until it is tried again in ten minutes");
        let because = Fault { reason: format!("{reason}; the last one: {}", fault.reason), fix: fault.fix.clone() };
        for encoder in found.encoders.iter_mut().filter(|e| e.device == device && e.missing.is_none()) {
            encoder.missing = Some(because.clone());
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tries every encoder of these devices, one after the other.
pub async fn table(tools: &Tools, devices: &[Device], wanted: &Wanted) -> Vec<Encoder> {
    let (ffmpeg, asked, chosen) = (tools.ffmpeg.clone(), devices.to_vec(), wanted.node.clone());
    let look = move || {
        let nodes = asked.into_iter().map(|device| (device, trial::node(device, &chosen)));
        (version::encoder_list(&ffmpeg).ok(), nodes.collect::<HashMap<_, _>>())
    };
    let (list, nodes) = tokio::task::spawn_blocking(look).await.unwrap_or_default();
    let mut table = Vec::new();
    for (device, codec, name) in encoder::all().filter(|(device, _, _)| devices.contains(device)) {
        let unknown = || Fault { reason: "it could not be looked for".to_owned(), fix: None };
        let node = nodes.get(&device).cloned().unwrap_or_else(|| Err(unknown()));
        let tried = match (&list, &node) {
            _ if device != Device::Software && !wanted.devices.contains(&device) => {
                Err(Fault::new("switched off", "set transcoding.hardware to auto"))
            }
            (None, _) => Err(Fault::new("ffmpeg could not be started", "install it, or set ffmpeg.path")),
            (Some(list), _) if !version::has_encoder(list, name) => {
                Err(Fault::new("this ffmpeg was built without it", "install one that has it"))
            }
            (_, Err(fault)) => Err(fault.clone()),
            (_, Ok(node)) => trial::encoder(tools, device, codec, node).await,
        };
        let rate = *tried.as_ref().unwrap_or(&Rate::Quality);
        table.push(Encoder { codec, device, name, missing: tried.err(), node: node.unwrap_or_default(), rate });
    }
    table
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn wanted(devices: &[Device]) -> Wanted {
        Wanted { devices: devices.to_vec(), node: String::new(), sessions: 0 }
    }

    /// A card that was found to work, without one.
    fn nvenc() -> Hardware {
        let works = |(device, codec, name)| Encoder {
            codec,
            device,
            name,
            missing: None,
            node: String::new(),
            rate: Rate::Quality,
        };
        let encoders = encoder::all().filter(|(device, _, _)| *device == Device::Nvenc).map(works).collect();
        let sessions = Some((Arc::new(Semaphore::new(3)), 3));
        let wanted = Some(wanted(&Device::HARDWARE));
        let hardware = Hardware::default();
        *hardware.found() = Found { wanted, encoders, sessions, ..Found::default() };
        hardware
    }

    #[test]
    fn the_sessions_of_a_card_are_a_setting() {
        let mut config = Config::default();
        config.transcoding.hardware_sessions = 3;
        assert_eq!(Wanted::of(&config).sessions, 3);
    }

    #[tokio::test]
    async fn software_works_and_everything_else_says_why_not() {
        let table = table(&Tools::default(), &Device::ALL, &wanted(&[Device::Nvenc, Device::Vaapi])).await;
        assert_eq!(table.len(), 12);
        let h264 = table.iter().find(|encoder| encoder.name == "libx264");
        assert_eq!(h264.map(|encoder| encoder.missing.clone()), Some(None));
        for encoder in &table {
            let told = encoder.missing.as_ref().is_none_or(|fault| fault.reason.len() > 10 && fault.fix.is_some());
            assert!(told, "{encoder:?}");
            let off = encoder.missing.as_ref().is_some_and(|fault| fault.reason == "switched off");
            assert_eq!(off, encoder.device == Device::Qsv, "{encoder:?}");
        }
    }

    #[tokio::test]
    async fn without_ffmpeg_there_is_nothing() {
        let tools = Tools { ffmpeg: "/nowhere/ffmpeg".into(), ..Tools::default() };
        let hardware = Hardware::default();
        hardware.test(&tools, &wanted(&Device::HARDWARE)).await;
        assert!(hardware.encoders().len() == 9 && hardware.working().is_empty());
    }

    #[test]
    fn failures_in_a_row_switch_a_device_off_until_it_is_tested_again() {
        let hardware = nvenc();
        let fault = Fault { reason: "the card fell off the bus".to_owned(), fix: None };
        hardware.note_failure(Device::Nvenc, &fault);
        hardware.note_failure(Device::Nvenc, &fault);
        hardware.note_success(Device::Nvenc);
        hardware.note_failure(Device::Nvenc, &fault);
        hardware.note_failure(Device::Nvenc, &fault);
        assert_eq!(hardware.working(), ["h264_nvenc", "hevc_nvenc", "av1_nvenc"]);
        hardware.note_failure(Device::Nvenc, &fault);
        assert!(hardware.working().is_empty() && hardware.using("h264_nvenc", None).is_none());
        let told = hardware.encoders()[0].missing.clone().unwrap().reason;
        assert!(told.contains("switched off") && told.contains("fell off the bus"), "{told}");
        let same = wanted(&Device::HARDWARE);
        assert!(!hardware.is_due(&same) && hardware.is_due(&wanted(&[])));
        let long_ago = Instant::now().checked_sub(OFF_FOR);
        hardware.found().off.values_mut().for_each(|since| *since = long_ago.unwrap());
        assert!(hardware.is_due(&same));
    }

    #[tokio::test]
    async fn frames_stay_where_it_worked_and_sessions_are_counted() {
        let hardware = nvenc();
        let frames = |format| hardware.using("h264_nvenc", format).map(|with| with.frames);
        assert_eq!(frames(None), Some(Frames::InMemory));
        assert_eq!(frames(Some("hevc yuv420p10le")), Some(Frames::OnDevice));
        hardware.note_in_memory(Device::Nvenc, "hevc yuv420p10le");
        assert_eq!(frames(Some("hevc yuv420p10le")), Some(Frames::InMemory));
        assert_eq!(frames(Some("h264 yuv420p")), Some(Frames::OnDevice));
        assert_eq!((hardware.session_limit(Device::Nvenc), hardware.session_limit(Device::Vaapi)), (3, usize::MAX));
        let held = hardware.sessions(Device::Nvenc, 9).await;
        let next = tokio::time::timeout(Duration::from_millis(20), hardware.sessions(Device::Nvenc, 1));
        assert!(held.is_some() && next.await.is_err(), "all three are taken");
        drop(held);
        assert!(hardware.sessions(Device::Nvenc, 1).await.is_some());
        assert!(hardware.sessions(Device::Vaapi, 1).await.is_none(), "nobody counts them");
    }
}
