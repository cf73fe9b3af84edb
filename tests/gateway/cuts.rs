//! A seat's WebSocket is put down and taken up at every point of a conversation. Nobody can tell: the
//! answers are those of a reference that knows of no WebSocket, wherever what the widget says is cut.

use super::client::{CLOSE, PING, TEXT, frame};
use super::random::Random;
use mirabridge_seats::clock::Clock;
use mirabridge_seats::config::{self, Overrides};
use mirabridge_seats::gateway::{Directory, Doors, FrameBudget, FrameMeter, Reception, Upper as _, Visitor};
use mirabridge_seats::liveness::Rhythm;
use mirabridge_seats::registry::Registry;
use mirabridge_seats::seats::OrganizationId;
use mirabridge_seats::store::Recorder;
use mirabridge_seats::telemetry::Metrics;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

const PERIOD: Duration = Duration::from_secs(20);
const RHYTHM: Rhythm = Rhythm {
    heartbeat: PERIOD,
    silence_limit: Duration::from_secs(45),
    unresponsive_limit: None,
};
/// More turns of the runtime than anything here takes.
const TURNS: usize = 60;

/// What happens, and what the widget is told then.
struct Step {
    bytes: Vec<u8>,
    wait: Duration,
    told: Vec<&'static str>,
    on_call: Option<bool>,
    /// Nothing follows.
    is_last: bool,
}

fn says(bytes: Vec<u8>, told: &[&'static str]) -> Step {
    Step {
        bytes,
        wait: Duration::ZERO,
        told: told.to_vec(),
        on_call: None,
        is_last: false,
    }
}

fn text(text: &str, told: &[&'static str]) -> Step {
    says(frame(TEXT, text.as_bytes()), told)
}

fn last(step: Step) -> Step {
    Step {
        is_last: true,
        ..step
    }
}

fn parts(between: &[u8]) -> Vec<u8> {
    let message = br#"{"type":"heartbeat"}"#;
    let (one, two) = message.split_at(9);
    [frame(TEXT & 0x0f, one), between.to_vec(), frame(0x80, two)].concat()
}

fn step(random: &mut Random) -> Step {
    let on_call = |on_call: bool| Step {
        on_call: Some(on_call),
        ..text(&format!(r#"{{"type":"status","on_call":{on_call}}}"#), &[])
    };
    match random.below(20) {
        0..=3 => text(r#"{"type":"heartbeat"}"#, &[]),
        4 => text(r#"{ "type": "heartbeat", "more": 1 }"#, &[]),
        5 | 6 => says(frame(0x8a, b"pong"), &[]),
        7 => says(frame(PING, b"ping"), &["pong"]),
        8 => says(parts(&[]), &[]),
        9 => says(parts(&frame(PING, b"between")), &["pong"]),
        10 => on_call(true),
        11 => on_call(false),
        12 => text(r#"{"type":"handoff"}"#, &["handoff"]),
        13 => text(r#"{"type":"cancel_handoff"}"#, &[]),
        // The last one is over a second ago: a wait follows.
        14 | 15 => Step {
            wait: Duration::from_millis(1100),
            ..text(r#"{"type":"probe"}"#, &["alive"])
        },
        16 => last(text(r#"{"type":"logout"}"#, &["ended", "1000"])),
        17 => last(text(r#"{"type":"login","org":"acme"}"#, &["error", "4500"])),
        18 => last(says(frame(0x82, b"binary"), &["1003"])),
        _ => last(says(frame(CLOSE, &1001_u16.to_be_bytes()), &["1001"])),
    }
}

fn history(random: &mut Random) -> Vec<Step> {
    let mut steps = vec![text(
        r#"{"type":"login","org":"acme","heartbeat":true}"#,
        &["seated"],
    )];
    for _ in 0..=random.below(6) {
        steps.push(step(random));
        if steps.last().unwrap().is_last {
            break;
        }
    }
    steps
}

struct Office {
    clock: Clock,
    registry: Arc<Registry>,
    reception: Arc<Reception>,
    meter: Arc<FrameMeter>,
    id: OrganizationId,
}

impl Office {
    fn open() -> Self {
        let clock = Clock::by_hand();
        let metrics = Arc::new(Metrics::new());
        let registry = Registry::new(Recorder::in_memory(), clock.clone(), Arc::clone(&metrics), 64);
        let configuration = "[[organization]]\nid = \"acme\"\nseats = 5\n";
        let settings = config::read(Path::new("seats.toml"), configuration, &Overrides::default());
        let organizations = settings.ok().unwrap().organizations;
        let acme = &organizations[0];
        registry.allocate(
            &acme.id,
            acme.allocation.clone(),
            acme.grace,
            acme.time_zone.clone(),
        );
        let id = acme.id.clone();
        let reception = Reception::new(Arc::clone(&registry), &[7; 32], RHYTHM, PERIOD, metrics);
        let directory = Directory::of(&organizations, &[], &Directory::default(), &clock);
        *reception.directory.write() = Arc::new(directory);
        let budget = FrameBudget {
            messages_per_second: 50,
            ..FrameBudget::default()
        };
        Self {
            meter: Arc::new(FrameMeter::new(budget, clock.clone()).with_message_bytes(4096)),
            clock,
            registry,
            reception: Arc::new(reception),
            id,
        }
    }

    async fn enter(&self) -> DuplexStream {
        let (widget, server) = tokio::io::duplex(64 * 1024);
        let doors = Doors::wide(PERIOD);
        let visitor = Visitor::within(server, Arc::clone(&self.meter), &doors)
            .await
            .unwrap();
        tokio::spawn(Arc::clone(&self.reception).converse(visitor));
        widget
    }

    async fn pass(&self, wait: Duration) {
        self.clock.advance(wait);
        tokio::time::advance(wait).await;
        quiet().await;
    }

    /// Lives through a history; `is_cut` tells before which of its bytes everybody rests.
    async fn live(&self, steps: &[Step], is_cut: impl Fn(usize) -> bool) {
        let mut widget = self.enter().await;
        let (mut said, mut on_call) = (0, false);
        for step in steps {
            for &byte in &step.bytes {
                if is_cut(said) {
                    quiet().await;
                }
                let _ = widget.write_all(&[byte]).await;
                said += 1;
            }
            quiet().await;
            assert_eq!(hear(&mut widget).await, step.told, "after {said} bytes");
            if !step.wait.is_zero() {
                self.pass(step.wait).await;
                let told = hear(&mut widget).await;
                assert!(
                    told.iter().all(|told| told == "heartbeat" || told == "ping"),
                    "{told:?}"
                );
            }
            on_call = step.on_call.unwrap_or(on_call);
            let numbers = self.registry.view(&self.id).unwrap().numbers;
            let is_over = step.is_last;
            assert_eq!(numbers.connected, u32::from(!is_over), "after {said} bytes");
            assert_eq!(
                numbers.on_call,
                u32::from(on_call && !is_over),
                "after {said} bytes"
            );
        }
        if !steps.last().unwrap().is_last {
            self.stay(&mut widget).await;
        }
        drop(widget);
        quiet().await;
        let numbers = self.registry.view(&self.id).unwrap().numbers;
        assert_eq!(numbers.connected, 0);
        // Its grace is over, so that the next history finds all seats free.
        self.pass(Duration::from_secs(120)).await;
    }

    /// The heartbeat comes once a period; unanswered it becomes a ping, and a heartbeat heals that.
    async fn stay(&self, widget: &mut DuplexStream) {
        for _ in 0..2 {
            let mut told = Vec::new();
            while told.is_empty() {
                self.pass(Duration::from_secs(1)).await;
                told = hear(widget).await;
            }
            let unresponsive = self.registry.view(&self.id).unwrap().numbers.unresponsive;
            assert_eq!(unresponsive, u32::from(told == ["ping"]));
            let answer = if told == ["ping"] {
                frame(0x8a, b"")
            } else {
                Vec::new()
            };
            let _ = widget.write_all(&answer).await;
        }
        let heartbeat = frame(TEXT, br#"{"type":"heartbeat"}"#);
        widget.write_all(&heartbeat).await.unwrap();
        quiet().await;
        let numbers = self.registry.view(&self.id).unwrap().numbers;
        assert_eq!((numbers.unresponsive, numbers.connected), (0, 1));
    }
}

async fn quiet() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

/// What has come by now: the types of messages, `pong`, `ping`, and the code of a close.
async fn hear(widget: &mut DuplexStream) -> Vec<String> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 4096];
    loop {
        let read = tokio::select! {
            biased;
            read = widget.read(&mut buffer) => read.unwrap(),
            () = std::future::ready(()) => 0,
        };
        if read == 0 {
            break;
        }
        bytes.extend(&buffer[..read]);
    }
    let mut told = Vec::new();
    let mut rest = &bytes[..];
    while let [first, length, behind @ ..] = rest {
        let (length, behind) = match length {
            126 => (usize::from(behind[0]) << 8 | usize::from(behind[1]), &behind[2..]),
            length => (usize::from(*length), behind),
        };
        let (payload, behind) = behind.split_at(length);
        told.push(match *first {
            TEXT => {
                let message: Value = serde_json::from_slice(payload).unwrap();
                message["type"].as_str().unwrap().to_owned()
            }
            PING => "ping".to_owned(),
            0x8a => "pong".to_owned(),
            CLOSE => u16::from_be_bytes([payload[0], payload[1]]).to_string(),
            other => panic!("{other:#x}"),
        });
        rest = behind;
    }
    told
}

#[tokio::test(start_paused = true)]
async fn wherever_a_history_is_cut_the_widget_is_told_the_same() {
    let office = Office::open();
    let mut random = Random::new(10);
    let (mut histories, mut cuts, mut stays) = (0, 0, 0);
    for _ in 0..20 {
        let steps = history(&mut random);
        let length: usize = steps.iter().map(|step| step.bytes.len()).sum();
        office.live(&steps, |_| false).await;
        office.live(&steps, |_| true).await;
        for cut in 0..length {
            office.live(&steps, |byte| byte == cut).await;
        }
        histories += 1;
        cuts += length;
        stays += usize::from(!steps.last().unwrap().is_last);
    }
    assert!(
        cuts > 100 * histories && stays > 5,
        "{cuts} cuts of {histories} histories, {stays} stays"
    );
}
