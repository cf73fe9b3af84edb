//! Too little processor time: slow, never early.

use crate::server::Server;
use crate::widget::Widget;
use rustix::process::{Pid, Signal, kill_process};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const GRACE: Duration = Duration::from_secs(2);

/// Lets a process run for 5 ms of each 100 ms, until it is dropped.
struct Starved {
    is_over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Starved {
    fn begin(server: &Server) -> Self {
        let pid = Pid::from_raw(server.id().try_into().unwrap()).unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                kill_process(pid, Signal::STOP).unwrap();
                std::thread::sleep(Duration::from_millis(95));
                kill_process(pid, Signal::CONT).unwrap();
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self {
            is_over,
            thread: Some(thread),
        }
    }
}

impl Drop for Starved {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

#[tokio::test]
async fn a_server_with_a_twentieth_of_a_processor_frees_no_seat_early() {
    let server = Server::start(2_000);
    let (lost, _) = Widget::login(&server).await;
    let (mut stays, seated) = Widget::login(&server).await;
    let starved = Starved::begin(&server);
    let loss = Instant::now();
    lost.reset();

    let (_new, answer) = loop {
        let (widget, answer) = Widget::login(&server).await;
        if answer["type"] == "seated" {
            break (widget, answer);
        }
        assert_eq!(answer["code"], "seats_exhausted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };

    assert!(loss.elapsed() >= GRACE, "freed early, after {:?}", loss.elapsed());
    assert_ne!(answer["session"], seated["session"]);
    drop(starved);
    stays.assert_alive().await;
}
