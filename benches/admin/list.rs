//! An administrator who lists all sessions, in a thread of its own and without reading what they are.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const SESSIONS: usize = 50_000;

/// How long each list took.
pub(crate) fn again_and_again(admin: &str, token: &str, stop: &AtomicBool) -> Vec<Duration> {
    let mut took = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        list(admin, token);
        took.push(begun.elapsed());
    }
    took
}

fn list(admin: &str, token: &str) {
    let (mut cursor, mut seen) = (String::new(), 0);
    loop {
        let mut socket = TcpStream::connect(admin).unwrap();
        let head = format!(
            "GET /api/v1/organizations/acme/sessions?limit=1000{cursor} HTTP/1.1\r\nHost: admin\r\n\
             Authorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).unwrap();
        let mut page = String::new();
        socket.read_to_string(&mut page).unwrap();
        seen += page.matches("\"grace_left_s\"").count();
        let Some(at) = page.rfind("\"next\":\"") else {
            break;
        };
        let next = &page[at + 8..];
        cursor = format!("&cursor={}", &next[..next.find('"').unwrap()]);
    }
    assert_eq!(seen, SESSIONS);
}
