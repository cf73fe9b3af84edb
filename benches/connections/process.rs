//! The server under measurement, in a process of its own.

use crate::client::Door;
use crate::machine::cpu_seconds;
use mirabridge_seats::transport::Trust;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(crate) struct Server {
    process: Child,
    pub(crate) door: Door,
    admin: String,
    /// Its store, its configuration.
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    pub(crate) fn start(grace: &str) -> Self {
        Self::serve(&["--in-memory", "--grace", grace])
    }

    /// The same with a store on disk.
    pub(crate) fn durable(grace: &str) -> Self {
        let folder = tempfile::tempdir_in("target").unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let mut server = Self::serve(&["--grace", grace, "--data-dir", &data]);
        server._folder = Some(folder);
        server
    }

    /// In memory, with a configuration.
    pub(crate) fn configured(text: &str) -> Self {
        let folder = tempfile::tempdir_in("target").unwrap();
        let file = folder.path().join("seats.toml");
        std::fs::write(&file, text).unwrap();
        let mut server = Self::serve(&["--in-memory", "--config", file.to_str().unwrap()]);
        server._folder = Some(folder);
        server
    }

    /// In memory, over TLS 1.3 with a P-256 certificate.
    pub(crate) fn tls() -> Self {
        let folder = tempfile::tempdir_in("target").unwrap();
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let [certificate, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut server = Self::configured(&format!(
            "[tls]\ncertificate = {certificate:?}\nprivate_key = {key:?}\n"
        ));
        server.door.trust = Some(Trust::read(made.cert.pem().as_bytes()).unwrap());
        server
    }

    pub(crate) fn bare() -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()).arg("--bare"))
    }

    pub(crate) fn bare_with_pings() -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()).arg("--bare-with-pings"))
    }

    /// Killed and started again on the same store.
    pub(crate) fn restart(mut self) -> Self {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let folder = self._folder.take().unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let mut server = Self::serve(&["--grace", "60s", "--data-dir", &data]);
        server._folder = Some(folder);
        server
    }

    fn serve(words: &[&str]) -> Self {
        let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        Self::spawn(
            Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"))
                .arg("serve")
                .args(listen)
                .args(["--seats", "bench=1000000"])
                .args(words),
        )
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
            door: Door {
                listen: text("listen"),
                trust: None,
            },
            admin: text("admin_listen"),
            _folder: None,
        }
    }

    /// Anonymous memory.
    pub(crate) fn anonymous_bytes(&self) -> u64 {
        anonymous_bytes(&self.process.id().to_string())
    }

    /// User and system time, in seconds.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.process.id().to_string())
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

pub(crate) fn own_anonymous_bytes() -> u64 {
    anonymous_bytes("self")
}

pub(crate) fn own_cpu_seconds() -> f64 {
    cpu_seconds("self")
}

fn anonymous_bytes(process: &str) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap();
    let line = rollup
        .lines()
        .find(|line| line.starts_with("Anonymous:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
