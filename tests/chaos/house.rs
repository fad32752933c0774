//! A server and the machines that lend it their CPU, and what can be done to them.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::lent::{free_port, start_with_key, work_dir};
use crate::link::{Link, State};
use crate::random::Random;
use crate::rig::Rig;
use crate::server::{Server, Worker};
use crate::small_disk::{Filler, SmallDisk};

/// A worker stands still, or has no network, for less than its lease or for longer.
const HELD_UP_MS: u64 = 26_000;
/// All is built up again within this after the rest.
const DOWN_MS: u64 = 2_500;
/// The server is away for longer than a lease.
const AWAY_MS: u64 = 24_000;
/// One of so many times that it goes.
const AWAY_EVERY: u64 = 10;
/// Room of a worker.
const WORKER_DISK_BYTES: u64 = 64 << 20;
/// Bytes that a full disk still takes.
const FULL_BYTES: u64 = 4 << 10;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    ServerKilled,
    ServerStopped,
    WorkerKilled,
    WorkerStopped,
    FfmpegKilled,
    FfmpegStopped,
    NetworkCut,
    NetworkStalled,
    DiskFull,
    WorkerDiskFull,
}

const FAULTS: [Fault; 10] = [
    Fault::ServerKilled,
    Fault::ServerStopped,
    Fault::WorkerKilled,
    Fault::WorkerStopped,
    Fault::FfmpegKilled,
    Fault::FfmpegStopped,
    Fault::NetworkCut,
    Fault::NetworkStalled,
    Fault::DiskFull,
    Fault::WorkerDiskFull,
];

struct Machine {
    name: &'static str,
    key: String,
    link: Link,
    worker: Option<Worker>,
    disk: Option<SmallDisk>,
    filler: Option<Filler>,
    /// Nothing else is done to it before.
    well_at: Instant,
}

/// See the module.
pub struct House {
    pub rig: Rig,
    pub server: Option<Server>,
    /// Since when the server has been up and running.
    pub up_since: Instant,
    machines: Vec<Machine>,
    disk: Option<SmallDisk>,
    filler: Option<Filler>,
    server_well_at: Instant,
}

impl House {
    /// A server that leaves encoding to three workers, and them.
    pub fn new(mut rig: Rig, disk_bytes: u64) -> Self {
        rig.set("VLOG_WORKER_API_PORT", &free_port().to_string());
        rig.set("VLOG_TRANSCODING_STALL_TIMEOUT", "4s");
        let disk = SmallDisk::mount(&rig, disk_bytes);
        let server = rig.start();
        let now = Instant::now();
        let machines = ["attic", "cellar", "garage"].map(|name| {
            let key = rig.vlog(&["worker", "register", "--name", name]);
            let disk = SmallDisk::mount_at(&work_dir(&rig, name), WORKER_DISK_BYTES);
            let link = Link::before(&server.worker_url);
            Machine { name, key, link, worker: None, disk, filler: None, well_at: now }
        });
        let machines = machines.into();
        let mut house =
            Self { rig, server: Some(server), up_since: now, machines, disk, filler: None, server_well_at: now };
        house.heal();
        house
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// Does something bad at random; none when what was chosen is in no state for it.
    pub fn break_something(&mut self, random: &mut Random) -> Option<Fault> {
        let now = Instant::now();
        let faults: Vec<Fault> = FAULTS.into_iter().filter(|fault| is_wanted(*fault)).collect();
        let fault = faults[random.below(faults.len() as u64) as usize];
        let (down, held_up) = (now + random.milliseconds(DOWN_MS), now + random.milliseconds(HELD_UP_MS));
        let away = if random.below(AWAY_EVERY) == 0 { now + Duration::from_millis(AWAY_MS) } else { down };
        let well: Vec<usize> = (0..self.machines.len())
            .filter(|n| {
                let machine = &self.machines[*n];
                machine.well_at <= now && machine.worker.is_some() && machine.filler.is_none()
            })
            .collect();
        let chosen = well.get(random.below(well.len() as u64) as usize).copied();
        let server_is_well = self.server.is_some() && self.server_well_at <= now && self.filler.is_none();
        match fault {
            Fault::ServerKilled | Fault::ServerStopped | Fault::DiskFull if !server_is_well => return None,
            Fault::ServerKilled => {
                self.server.take()?.kill9();
                self.server_well_at = away;
            }
            Fault::ServerStopped => {
                signal(self.server().pid(), Signal::STOP);
                self.server_well_at = away;
            }
            Fault::DiskFull => {
                self.filler = Some(self.disk.as_ref()?.fill_up_to(FULL_BYTES));
                self.server_well_at = down;
            }
            Fault::FfmpegKilled | Fault::FfmpegStopped => {
                let running = self.encoders();
                let pid = *running.get(random.below(running.len() as u64) as usize)?;
                signal(pid, if fault == Fault::FfmpegKilled { Signal::KILL } else { Signal::STOP });
            }
            Fault::WorkerKilled => {
                let machine = &mut self.machines[chosen?];
                machine.worker.take()?.kill9();
                machine.well_at = down;
            }
            Fault::WorkerStopped => {
                let machine = &mut self.machines[chosen?];
                signal(machine.worker.as_ref()?.pid(), Signal::STOP);
                machine.well_at = held_up;
            }
            Fault::WorkerDiskFull => {
                let machine = &mut self.machines[chosen?];
                machine.filler = Some(machine.disk.as_ref()?.fill_up_to(FULL_BYTES));
                machine.well_at = down;
            }
            Fault::NetworkCut | Fault::NetworkStalled => {
                let machine = &mut self.machines[chosen?];
                machine.link.set(if fault == Fault::NetworkCut { State::Cut } else { State::Stalled });
                machine.well_at = held_up;
            }
        }
        Some(fault)
    }

    /// Mends what has been broken for long enough.
    pub fn heal(&mut self) {
        let now = Instant::now();
        if self.server_well_at <= now {
            self.filler = None;
            match &self.server {
                Some(server) => {
                    if is_stopped(server.pid()) {
                        signal(server.pid(), Signal::CONT);
                        self.up_since = now;
                    }
                }
                None => {
                    self.server = Some(self.rig.start());
                    self.up_since = Instant::now();
                }
            }
        }
        for machine in self.machines.iter_mut().filter(|machine| machine.well_at <= now) {
            machine.link.set(State::Open);
            machine.filler = None;
            match &machine.worker {
                Some(worker) => signal(worker.pid(), Signal::CONT),
                None => {
                    let env = [("VLOG_WORKER_SLOTS", "1")];
                    let worker = start_with_key(&self.rig, &machine.link.url, machine.name, &machine.key, &env);
                    machine.worker = Some(worker);
                }
            }
        }
    }

    /// Mends everything at once.
    pub fn heal_all(&mut self) {
        let now = Instant::now();
        self.server_well_at = now;
        self.machines.iter_mut().for_each(|machine| machine.well_at = now);
        self.heal();
    }

    /// True while the server is there and nothing is done to it.
    pub fn is_up(&self) -> bool {
        self.server.is_some() && self.server_well_at <= Instant::now()
    }

    /// Ends all programs as their users would. Returns the names of the workers.
    pub fn terminate(&mut self) -> Vec<&'static str> {
        for machine in &mut self.machines {
            assert_eq!(machine.worker.take().unwrap().terminate().status.code(), Some(0), "{}", machine.name);
        }
        assert_eq!(self.server.take().unwrap().terminate().status.code(), Some(0));
        self.machines.iter().map(|machine| machine.name).collect()
    }

    /// Process ids of running encoders, stopped ones left out.
    fn encoders(&self) -> Vec<u32> {
        let processes = self.rig.processes().into_iter();
        let running = processes.filter_map(|(pid, line)| {
            let pid = pid.as_raw_nonzero().get().unsigned_abs();
            (line.starts_with("ffmpeg ") && line.contains("libx264") && !is_stopped(pid)).then_some(pid)
        });
        running.collect()
    }
}

/// `VLOG_CHAOS_ONLY=NetworkCut,DiskFull` narrows down what something is due to.
fn is_wanted(fault: Fault) -> bool {
    let only = std::env::var("VLOG_CHAOS_ONLY").unwrap_or_default();
    only.is_empty() || only.contains(&format!("{fault:?}"))
}

fn is_stopped(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    let _ = kill_process(pid, signal); // it may have ended
}

/// Between two faults.
pub fn rest(random: &mut Random) -> Duration {
    Duration::from_millis(200) + random.milliseconds(1_200)
}
