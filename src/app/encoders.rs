//! Who can encode what, and what follows from it: which encoder a plan names, and who may take a task that needs one.
//!
//! One rule: what is planned for hardware is done by whoever has that hardware, and by others only when nobody who has it is
//! about. They do it in software, so a machine that goes never leaves work behind that nobody takes. Hardware is so much
//! faster than a processor that waiting for it is the quicker way; processors meanwhile have the videos that were planned
//! for them.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use super::pipeline::locked;
use super::{App, AppError};
use crate::db::{now_ms, workers};
use crate::domain::job::Task;
use crate::domain::ladder::encoder::{self, Device};
use crate::domain::ladder::{Codec, Rung};
use crate::domain::transcode::TranscodePlan;
use crate::domain::worker::{Worker, WorkerState};
use crate::media::ffmpeg::hardware::{Hardware, Wanted};

/// How often it is looked who is about.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The name in leases, and the encoders whose tasks it may take.
type Able = (String, Vec<&'static str>);

/// What is known. Nothing in it is missed for long after a restart.
#[derive(Default)]
pub struct State {
    hardware: Hardware,
    about: Mutex<About>,
    /// Who takes tasks, by the name in leases, and what each may take; none until it was looked.
    here: Mutex<Option<Vec<Able>>>,
}

/// Hardware encoders that somebody has who takes tasks.
#[derive(Default, Clone, PartialEq, Eq)]
struct About {
    names: BTreeSet<&'static str>,
    /// This machine was not tested yet.
    unsure: bool,
}

impl State {
    /// Of this machine.
    pub fn hardware(&self) -> &Hardware {
        &self.hardware
    }

    /// What somebody who has these encoders may take: what needs one of them, and what needs hardware that nobody has.
    pub fn met_by<'a>(&self, own: impl IntoIterator<Item = &'a str>) -> Vec<&'static str> {
        let own: BTreeSet<&str> = own.into_iter().collect();
        let about = locked(&self.about);
        let stands_in = |device: Device, codec: Codec, name: &str| {
            device != Device::Software && !about.unsure && !about.names.contains(name) && own.contains(codec.encoder())
        };
        let met = encoder::all().filter(|(device, codec, name)| own.contains(name) || stands_in(*device, *codec, name));
        met.map(|(_, _, name)| name).collect()
    }
}

/// Looks who is about, and lets everybody who waits know when that changed.
pub async fn refresh(app: &App) -> Result<(), AppError> {
    let (config, state) = (app.config(), app.encoders());
    let local = config.transcoding.local;
    let wanted = Wanted::of(&config);
    let mut names: BTreeSet<&'static str> = BTreeSet::new();
    if local {
        names.extend(state.hardware.working());
    }
    let mut others = app.db().run(workers::list).await?;
    others.retain(takes_tasks);
    for worker in &others {
        let able = worker.capabilities.iter().flat_map(|able| &able.encoders);
        names.extend(
            able.filter_map(|name| encoder::all().find(|(_, _, known)| known == name)).map(|(_, _, name)| name),
        );
    }
    names.retain(|name| encoder::hardware(name).is_some_and(|device| wanted.devices.contains(&device)));
    let about = About { names, unsure: local && !wanted.devices.is_empty() && !state.hardware.is_tested() };
    let changed = std::mem::replace(&mut *locked(&state.about), about.clone()) != about;
    let software = Codec::ALL.map(Codec::encoder);
    let own = if local { state.hardware.working() } else { Vec::new() };
    let queue = app.pipeline().queue();
    let met = state.met_by(software.into_iter().chain(own));
    let able = |worker: &Worker| worker.capabilities.iter().flat_map(|able| able.encoders.clone()).collect::<Vec<_>>();
    let mut here: Vec<Able> =
        others.iter().map(|worker| (worker.owner(), state.met_by(able(worker).iter().map(String::as_str)))).collect();
    here.extend(local.then(|| (queue.owner().to_owned(), met.clone())));
    queue.set_encoders(met);
    queue.kept_off().let_try_again(&here);
    *locked(&state.here) = Some(here);
    if changed {
        app.pipeline().queue().tasks_were_queued();
    }
    Ok(())
}

/// Why nobody takes a task that waits; none when somebody may.
pub fn refusal(app: &App, task: &Task) -> Option<&'static str> {
    let needed = task.spec.encoder()?;
    let here = locked(&app.encoders().here);
    let here = here.as_ref()?;
    if here.is_empty() {
        return Some("no_worker");
    }
    here.iter().all(|(_, met)| !met.contains(&needed)).then_some("no_encoder")
}

fn takes_tasks(worker: &Worker) -> bool {
    let state = worker.state(0, now_ms());
    !worker.draining && !matches!(state, WorkerState::Offline | WorkerState::Disabled)
}

/// The hardware encoders that a plan is made for: of each codec the first device that is wanted and about and takes the
/// sizes.
pub async fn choose(app: &App, plan: &TranscodePlan) -> Result<Vec<String>, AppError> {
    let wanted = Wanted::of(&app.config());
    if wanted.devices.is_empty() {
        return Ok(Vec::new());
    }
    app.encoders().hardware.ensure(&app.tools(), &wanted).await;
    refresh(app).await?;
    let names = locked(&app.encoders().about).names.clone();
    let chosen = Codec::ALL.into_iter().filter_map(|codec| {
        let rungs: Vec<Rung> = plan.rungs_of(codec).filter(|rung| !rung.copied).cloned().collect();
        let fits = |device: &Device| names.contains(device.encoder(codec)) && device.takes(&rungs);
        let device = Device::HARDWARE.into_iter().filter(|_| !rungs.is_empty()).find(fits)?;
        Some(device.encoder(codec).to_owned())
    });
    Ok(chosen.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_that_nobody_has_is_stood_in_for() {
        let state = State::default();
        let set = |names: &[&'static str], unsure| {
            *locked(&state.about) = About { names: names.iter().copied().collect(), unsure };
        };
        let h264 = |met: Vec<&'static str>| met.into_iter().filter(|name| name.contains("264")).collect::<Vec<_>>();
        set(&["h264_nvenc"], false);
        assert_eq!(
            h264(state.met_by(["libx264"])),
            ["libx264", "h264_vaapi", "h264_qsv"],
            "a card is about: it does it"
        );
        assert_eq!(h264(state.met_by(["libx264", "h264_nvenc"])), ["libx264", "h264_nvenc", "h264_vaapi", "h264_qsv"]);
        assert!(h264(state.met_by(["libx265"])).is_empty(), "nobody stands in without the encoder for it");
        set(&[], false);
        assert_eq!(h264(state.met_by(["libx264"])).len(), 4);
        set(&[], true);
        assert_eq!(h264(state.met_by(["libx264"])), ["libx264"], "this machine may have a card");
    }
}
