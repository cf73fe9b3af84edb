//! A server over a data folder that outlives it.

use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// How to start servers over one folder.
#[derive(Clone)]
pub struct Setup {
    pub folder: PathBuf,
    /// What all servers over this folder logged; their output lies beside it.
    pub log: PathBuf,
    flags: Vec<String>,
    through: Vec<String>,
}

/// A running server. Dropping it kills it.
pub struct Server {
    process: Child,
    pub listen: String,
    pub admin: String,
    /// Before its ready line: what is freed a grace after this may be freed early.
    pub begun: Instant,
    /// After its ready line: what is there a grace and a second after this is there late.
    pub ready: Instant,
    desk: Desk,
}

/// Where an administrator asks.
#[derive(Clone)]
pub struct Desk {
    admin: String,
    token: String,
}

/// A server that did not start.
#[derive(Debug)]
pub struct Refusal {
    pub code: Option<i32>,
    pub text: String,
}

impl Setup {
    /// Organization `acme` with `seats` and a grace of `grace_ms`; the data folder lies in `home`.
    pub fn new(home: &Path, seats: u32, grace_ms: u64) -> Self {
        let flags = [
            "--seats".to_owned(),
            format!("acme={seats}"),
            "--grace".to_owned(),
            format!("{grace_ms}ms"),
        ];
        Self {
            folder: home.join("data"),
            log: home.join("data.log"),
            flags: flags.to_vec(),
            through: Vec::new(),
        }
    }

    pub fn with(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(ToString::to_string));
        self
    }

    /// The same, with these lines of a configuration.
    pub fn configured(self, lines: &str) -> Self {
        let file = self.log.with_extension("toml");
        std::fs::write(&file, lines).unwrap();
        let file = file.display().to_string();
        self.with(&["--config", &file])
    }

    /// Starts it by this command, which must become the server.
    pub fn through(mut self, command: &[String]) -> Self {
        self.through = command.to_vec();
        self
    }

    pub fn start(&self) -> Result<Server, Refusal> {
        let already = std::fs::metadata(&self.log).map_or(0, |log| log.len()) as usize;
        let log = File::options().append(true).create(true).open(&self.log).unwrap();
        let out = self.log.with_extension("out");
        let mut words = self.through.clone();
        words.push(env!("CARGO_BIN_EXE_mirabridge-seats").to_owned());
        let begun = Instant::now();
        let mut process = Command::new(&words[0])
            .args(&words[1..])
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "127.0.0.1:0",
            ])
            .arg("--allow-short-grace")
            .arg("--data-dir")
            .arg(&self.folder)
            .args(&self.flags)
            .stdout(File::create(&out).unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let Some(said) = ready_line(&mut process, &out) else {
            let code = process.wait().unwrap().code();
            let log = std::fs::read(&self.log).unwrap();
            let text = String::from_utf8_lossy(&log[already..]).into_owned();
            return Err(Refusal { code, text });
        };
        let text = |key: &str| said[key].as_str().unwrap().to_owned();
        let token = PathBuf::from(text("admin_token_file"));
        // A folder in a mount namespace of the server is seen through it.
        let seen = format!("/proc/{}/root{}", process.id(), token.display());
        let token = std::fs::read_to_string(seen).unwrap_or_default();
        let desk = Desk {
            admin: text("admin_listen"),
            token: token.trim().to_owned(),
        };
        Ok(Server {
            process,
            listen: text("listen"),
            admin: desk.admin.clone(),
            begun,
            ready: Instant::now(),
            desk,
        })
    }
}

/// The ready line; none where the process ends without one.
fn ready_line(process: &mut Child, out: &Path) -> Option<Value> {
    loop {
        let has_ended = process.try_wait().unwrap().is_some();
        let text = std::fs::read_to_string(out).unwrap();
        if text.ends_with('\n') {
            return Some(serde_json::from_str(&text).unwrap());
        }
        if has_ended {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl Server {
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as a crash does. Returns the moment before.
    pub fn kill(&mut self) -> Instant {
        let before = Instant::now();
        let _ = self.process.kill();
        let _ = self.process.wait();
        before
    }

    pub fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process(id, signal);
    }

    /// Waits for its end, which somebody else brings about.
    pub fn wait(&mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }

    /// Status and body of a GET on the admin listener; none where nobody answers.
    pub async fn get(&self, path: &str) -> Option<(u16, String)> {
        self.ask("GET", path, "").await
    }

    /// The same with another method and a body.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        self.desk.ask(method, path, body).await
    }

    /// A GET that asks for one form of an answer.
    pub async fn get_as(&self, path: &str, form: &str) -> Option<(u16, String)> {
        self.desk.ask_for(form, "GET", path, "").await
    }

    /// For whoever asks beside.
    pub fn desk(&self) -> Desk {
        self.desk.clone()
    }

    pub async fn in_use(&self) -> usize {
        let (status, body) = self.get("/api/v1/organizations/acme").await.expect("an answer");
        assert_eq!(status, 200, "{body}");
        let numbers: Value = serde_json::from_str(&body).unwrap();
        numbers["in_use"].as_u64().unwrap() as usize
    }

    /// Waits until `/readyz` answers `status`.
    pub async fn until_readyz(&self, status: u16) {
        let start = Instant::now();
        while self.get("/readyz").await.map(|(status, _)| status) != Some(status) {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "readyz is not {status}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Desk {
    /// Status and body of an answer; none where nobody answers.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        self.ask_for("*/*", method, path, body).await
    }

    async fn ask_for(&self, form: &str, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let mut socket = tokio::net::TcpStream::connect(&self.admin).await.ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: admin\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Accept: {form}\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        socket.write_all(head.as_bytes()).await.ok()?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head[9..12].parse().ok()?, body.to_owned()))
    }
}
