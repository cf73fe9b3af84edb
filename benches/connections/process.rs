//! The server under measurement, in a process of its own.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(crate) struct Server {
    process: Child,
    pub(crate) listen: String,
    admin: String,
}

impl Server {
    pub(crate) fn start(grace: &str) -> Self {
        Self::spawn(
            Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"))
                .args([
                    "serve",
                    "--in-memory",
                    "--listen",
                    "127.0.0.1:0",
                    "--admin-listen",
                    "127.0.0.1:0",
                ])
                .args(["--seats", "bench=1000000", "--grace", grace]),
        )
    }

    pub(crate) fn bare() -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()).arg("--bare"))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| ready[key].as_str().unwrap_or_default().to_owned();
        Self {
            process,
            listen: text("listen"),
            admin: text("admin_listen"),
        }
    }

    /// Anonymous memory.
    pub(crate) fn anonymous_bytes(&self) -> u64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.process.id())).unwrap();
        let line = rollup
            .lines()
            .find(|line| line.starts_with("Anonymous:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// User and system time of all threads, in seconds. Not from `stat`, whose ticks of 10 ms are
    /// too coarse for a few thousand logins.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).unwrap();
        let on_cpu = |thread: std::io::Result<std::fs::DirEntry>| {
            let schedstat = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            schedstat.split(' ').next().unwrap().parse::<u64>().unwrap()
        };
        threads.map(on_cpu).sum::<u64>() as f64 / 1e9
    }

    pub(crate) async fn purge_lateness(&self) -> String {
        let mut socket = tokio::net::TcpStream::connect(&self.admin).await.unwrap();
        socket
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let wanted = answer
            .lines()
            .filter(|line| line.contains("purge_lateness_seconds_bucket"));
        wanted.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    )
    .unwrap();
}

pub(crate) fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .unwrap()
        .trim()
        .to_owned()
}
