//! A line between a widget and a server that does what a test tells it: slow, narrow, silent one way, or cut.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// How the line is, at the moment.
#[derive(Clone, Copy, Default)]
pub struct Weather {
    /// Each way.
    pub delay: Duration,
    /// Bytes a second, each way.
    pub rate: Option<u32>,
    /// Nothing comes through to the server.
    pub silent_up: bool,
    /// Nothing comes through to the widget.
    pub silent_down: bool,
    /// All connections are reset, and no new one comes about.
    pub is_cut: bool,
}

pub struct Line {
    pub listen: String,
    weather: watch::Sender<Weather>,
    _work: JoinSet<()>,
}

impl Line {
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap().to_string();
        let (weather, _) = watch::channel(Weather::default());
        let mut work = JoinSet::new();
        work.spawn(accept(listener, server.to_owned(), weather.clone()));
        Self {
            listen,
            weather,
            _work: work,
        }
    }

    pub fn is(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

async fn accept(listener: TcpListener, server: String, weather: watch::Sender<Weather>) {
    let connections = Arc::new(Mutex::new(JoinSet::new()));
    loop {
        let (widget, _) = listener.accept().await.unwrap();
        let mut now = weather.subscribe();
        let server = server.clone();
        connections.lock().spawn(async move {
            if now.borrow().is_cut {
                return reset(&widget);
            }
            let server = TcpStream::connect(server).await.unwrap();
            let ends = [socket2::SockRef::from(&widget), socket2::SockRef::from(&server)];
            // Whenever the ends are dropped, by a cut or since one side left, the other hears of it.
            ends.iter().for_each(|end| end.set_tcp_nodelay(true).unwrap());
            let (up, down) = (now.clone(), now.clone());
            let (from_widget, to_widget) = widget.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::select! {
                () = carry(from_widget, to_server, up, |weather| weather.silent_up) => {}
                () = carry(from_server, to_widget, down, |weather| weather.silent_down) => {}
                _ = now.wait_for(|weather| weather.is_cut) => {}
            }
        });
    }
}

fn reset(end: &TcpStream) {
    socket2::SockRef::from(end)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    is_silent: impl Fn(&Weather) -> bool + Copy,
) {
    let (queue, mut queued) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reader = weather.clone();
    let read = async move {
        let mut bytes = vec![0; 1024];
        while let Ok(1..) = from
            .read(&mut bytes)
            .await
            .inspect(|length| bytes.truncate(*length))
        {
            let due = Instant::now() + reader.borrow().delay;
            if queue
                .send((due, std::mem::replace(&mut bytes, vec![0; 1024])))
                .is_err()
            {
                return;
            }
        }
    };
    let write = async {
        while let Some((due, bytes)) = queued.recv().await {
            sleep_until(due).await;
            if weather.wait_for(|weather| !is_silent(weather)).await.is_err() {
                return;
            }
            let rate = weather.borrow().rate;
            if let Some(rate) = rate {
                sleep(Duration::from_secs_f64(bytes.len() as f64 / f64::from(rate))).await;
            }
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}
