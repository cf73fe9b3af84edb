use crate::server::Server;
use crate::widget::Widget;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const STRANGERS: usize = 10_000;

/// Connects from one of many addresses, says nothing, and waits to be sent away.
async fn say_nothing(number: usize, listen: SocketAddr) -> bool {
    let source = format!("127.0.0.{}:0", 2 + number % 200).parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(source).unwrap();
    let Ok(mut stream) = socket.connect(listen).await else {
        return true;
    };
    let sent_away = tokio::time::timeout(Duration::from_secs(60), stream.read(&mut [0; 64])).await;
    sent_away.is_ok()
}

fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_who_never_log_in_are_sent_away_and_a_newcomer_gets_a_seat() {
    let server = Server::configured(
        "[liveness]\nlogin_timeout = \"500ms\"\n[[organization]]\nid = \"acme\"\nseats = 2\n",
    );
    let listen = server.listen.parse().unwrap();
    raise_descriptor_limit();
    let (mut strangers, at_once) = (JoinSet::new(), Arc::new(Semaphore::new(3_000)));
    for number in 0..STRANGERS {
        let at_once = Arc::clone(&at_once);
        strangers.spawn(async move {
            let _place = at_once.acquire_owned().await.unwrap();
            say_nothing(number, listen).await
        });
    }
    tokio::time::sleep(Duration::from_millis(200)).await;

    // Who waits longer than the deadline in the queue may be closed unheard, and comes again.
    let newcomer = loop {
        if let Some(seated) = Widget::try_login(&server).await {
            break seated;
        }
    };

    assert_eq!(newcomer["type"], "seated");
    let sent_away = strangers.join_all().await;
    assert_eq!(
        sent_away.iter().filter(|sent_away| **sent_away).count(),
        STRANGERS
    );
    while server.connections().await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
