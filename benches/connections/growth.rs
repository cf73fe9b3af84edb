//! What a session costs where there are a hundred thousand: more than there are descriptors, so over pipes
//! within this process, through reception, registry, pools and liveness.

use crate::process::{own_anonymous_bytes, own_cpu_seconds};
use mirabridge_seats::clock::Clock;
use mirabridge_seats::config::{self, Overrides};
use mirabridge_seats::gateway::{Directory, Doors, FrameBudget, FrameMeter, Reception, Upper as _, Visitor};
use mirabridge_seats::liveness::Rhythm;
use mirabridge_seats::registry::Registry;
use mirabridge_seats::store::Recorder;
use mirabridge_seats::telemetry::Metrics;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinSet;

const FEW: usize = 1_000;
const SIZES: [usize; 5] = [6_000, 18_000, 36_000, 72_000, 100_000];
const AT_ONCE: usize = 100;
const REST: Duration = Duration::from_secs(5);
/// Nobody answers here, so silence is allowed for longer than all of it takes.
const RHYTHM: Rhythm = Rhythm {
    heartbeat: Duration::from_secs(20),
    silence_limit: Duration::from_secs(3_600),
    unresponsive_limit: None,
};

struct Office {
    reception: Arc<Reception>,
    doors: Doors,
    meter: Arc<FrameMeter>,
}

impl Office {
    fn open() -> Self {
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::new());
        let registry = Registry::new(Recorder::in_memory(), clock.clone(), Arc::clone(&metrics), 4096);
        let configuration = "[[organization]]\nid = \"bench\"\nseats = 1000000\n";
        let settings = config::read(Path::new("seats.toml"), configuration, &Overrides::default());
        let organizations = settings.ok().unwrap().organizations;
        let bench = &organizations[0];
        registry.allocate(
            &bench.id,
            bench.allocation.clone(),
            bench.grace,
            bench.time_zone.clone(),
        );
        let login_timeout = Duration::from_secs(10);
        let reception = Reception::new(Arc::clone(&registry), &[7; 32], RHYTHM, login_timeout, metrics);
        let directory = Directory::of(&organizations, &[], &Directory::default(), &clock);
        *reception.directory.write() = Arc::new(directory);
        clock.release();
        Self {
            reception: Arc::new(reception),
            doors: Doors::wide(login_timeout),
            meter: Arc::new(FrameMeter::new(FrameBudget::default(), clock).with_message_bytes(4096)),
        }
    }

    async fn enter(self: Arc<Self>) -> DuplexStream {
        let (mut widget, server) = tokio::io::duplex(1024);
        let visitor = Visitor::within(server, Arc::clone(&self.meter), &self.doors)
            .await
            .unwrap();
        tokio::spawn(Arc::clone(&self.reception).converse(visitor));
        let login = format!(
            r#"{{"type":"login","org":"bench","heartbeat":true,"attempt":"{}"}}"#,
            uuid::Uuid::new_v4()
        );
        let mut frame = vec![0x81, 0x80 | u8::try_from(login.len()).unwrap(), 0, 0, 0, 0];
        frame.extend(login.as_bytes());
        widget.write_all(&frame).await.unwrap();
        let mut answer = vec![0; 512];
        let read = widget.read(&mut answer).await.unwrap();
        assert!(answer[..read].windows(8).any(|words| words == b"\"seated\""));
        widget
    }
}

pub(crate) async fn within() {
    let office = Arc::new(Office::open());
    let mut widgets = Vec::with_capacity(SIZES[4]);
    grow(&office, &mut widgets, FEW).await;
    let mut before = (FEW, own_anonymous_bytes());
    for size in SIZES {
        let cpu = own_cpu_seconds();
        grow(&office, &mut widgets, size).await;
        let login = own_cpu_seconds() - cpu;
        tokio::time::sleep(REST).await;
        let (cpu, bytes) = (own_cpu_seconds(), own_anonymous_bytes());
        tokio::time::sleep(RHYTHM.heartbeat).await;
        let idle = own_cpu_seconds() - cpu;
        println!(
            "in process: {size} sessions, bytes for each of the last {}, cpu per 10,000 of the last logins {:.3} s, \
             cpu per 10,000 idle for 20 s {:.4} s",
            bytes.saturating_sub(before.1) / (size - before.0) as u64,
            login * 10_000.0 / (size - before.0) as f64,
            idle * 10_000.0 / size as f64
        );
        before = (size, bytes);
    }
}

async fn grow(office: &Arc<Office>, widgets: &mut Vec<DuplexStream>, size: usize) {
    while widgets.len() < size {
        let mut entering = JoinSet::new();
        for _ in 0..AT_ONCE.min(size - widgets.len()) {
            entering.spawn(Arc::clone(office).enter());
        }
        widgets.extend(entering.join_all().await);
    }
}
