//! The description of the API, and what is answered at the end.

use crate::server::Server;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn every_path_of_the_description_is_answered_and_stands_on_the_page() {
    let server = Server::start(60_000);
    let (status, text) = server.get("/api/v1/openapi.json", None).await;
    assert_eq!(status, 200);
    let description: Value = serde_json::from_str(&text).unwrap();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let (status, page) = server.get("/api/docs", None).await;
    assert_eq!(status, 200);
    let mut seen = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            seen += 1;
            let name = format!("{} {path}", method.to_uppercase());
            assert!(page.contains(&format!("<h3>{name}</h3>")), "{name}");
            assert!(
                !operation["summary"].as_str().unwrap_or_default().is_empty(),
                "{name}"
            );
            let real = path.replace("{org}", "acme").replace("{id}", "x");
            if method == "get"
                && path != "/api/v1/live"
                && !path.starts_with("/demo")
                && !path.contains("{file}")
            {
                let status = server.get(&real, Some(server.token())).await.0;
                // There is nothing that is called x.
                let expected = if path.contains("{id}") || path.contains("{code}") {
                    404
                } else {
                    200
                };
                assert_eq!(status, expected, "{name}");
            }
        }
    }
    assert_eq!(seen, mirabridge_seats::admin::routes().len());
}

#[tokio::test]
async fn the_page_needs_no_script_and_nothing_from_outside() {
    let server = Server::start(60_000);
    let mut socket = TcpStream::connect(&server.admin).await.unwrap();
    let request = "GET /api/docs HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("content-security-policy: default-src 'none'; style-src 'self'"),
        "{head}"
    );
    for outside in ["<script", "style=", "http://", "https://", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(server.get("/api/docs.css", None).await.0, 200);
}

#[tokio::test]
async fn requests_in_flight_at_shutdown_are_answered() {
    let mut server = Server::start(60_000);
    let mut sockets = Vec::new();
    for _ in 0..40 {
        let mut socket = TcpStream::connect(&server.admin).await.unwrap();
        let token = server.token();
        let request = format!(
            "GET /api/v1/organizations HTTP/1.1\r\nHost: admin\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    server.terminate();
    for mut socket in sockets {
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
    }
    assert_eq!(server.exit_code(), Some(0));
}
