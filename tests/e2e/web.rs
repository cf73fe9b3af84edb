//! The pages that the binary serves, built or not.

use crate::server::Server;

async fn head_of(address: &str, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: seats\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().0.to_lowercase()
}

fn with_origins() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    let text = "[[organization]]\nid = \"acme\"\nseats = 1\n\
        allowed_origins = [\"https://acme.example\", \"http://127.0.0.1:9\"]\n\
        [[organization]]\nid = \"open\"\nseats = 1\n";
    std::fs::write(&file, text).unwrap();
    let server = Server::with(&["--config", file.to_str().unwrap()]);
    (folder, server)
}

#[tokio::test]
async fn the_frame_page_may_be_held_by_its_organizations_pages_only() {
    let (_folder, server) = with_origins();
    for (query, ancestors) in [
        (
            "?org=acme",
            "frame-ancestors https://acme.example http://127.0.0.1:9",
        ),
        ("?a=b&org=open", "frame-ancestors *"),
        ("?org=nobody", "frame-ancestors 'none'"),
        ("", "frame-ancestors 'none'"),
    ] {
        let head = head_of(&server.listen, &format!("/widget/frame.html{query}")).await;

        assert!(head.starts_with("http/1.1 200 "), "{head}");
        let policy = head
            .lines()
            .find(|line| line.starts_with("content-security-policy: "));
        assert!(policy.unwrap().ends_with(ancestors), "{head}");
        assert!(!head.contains("set-cookie"), "{head}");
    }
}

#[tokio::test]
async fn without_a_name_the_only_organization_is_meant() {
    let server = Server::start(10_000);

    let head = head_of(&server.listen, "/widget/frame.html").await;

    assert!(head.contains("frame-ancestors *"), "{head}");
}

#[tokio::test]
async fn the_demonstration_is_on_the_administrators_listener_only() {
    let server = Server::start(10_000);
    let (status, page) = server.get("/demo", None).await;
    assert_eq!(status, 200);
    assert!(!page.contains("WIDGET_PORT"), "{page}");
    assert!(
        head_of(&server.listen, "/demo")
            .await
            .starts_with("http/1.1 404 ")
    );
    assert!(
        head_of(&server.listen, "/widget/none.js")
            .await
            .starts_with("http/1.1 404 ")
    );
}
