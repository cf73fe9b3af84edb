use crate::server::Server;
use crate::widget::Widget;
use mirabridge_seats::credential::HashedToken;
use serde_json::{Value, json};

const GOOD: &str = "https://good.com";

fn server() -> Server {
    let hash = HashedToken::of("wk_right");
    Server::configured(&format!(
        "[[organization]]\nid = \"acme\"\nseats = 50\nkeys = [\"{hash}\"]\nallowed_origins = [\"{GOOD}\"]\n\
         [[organization]]\nid = \"open\"\nseats = 50\n"
    ))
}

fn login() -> Value {
    json!({"type":"login","org":"acme","key":"wk_right"})
}

#[tokio::test]
async fn a_page_that_only_looks_alike_gets_no_seat() {
    let server = server();
    for origins in [
        &["https://good.com.evil.com"][..],
        &["https://evil-good.com"],
        &["https://www.good.com"],
        &["http://good.com"],
        &["https://good.com:8443"],
        &["https://good.com."],
        &["https://good.com/"],
        &["https://good.com@evil.com"],
        &["https://evil.com#https://good.com"],
        &["https://g\u{43e}\u{43e}d.com"],
        &["null"],
        &[""],
        &[GOOD, GOOD],
        &[GOOD, "https://evil.com"],
        &[],
    ] {
        let (mut widget, refused) = Widget::greet_from(&server, origins, &login()).await;
        assert_eq!(refused["code"], "origin_not_allowed", "{origins:?}");
        assert_eq!(widget.close().await.0, 4503);
    }
    for origin in [GOOD, "HTTPS://GOOD.COM", "https://good.com:443"] {
        let (_, seated) = Widget::greet_from(&server, &[origin], &login()).await;
        assert_eq!(seated["type"], "seated", "{origin}");
    }
}

#[tokio::test]
async fn null_and_two_headers_are_refused_where_any_page_may_come() {
    let server = server();
    let login = json!({"type":"login","org":"open"});
    for origins in [&["null"][..], &[GOOD, GOOD], &[""]] {
        let (_, refused) = Widget::greet_from(&server, origins, &login).await;
        assert_eq!(refused["code"], "origin_not_allowed", "{origins:?}");
    }
    for origins in [&[GOOD][..], &["chrome-extension://abcdef"], &[]] {
        let (_, seated) = Widget::greet_from(&server, origins, &login).await;
        assert_eq!(seated["type"], "seated", "{origins:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_judged_before_the_origin() {
    let server = server();
    let login = json!({"type":"login","org":"acme","key":"wk_wrong"});

    let (_, refused) = Widget::greet_from(&server, &["https://evil.com"], &login).await;

    assert_eq!(refused["code"], "unauthorized");
}

#[tokio::test]
async fn a_resume_is_judged_by_session_then_origin_then_secret() {
    let server = server();
    let (_held, seated) = Widget::greet_from(&server, &[GOOD], &login()).await;
    let resume = |session: &Value, secret: &Value| json!({"type":"resume","org":"acme","session":session,"secret":secret});
    let (session, secret) = (&seated["session"], &seated["secret"]);
    let unknown = json!("3f2b8a52-0c38-4c3e-9a55-0a4a55a1c001");
    let wrong = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for (origins, session, secret, answer) in [
        (&["https://evil.com"][..], &unknown, secret, "session_gone"),
        (&["https://evil.com"], session, &wrong, "origin_not_allowed"),
        (&["https://evil.com"], session, secret, "origin_not_allowed"),
        (&["null"], session, secret, "origin_not_allowed"),
        (&[GOOD, GOOD], session, secret, "origin_not_allowed"),
        // Granted to a page, so that a page has to be named.
        (&[], session, secret, "origin_not_allowed"),
        (&[GOOD], session, &wrong, "session_gone"),
    ] {
        let (_, refused) = Widget::greet_from(&server, origins, &resume(session, secret)).await;
        assert_eq!(refused["code"], answer, "{origins:?}");
    }
    let (_, resumed) = Widget::greet_from(&server, &[GOOD], &resume(session, secret)).await;
    assert_eq!(resumed["resumed"], true);
}
