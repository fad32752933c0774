//! Machines, servers, disks and networks that fail while a video is encoded on borrowed machines: nothing is lost.

use std::time::{Duration, Instant};

use crate::lent::{lending, start_with_key, start_worker, undisturbed, work_dir};
use crate::network::Flaky;
use crate::output;
use crate::rig::{Rig, TaskRow, clips, until};
use crate::small_disk::SmallDisk;

fn full_speed(rig: &Rig) {
    std::fs::write(rig.directory.path().join("rate"), "0").unwrap();
}

#[tokio::test]
async fn a_worker_that_is_killed_is_found_out_and_its_task_done_elsewhere() {
    let mut rig = lending(&[]);
    rig.pace(1);
    let server = rig.start();
    let dying = start_worker(&rig, &server, "dying", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    dying.kill9();
    let killed = Instant::now();
    rig.until_no_children().await;
    full_speed(&rig);
    let _other = start_worker(&rig, &server, "other", &[]);
    // when its lease is over, or sooner: who has nothing else to do helps where somebody is late
    let helped = || server.log().contains("it is run a second time");
    while !helped() && !rig.tasks().await.iter().any(|task| task.attempt == 2 && task.is("leased")) {
        assert!(killed.elapsed() < Duration::from_secs(60), "nobody took the task over");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("the task of a killed worker was taken over after {:.1} s", killed.elapsed().as_secs_f64());
    assert!(killed.elapsed() < Duration::from_secs(32));
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    let redone: i64 = rig.tasks().await.iter().map(|task| task.attempt - 1).sum();
    assert_eq!(redone + i64::from(helped()), 1, "one task was done again");
    rig.until_tidy().await;
}

/// Workers outlive their server, and what was being made goes on.
#[tokio::test]
async fn a_server_is_restarted_in_the_middle() {
    let mut rig = lending(&[]);
    rig.pace(2);
    let server = rig.start();
    let _workers = ["a", "b"].map(|name| start_worker(&rig, &server, name, &[]));
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.kill9();
    // for longer than a lease holds
    tokio::time::sleep(Duration::from_secs(30)).await;
    let server = rig.start();
    // its own tasks get a grace period; only then is it workers that could hold it up
    let own = async || rig.tasks().await.into_iter().any(|task| task.kind != "encode" && !task.is("succeeded"));
    while own().await {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let stopped = server.terminate();
    assert!(stopped.took < Duration::from_secs(5), "workers that wait held the server up: {:?}", stopped.took);
    println!("a server with two waiting workers stopped in {:?}", stopped.took);
    let server = rig.start();
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    let encodes: Vec<_> = rig.tasks().await.into_iter().filter(|task| task.kind == "encode").collect();
    let undisturbed = |task: &TaskRow| (task.attempt, task.machine_faults, task.interruptions) == (1, 0, 0);
    assert!(encodes.iter().all(undisturbed), "{encodes:#?}");
    rig.until_tidy().await;
}

/// Every connection breaks sooner or later, every third one very soon.
#[tokio::test]
async fn a_network_that_breaks_every_connection() {
    let rig = lending(&[]);
    let server = rig.start();
    let network = Flaky::before(&server.worker_url);
    let key = rig.vlog(&["worker", "register", "--name", "far"]);
    let worker = start_with_key(&rig, &network.url, "far", &key, &[("VLOG_WORKER_CIRCUIT_BREAKER_FAILURES", "3")]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    println!("{} connections were needed", network.connections());
    assert!(network.connections() >= 10, "{}", worker.log());
}

/// The worker waits with its segments until the server has room, and goes on.
#[tokio::test]
async fn a_server_whose_disk_is_full() {
    let mut rig = lending(&[]);
    rig.pace(4);
    let Some(disk) = SmallDisk::mount(&rig, 64 << 20) else { return };
    let server = rig.start();
    let worker = start_worker(&rig, &server, "patient", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_encoding().await;
    let filler = disk.fill_up_to(16 << 10);
    let waiting = || worker.log().contains("HTTP 507");
    until(Duration::from_secs(60), waiting, || format!("it does not find the disk full:\n{}", worker.log())).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(filler);
    full_speed(&rig);
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    let encodes: Vec<_> = rig.tasks().await.into_iter().filter(|task| task.kind == "encode").collect();
    assert!(encodes.iter().all(|task| task.attempt == 1), "{encodes:#?}");
}

/// The worker gives the task back, takes nothing while its disk is full, and goes on when there is room.
#[tokio::test]
async fn a_worker_whose_disk_is_full() {
    let rig = lending(&[]);
    let Some(disk) = SmallDisk::mount_at(&work_dir(&rig, "cramped"), 32 << 20) else { return };
    let filler = disk.fill_up_to(64 << 10);
    let server = rig.start();
    let worker = start_worker(&rig, &server, "cramped", &[]);
    let video = rig.upload(&server, &clips().encoded).await;
    let full = || server.log().contains("storage_full");
    until(Duration::from_secs(60), full, || format!("its disk is not found full:\n{}", worker.log())).await;
    drop(filler);
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    let encodes: Vec<_> = rig.tasks().await.into_iter().filter(|task| task.kind == "encode").collect();
    assert!(encodes.iter().all(|task| task.attempt == 1), "a full disk is no fault of the task: {encodes:#?}");
    drop(worker);
}

/// Nothing that a worker says or is told hangs on what its clock shows.
#[tokio::test]
async fn clocks_that_are_an_hour_off() {
    let libraries = std::fs::read_dir("/usr/lib").unwrap().flatten();
    let library = libraries.map(|entry| entry.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    let library = library.expect("faketime is not installed: .ci/need faketime").display().to_string();
    let rig = lending(&[]);
    let server = rig.start();
    let clock = |shift: &'static str| {
        [("LD_PRELOAD", library.as_str()), ("FAKETIME", shift), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]
    };
    let workers = [("ahead", "+1h"), ("behind", "-1h")];
    let workers = workers.map(|(name, shift)| start_worker(&rig, &server, name, &clock(shift)));
    let video = rig.upload(&server, &clips().encoded).await;
    rig.until_status(&server, video, "ready").await;
    output::compare(&output::read(&rig), undisturbed().await);
    let tasks = rig.tasks().await;
    assert!(tasks.iter().all(|task| task.is("succeeded") && task.attempt == 1), "{tasks:#?}");
    let hours =
        workers.map(|worker| worker.log().lines().find_map(|line| line.get(11..13)?.parse::<i32>().ok()).unwrap());
    assert_ne!(hours[0], hours[1], "their clocks are not off");
}
