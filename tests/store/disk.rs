//! Small file systems in a mount namespace of their own, which ends with the test.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A tmpfs that only the processes started into it see under its path.
pub struct Disk {
    holder: Child,
    mount: PathBuf,
    pads: usize,
}

impl Disk {
    /// Mounted at `mount`, with these options of tmpfs.
    pub fn mount(mount: &Path, options: &str) -> Self {
        std::fs::create_dir_all(mount).unwrap();
        let mounted = mount.with_extension("mounted");
        let script = "mount -t tmpfs -o \"$2\" none \"$1\" && : >\"$3\" && exec sleep 1000";
        let holder = Command::new("unshare")
            .args(["-m", "sh", "-c", script, "sh"])
            .args([mount.as_os_str(), options.as_ref(), mounted.as_os_str()])
            .spawn()
            .unwrap();
        let start = Instant::now();
        while !mounted.exists() {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "no tmpfs can be mounted here"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        Self {
            holder,
            mount: mount.to_owned(),
            pads: 0,
        }
    }

    /// The command that runs what follows on this disk.
    pub fn inside(&self) -> Vec<String> {
        ["nsenter", "-t", &self.holder.id().to_string(), "-m", "--"]
            .map(str::to_owned)
            .to_vec()
    }

    /// Its path from outside.
    pub fn seen(&self) -> PathBuf {
        let path = self.mount.strip_prefix("/").unwrap();
        Path::new("/proc")
            .join(self.holder.id().to_string())
            .join("root")
            .join(path)
    }

    /// Takes all room that is left.
    pub fn fill(&mut self) {
        self.pads += 1;
        let pad = self.seen().join(format!("pad{}", self.pads));
        let mut file = std::fs::File::create(pad).unwrap();
        for size in [65_536, 4096] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// Gives back what was taken.
    pub fn make_room(&mut self) {
        for pad in 1..=self.pads {
            let _ = std::fs::remove_file(self.seen().join(format!("pad{pad}")));
        }
    }

    /// Mounts it again with these options.
    pub fn remount(&self, options: &str) {
        let words = self.inside();
        let done = Command::new(&words[0])
            .args(&words[1..])
            .args(["mount", "-o", &format!("remount,{options}")])
            .arg(&self.mount)
            .status();
        assert!(done.unwrap().success(), "cannot remount");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
