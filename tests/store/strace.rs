//! Faults at chosen system calls on the files of a data folder.

use crate::server::Server;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The calls that change what is on disk.
pub const CHANGES: &str = "pwrite64,write,fsync,fdatasync,ftruncate,?rename,?renameat,?unlink,?unlinkat";
const FILES: [&str; 6] = [
    "seats.db",
    "seats.db-wal",
    "seats.db-shm",
    "mark",
    "mark.new",
    "ballast",
];

/// The `strace` of a running server. Dropping it lets the server go on undisturbed.
pub struct Strace(Child);

impl Strace {
    /// Attaches to `server` and injects by `rules`, such as `fsync:error=EIO:when=1`.
    pub fn attach(server: &Server, folder: &Path, rules: &[String], record: &Path) -> Self {
        let words = words(folder, rules, record);
        let strace = Command::new(&words[0])
            .args(&words[1..])
            .args(["-p", &server.id().to_string()])
            .stderr(Stdio::null())
            .spawn()
            .expect("strace is installed");
        let start = Instant::now();
        while !is_traced(server.id()) {
            assert!(start.elapsed() < Duration::from_secs(20), "strace cannot attach");
            std::thread::sleep(Duration::from_millis(2));
        }
        Self(strace)
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let start = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) {
            if start.elapsed() > Duration::from_secs(2) {
                // Killed, it lets go of what it traces all the same.
                let _ = self.0.kill();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The command through which a server starts under these rules; the server is the process itself.
pub fn from_the_start(folder: &Path, rules: &[String], record: &Path) -> Vec<String> {
    let mut words = words(folder, rules, record);
    words.insert(1, "-D".to_owned());
    words.push("--".to_owned());
    words
}

fn words(folder: &Path, rules: &[String], record: &Path) -> Vec<String> {
    let mut words: Vec<_> = ["strace", "-f", "-q", "-o"].map(str::to_owned).to_vec();
    words.push(record.display().to_string());
    words.extend(["-e".to_owned(), format!("trace={CHANGES}")]);
    words.extend(["-P".to_owned(), folder.display().to_string()]);
    for file in FILES {
        words.extend(["-P".to_owned(), folder.join(file).display().to_string()]);
    }
    for rule in rules {
        words.extend(["-e".to_owned(), format!("inject={rule}")]);
    }
    words
}

fn is_traced(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    threads.flatten().all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        !status.contains("TracerPid:\t0\n")
    })
}

/// How often one thread called what, at most.
pub fn counts(record: &Path) -> BTreeMap<String, usize> {
    let mut by_thread = BTreeMap::<(&str, &str), usize>::new();
    let text = std::fs::read_to_string(record).unwrap_or_default();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let Some((call, _)) = call.trim_start().split_once('(') else {
            continue;
        };
        if call.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            *by_thread.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in by_thread {
        let known = most.entry(call.to_owned()).or_insert(0);
        *known = count.max(*known);
    }
    most
}
