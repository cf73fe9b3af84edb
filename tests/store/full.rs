//! Disks that are full, have no inodes, or cannot be written.

use crate::agent::Agent;
use crate::board::Board;
use crate::disk::Disk;
use crate::scenario;
use crate::server::{Server, Setup};
use crate::strace::Strace;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn agents() -> Vec<Agent> {
    let board = Arc::new(Board::new(6, Duration::from_secs(60)));
    scenario::agents(&board)
}

fn on(disk: &Disk, home: &tempfile::TempDir) -> Setup {
    let mut setup = Setup::new(&home.path().join("disk"), 6, 60_000).through(&disk.inside());
    setup.log = home.path().join("server");
    setup
}

/// Takes all room. Nobody notices as long as what is there of the log is only written again.
async fn exhaust(disk: &mut Disk, server: &Server, agent: &mut Agent) {
    let before = agent.overloaded;
    while agent.overloaded == before {
        disk.fill();
        agent.login(&server.listen).await.unwrap();
        while agent.stay.is_some() {
            // The first change that finds the disk full is refused, and gives the ballast up.
            agent.resume(&server.listen).await.unwrap();
            agent.logout().await.unwrap();
        }
    }
}

/// Logs in until it works.
async fn until_seated(agent: &mut Agent, server: &Server) {
    let start = Instant::now();
    while !agent.is_connected() {
        assert!(start.elapsed() < Duration::from_secs(30), "it does not heal");
        agent.login(&server.listen).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Held sessions answer and can be resumed, new ones get `overloaded`.
async fn is_closed_to_logins_only(server: &Server, agents: &mut [Agent]) {
    for agent in &mut agents[..2] {
        agent.lose();
        assert!(
            agent.resume(&server.listen).await.unwrap(),
            "a held session was lost"
        );
    }
    let before = agents[5].overloaded;
    agents[5].login(&server.listen).await.unwrap();
    assert_eq!(
        agents[5].overloaded,
        before + 1,
        "a login was not told overloaded"
    );
    assert_eq!(server.get("/readyz").await.unwrap().0, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_keeps_sessions_records_releases_refuses_logins_and_heals() {
    let home = tempfile::tempdir().unwrap();
    let mut disk = Disk::mount(&home.path().join("disk"), "size=3m");
    let setup = on(&disk, &home);
    let mut server = setup.start().unwrap();
    let mut agents = agents();
    for agent in &mut agents[..4] {
        agent.login(&server.listen).await.unwrap();
    }

    exhaust(&mut disk, &server, &mut agents[5]).await;

    for leaving in [2, 3] {
        let before = agents[leaving].ended.len();
        agents[leaving].logout().await.unwrap();
        assert_eq!(
            agents[leaving].ended.len(),
            before + 1,
            "a release was not recorded"
        );
    }
    is_closed_to_logins_only(&server, &mut agents).await;
    assert_eq!(server.in_use().await, 2);
    server.kill();
    let mut server = setup.start().unwrap();
    assert_eq!(server.in_use().await, 2, "after a crash on the full disk");
    agents[0].resume(&server.listen).await.unwrap();
    agents[1].resume(&server.listen).await.unwrap();
    exhaust(&mut disk, &server, &mut agents[5]).await;
    is_closed_to_logins_only(&server, &mut agents).await;
    disk.make_room();
    until_seated(&mut agents[2], &server).await;
    server.until_readyz(200).await;
    server.kill();
    let server = setup.start().unwrap();
    assert_eq!(server.in_use().await, 3);
}

#[tokio::test]
async fn a_disk_of_3_mib_is_enough() {
    let home = tempfile::tempdir().unwrap();
    let disk = Disk::mount(&home.path().join("disk"), "size=3m");
    let server = on(&disk, &home).start().unwrap();
    let mut agent = agents().remove(0);
    for _ in 0..200 {
        agent.login(&server.listen).await.unwrap();
        agent.logout().await.unwrap();
    }
    assert_eq!((agent.overloaded, agent.ended.len()), (0, 200));
    server.until_readyz(200).await;
}

#[tokio::test]
async fn a_disk_without_inodes_is_a_clear_refusal_to_start_or_does_no_harm() {
    for inodes in 2..9 {
        let home = tempfile::tempdir().unwrap();
        let disk = Disk::mount(&home.path().join("disk"), &format!("size=8m,nr_inodes={inodes}"));
        let setup = on(&disk, &home);
        match setup.start() {
            Ok(server) => {
                let mut agent = agents().remove(0);
                agent.login(&server.listen).await.unwrap();
                assert!(agent.is_connected() || agent.overloaded > 0);
            }
            Err(refusal) => {
                assert_eq!(refusal.code, Some(1), "{inodes}: {}", refusal.text);
                assert!(
                    refusal.text.contains("data"),
                    "{inodes} names no file: {}",
                    refusal.text
                );
            }
        }
        disk.remount("nr_inodes=100");
        assert!(
            setup.start().is_ok(),
            "{inodes}: what was begun is not gone on with"
        );
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_at_the_start_is_a_refusal_that_names_the_file() {
    let home = tempfile::tempdir().unwrap();
    let disk = Disk::mount(&home.path().join("disk"), "size=8m");
    let setup = on(&disk, &home);
    drop(setup.start().unwrap());
    disk.remount("ro");

    let refusal = setup.start().err().expect("a refusal");

    assert_eq!(refusal.code, Some(1));
    assert!(refusal.text.contains("disk/data"), "{}", refusal.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_becomes_read_only_or_broken_refuses_logins_and_heals() {
    for error in ["EROFS", "EIO"] {
        let home = tempfile::tempdir().unwrap();
        let setup = Setup::new(home.path(), 6, 60_000);
        let mut server = setup.start().unwrap();
        let mut agents = agents();
        for agent in &mut agents[..3] {
            agent.login(&server.listen).await.unwrap();
        }
        let calls = "pwrite64,write,fsync,ftruncate,?rename,?unlink";
        let rule = [format!("{calls}:error={error}")];
        let strace = Strace::attach(&server, &setup.folder, &rule, &home.path().join("calls"));
        agents[4].login(&server.listen).await.unwrap();
        assert_eq!(agents[4].overloaded, 1);
        is_closed_to_logins_only(&server, &mut agents).await;
        agents[2].logout().await.unwrap();
        assert_eq!(
            agents[2].ended.len(),
            0,
            "a release was answered and cannot be recorded"
        );

        drop(strace);

        until_seated(&mut agents[4], &server).await;
        server.until_readyz(200).await;
        assert_eq!(server.in_use().await, 4);
        assert!(agents[2].resume(&server.listen).await.unwrap());
        server.kill();
        let server = setup.start().unwrap();
        assert_eq!(server.in_use().await, 4);
    }
}
