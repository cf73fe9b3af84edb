//! The pages that the binary serves, built or not.

use crate::administrator::{Answer, ask};
use crate::http::{Roles, ask_as};
use crate::server::Server;
use serde_json::Value;

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

#[tokio::test]
async fn the_dashboard_asks_nobody_but_its_server_and_stands_in_no_page() {
    let server = Server::start(10_000);
    let head = head_of(&server.admin, "/").await;

    assert!(head.starts_with("http/1.1 200 "), "{head}");
    let policy = head
        .lines()
        .find_map(|line| line.strip_prefix("content-security-policy: "))
        .unwrap();
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.split("; ").any(|said| said == rule), "{rule}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!head.contains("set-cookie"), "{head}");
    for (path, status) in [("/dashboard/index.html", "404"), ("/dashboard/none.js", "404")] {
        let head = head_of(&server.admin, path).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{path}: {head}");
    }
    let widgets = head_of(&server.listen, "/").await;
    assert!(!widgets.starts_with("http/1.1 200 "), "{widgets}");
}

/// The answer to whoever has already what these tags name.
async fn with_tags(address: &str, path: &str, tags: &str) -> Answer {
    ask(address, "GET", path, None, &[("If-None-Match", tags)], "").await
}

#[tokio::test]
async fn who_has_a_page_already_is_told_so_and_gets_it_no_second_time() {
    let (_folder, server) = with_origins();
    let frame = "/widget/frame.html?org=acme";
    for (address, path) in [(&server.listen, frame), (&server.admin, "/")] {
        let first = ask(address, "GET", path, None, &[], "").await.expect(200);
        let tag = first.header("etag").unwrap();
        assert!(!first.body.is_empty() && tag.starts_with('"'), "{path}: {tag}");
        for known in [tag.to_owned(), format!("\"older\", W/{tag}")] {
            let again = with_tags(address, path, &known).await.expect(304);

            assert_eq!(again.body, "", "{path}");
            // What the kept page was served with holds for it still.
            for name in ["etag", "cache-control", "content-security-policy"] {
                assert_eq!(again.header(name), first.header(name), "{path}: {name}");
            }
        }
        for other in ["\"older\"", "", tag.trim_matches('"')] {
            let whole = with_tags(address, path, other).await.expect(200);
            assert_eq!(whole.body, first.body, "{path}: {other}");
        }
    }
}

#[tokio::test]
async fn a_token_says_what_it_is() {
    let roles = Roles::start();
    for (token, role, org) in [
        (roles.operator, "operator", Value::Null),
        (roles.admin, "admin", "acme".into()),
        (roles.viewer, "viewer", "acme".into()),
    ] {
        let (status, me) = ask_as(&roles.server, token, "GET", "/api/v1/me", None).await;

        assert_eq!((status, &me["role"], &me["org"]), (200, &role.into(), &org));
    }
    assert_eq!(roles.server.get("/api/v1/me", None).await.0, 401);
}
