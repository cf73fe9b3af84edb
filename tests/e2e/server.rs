//! A server of its own for each test.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const BINARY: &str = env!("CARGO_BIN_EXE_mirabridge-seats");

pub struct Server {
    process: Child,
    pub listen: String,
    pub admin: String,
    token: String,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Organization `acme` with two seats and a grace of `grace_ms`.
    pub fn start(grace_ms: u64) -> Self {
        Self::with(&["--seats", "acme=2", "--grace", &format!("{grace_ms}ms")])
    }

    pub fn with(flags: &[&str]) -> Self {
        Self::launch(Command::new(BINARY), flags)
    }

    /// A server whose configuration file holds `text`.
    pub fn configured(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seats.toml");
        std::fs::write(&file, text).unwrap();
        Self::in_folder(
            folder,
            Command::new(BINARY),
            &["--config", file.to_str().unwrap()],
        )
    }

    /// `command` runs the binary with the arguments that are added.
    pub fn launch(command: Command, flags: &[&str]) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), command, flags)
    }

    fn in_folder(folder: tempfile::TempDir, command: Command, flags: &[&str]) -> Self {
        let (process, ready) = run(command, folder.path(), flags);
        Self {
            process,
            listen: ready.listen,
            admin: ready.admin,
            token: ready.token,
            _folder: folder,
        }
    }

    /// `kill -9`, and a new start on the same data folder.
    pub fn kill_and_start(&mut self, flags: &[&str]) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let (process, ready) = run(Command::new(BINARY), self._folder.path(), flags);
        self.process = process;
        (self.listen, self.admin, self.token) = (ready.listen, ready.admin, ready.token);
    }

    /// The answer to a GET on the admin listener: status and body.
    pub async fn get(&self, path: &str, token: Option<&str>) -> (u16, String) {
        let answer = crate::administrator::ask(&self.admin, "GET", path, token, &[], "").await;
        (answer.status, answer.body)
    }

    /// Open connections of the widget listener.
    pub async fn connections(&self) -> u64 {
        let (_, metrics) = self.get("/metrics", None).await;
        let line = metrics
            .lines()
            .find(|line| line.starts_with("mirabridge_seats_connections "));
        line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn organization(&self, id: &str) -> Value {
        let (status, body) = self
            .get(&format!("/api/v1/organizations/{id}"), Some(&self.token))
            .await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Waits until `seats` are in use.
    pub async fn until_in_use(&self, seats: u64) -> Value {
        self.until("in_use", seats).await
    }

    pub async fn until_in_grace(&self, seats: u64) -> Value {
        self.until("in_grace", seats).await
    }

    pub async fn until(&self, number: &str, seats: u64) -> Value {
        let start = Instant::now();
        loop {
            let numbers = self.organization("acme").await;
            if numbers[number] == seats {
                return numbers;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{numbers}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    pub fn hang_up(&self) {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::HUP).unwrap();
    }

    pub fn exit_code(&mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }
}

fn run(mut command: Command, folder: &std::path::Path, flags: &[&str]) -> (Child, Ready) {
    command.args(["serve", "--admin-listen", "127.0.0.1:0", "--allow-short-grace"]);
    if !flags.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    if !flags.contains(&"--in-memory") && !flags.contains(&"--data-dir") {
        command.arg("--data-dir").arg(folder.join("data"));
    }
    let mut process = command
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(log_file(folder))
        .spawn()
        .unwrap();
    let ready = Ready::of(&mut process);
    (process, ready)
}

/// Everything that all servers in this folder have logged.
fn log_file(folder: &std::path::Path) -> std::fs::File {
    let log = folder.join("log");
    std::fs::File::options()
        .append(true)
        .create(true)
        .open(log)
        .unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Stops the process for a while, as a debugger or a paused machine does.
    pub fn stop_for(&self, time: Duration) {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::STOP).unwrap();
        std::thread::sleep(time);
        rustix::process::kill_process(id, rustix::process::Signal::CONT).unwrap();
    }
}

impl Server {
    pub fn folder(&self) -> std::path::PathBuf {
        self._folder.path().join("data")
    }

    pub fn configuration(&self) -> std::path::PathBuf {
        self._folder.path().join("seats.toml")
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Server {
    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self._folder.path().join("log")).unwrap()
    }

    /// Waits until `text` stands in the log so many times.
    pub async fn until_logged(&self, text: &str, times: usize) {
        let start = Instant::now();
        while self.log().matches(text).count() < times {
            assert!(start.elapsed() < Duration::from_secs(30), "{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A number of the metrics.
    pub async fn metric(&self, name: &str) -> u64 {
        let (_, text) = self.get("/metrics", None).await;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap().parse().unwrap()
    }

    /// Waits until so many connections of widgets are open.
    pub async fn until_connections(&self, connections: u64) {
        let start = Instant::now();
        loop {
            let open = self.metric("mirabridge_seats_connections").await;
            if open == connections {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{open} are open");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// What the ready line says.
struct Ready {
    listen: String,
    admin: String,
    token: String,
}

impl Ready {
    fn of(process: &mut Child) -> Self {
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the ready line is JSON");
        let text = |key: &str| ready[key].as_str().map(str::to_owned);
        // There is no file where the configuration has tokens.
        let token = text("admin_token_file").map(|file| std::fs::read_to_string(file).unwrap());
        Self {
            listen: text("listen").unwrap(),
            admin: text("admin_listen").unwrap(),
            token: token.unwrap_or_default().trim().to_owned(),
        }
    }
}
