//! The other side of the comparison: accept, upgrade, echo one message, nothing else.

use futures_util::{SinkExt as _, StreamExt as _};
use std::io::Write as _;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// As the heartbeat of ours.
const PERIOD: Duration = Duration::from_secs(20);

/// With `pings` every connection gets one in each [`PERIOD`], at a phase of its own.
pub(crate) fn serve(pings: bool) {
    crate::machine::raise_descriptors();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let listener = socket.listen(4096).unwrap();
            println!("{{\"listen\":\"{}\"}}", listener.local_addr().unwrap());
            std::io::stdout().flush().unwrap();
            while let Ok((socket, _)) = listener.accept().await {
                let _ = socket.set_nodelay(true);
                tokio::spawn(async move {
                    let config = WebSocketConfig::default()
                        .read_buffer_size(1024)
                        .write_buffer_size(0)
                        .max_write_buffer_size(16 * 1024);
                    let Ok(mut socket) =
                        tokio_tungstenite::accept_async_with_config(socket, Some(config)).await
                    else {
                        return;
                    };
                    let phase =
                        PERIOD.mul_f64(f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX));
                    let mut due = tokio::time::Instant::now() + phase;
                    loop {
                        let message = tokio::select! {
                            message = socket.next() => message,
                            () = tokio::time::sleep_until(due), if pings => {
                                due += PERIOD;
                                if socket.send(Message::Ping(Default::default())).await.is_err() {
                                    return;
                                }
                                continue;
                            }
                        };
                        let Some(Ok(message)) = message else { return };
                        if message.is_text() && socket.send(message).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
}
