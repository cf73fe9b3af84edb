//! Whatever a client sends, nothing of it is found anywhere: logs, files, numbers, answers.

use crate::scenario;
use crate::search::{Search, hex};
use crate::server::{Server, Setup};
use crate::wire::{Heard, Wire};
use base64::Engine as _;
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const SIGNING: &[u8] = b"a secret of thirty-two bytes or more";
/// What an administrator types.
const PLANTED: &str = "planted-reason-4f1c09";
const ADDRESS: &str = "127.77.3.91";

/// A mark of its own for every place in which a client can leave one.
struct Marks {
    search: Search,
    all: Vec<String>,
}

impl Marks {
    fn at(&mut self, place: &str) -> String {
        let mark = format!("{}{:08x}", place.replace('_', ""), 0x5eed_0000 + self.all.len());
        self.search.raw(mark.to_lowercase().as_bytes(), place);
        self.search.with_hash(mark.as_bytes(), place);
        let hash: [u8; 32] = Sha256::digest(mark.as_bytes()).into();
        self.search.raw(hex(&hash).as_bytes(), place);
        self.all.push(mark.clone());
        mark
    }
}

#[tokio::test]
async fn nothing_that_a_client_can_send_is_found_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 2, 700).with(&[
        "--log-level",
        "trace",
        "--log-format",
        "json",
        "--allow-private-webhooks",
    ]);
    let key = home.path().join("key");
    std::fs::write(&key, SIGNING).unwrap();
    let setup = setup.configured(&format!(
        "[[organization]]\nid = \"acme\"\nwaiting_line = {{ max = 2 }}\n[[organization]]\nid = \"signed\"\nseats = 1\n\
         [[organization.token_key]]\nkid = \"k\"\nalg = \"HS256\"\nfile = {key:?}\n"
    ));
    let mut marks = Marks {
        search: Search::default(),
        all: Vec::new(),
    };
    marks.search.raw(ADDRESS.as_bytes(), "address");
    marks.search.raw(b"7f4d035b", "address");
    let mut server = setup.start().unwrap();
    let called = called_at_each_refusal(&server).await;
    let mut answers = Box::pin(whole_life(&server, &mut marks)).await;
    let mut planted = Search::default();
    planted.raw(PLANTED.as_bytes(), "the reason of an ending");
    answers += &Box::pin(passed_on(&server, &mut marks)).await;
    let start = std::time::Instant::now();
    while !String::from_utf8_lossy(&called.lock()).contains("login.refused.summary") {
        assert!(start.elapsed() < Duration::from_secs(30), "nobody is called");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let calls = called.lock().clone();
    for path in ["alerts/incidents", "webhooks", "sessions", "usage", "report"] {
        let path = format!("/api/v1/organizations/acme/{path}");
        let (status, answer) = server.get(&path).await.unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        answers += &answer;
    }
    for form in ["application/json", "text/csv", "text/html"] {
        let path = "/api/v1/organizations/acme/report";
        let (status, answer) = server.get_as(path, form).await.unwrap();
        assert_eq!(status, 200, "{form}: {answer}");
        assert_eq!(answer.starts_with('{'), form == "application/json");
        answers += &answer;
    }
    let audit = server.get("/api/v1/audit").await.unwrap().1;
    // What an administrator types where it is kept is found there and nowhere else.
    assert_eq!(planted.found_in(audit.as_bytes()).len(), 1, "in {audit}");
    assert!(!planted.found_in_folder(&setup.folder).is_empty());
    assert_eq!(planted.found_in(&calls), [""; 0], "in a webhook");
    assert_eq!(planted.found_in(answers.as_bytes()), [""; 0], "in an answer");
    answers += &audit;
    answers += &server.get("/metrics").await.unwrap().1;
    answers += &server.get("/api/v1/organizations").await.unwrap().1;
    server.kill();
    let server = setup.start().unwrap();
    let mut agent = scenario::agents(&scenario::board()).remove(0);
    agent.login(&server.listen).await.unwrap();
    answers += &server.get("/metrics").await.unwrap().1;

    let log = std::fs::read(&setup.log).unwrap();
    assert!(marks.all.len() > 15, "too few marks");
    assert!(
        log.iter().filter(|byte| **byte == b'\n').count() > 3,
        "an empty log"
    );
    assert_eq!(planted.found_in(&log), [""; 0], "in the log");
    assert_eq!(marks.search.found_in(&log), [""; 0], "in the log");
    assert_eq!(marks.search.found_in(answers.as_bytes()), [""; 0], "in an answer");
    assert_eq!(marks.search.found_in(&calls), [""; 0], "in a webhook");
    assert_eq!(
        marks.search.found_in_folder(&setup.folder),
        [],
        "in the data folder"
    );
    let stay = agent.stay.clone().unwrap();
    let mut own = Search::default();
    own.id(stay.session.parse().unwrap(), "id");
    own.raw(stay.secret.as_bytes(), "secret");
    assert_eq!(own.found_in(&log), [""; 0], "a session in the log");
    // The search finds what is there: a session that lives, and marks that somebody leaks.
    assert!(!own.found_in_folder(&setup.folder).is_empty());
    for mark in &marks.all {
        for leak in leaks(mark) {
            let leaky = [log.as_slice(), &leak, b"\n"].concat();
            assert!(
                !marks.search.found_in(&leaky).is_empty(),
                "a leak is not found: {mark}"
            );
        }
    }
}

/// All that a receiver hears of an organization that calls at each refusal.
async fn called_at_each_refusal(server: &Server) -> Arc<Mutex<Vec<u8>>> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let heard = Arc::<Mutex<Vec<u8>>>::default();
    let acme = "/api/v1/organizations/acme";
    let rules = json!({"levels": [{"percent": 50, "hold_s": 0}], "refusals": {"count": 1, "within_s": 60}});
    let set = server
        .ask("PUT", &format!("{acme}/alerts"), &rules.to_string())
        .await;
    assert_eq!(set.unwrap().0, 200);
    let url = json!({"url": format!("http://{}/", listener.local_addr().unwrap())});
    let made = server
        .ask("POST", &format!("{acme}/webhooks"), &url.to_string())
        .await;
    assert_eq!(made.unwrap().0, 201);
    let hears = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = socket.read(&mut bytes).await {
                hears.lock().extend_from_slice(&bytes[..length]);
                if hears.lock().ends_with(b"}}") {
                    let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
                    break;
                }
            }
        }
    });
    heard
}

fn leaks(mark: &str) -> [Vec<u8>; 4] {
    let hash: [u8; 32] = Sha256::digest(mark.as_bytes()).into();
    [
        format!("{{\"fields\":{{\"user_agent\":\"{mark}\"}}}}").into_bytes(),
        hex(mark.as_bytes()).into_bytes(),
        base64::engine::general_purpose::STANDARD
            .encode(mark)
            .into_bytes(),
        hex(&hash).into_bytes(),
    ]
}

/// All that can happen to sessions, with a mark wherever a client can leave one. Returns what the
/// server said, but for the session's own id and secret.
async fn whole_life(server: &Server, marks: &mut Marks) -> String {
    let mut said = String::new();
    let mut wire = marked(server, marks).await;
    let login = json!({"type":"login","org":"acme","key":marks.at("key"),"token":marks.at("token"),
        "attempt":uuid::Uuid::new_v4(), marks.at("field_name"): marks.at("unknown_field")});
    let seated = wire.ask(&login).await.unwrap();
    assert_eq!(seated.word("type"), "seated");
    let (session, secret) = (
        seated.word("session").to_owned(),
        seated.word("secret").to_owned(),
    );
    wire.send(&json!({"type":"status","on_call":true,"with":marks.at("status")}))
        .await
        .unwrap();
    let alive = json!({"type":"probe","note":marks.at("probe")});
    said += &text(&wire.ask(&alive).await.unwrap());
    wire.reset();
    let mut wire = marked(server, marks).await;
    let again =
        json!({"type":"resume","org":"acme","session":session,"secret":secret,"x":marks.at("resume")});
    assert_eq!(wire.ask(&again).await.unwrap().word("type"), "seated");
    said += &text(
        &wire
            .ask(&json!({"type":"logout","why":marks.at("logout")}))
            .await
            .unwrap(),
    );
    let wrong = [
        json!({"type":marks.at("unknown_type")}),
        json!({"type":"login","org":marks.at("organization").to_lowercase()}),
        json!({"type":"login","org":"acme","handoff":marks.at("hand_off")}),
        json!({"type":"login","org":"acme","attempt":marks.at("attempt")}),
        json!({"type":"resume","org":"acme","session":uuid::Uuid::nil(),"secret":marks.at("secret")}),
        json!(marks.at("no_object")),
    ];
    for message in wrong {
        let mut wire = marked(server, marks).await;
        said += &text(&wire.ask(&message).await.unwrap());
    }
    for listener in [&server.listen, &server.admin] {
        said += &plain(listener, marks).await;
    }
    for seat in 0..3 {
        let mut wire = marked(server, marks).await;
        let heard = wire.ask(&json!({"type":"login","org":"acme"})).await.unwrap();
        assert_eq!(heard.word("type") == "refused", seat == 2);
        wire.reset();
    }
    // The graces end, and what is purged is recorded.
    while server.in_use().await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    said
}

/// Seats that go from one to another: by the line, by a hand-off, by an administrator who gives
/// a reason; signed tokens; maintenance.
async fn passed_on(server: &Server, marks: &mut Marks) -> String {
    let mut said = String::new();
    let login = json!({"type":"login","org":"acme"});
    let mut first = marked(server, marks).await;
    first.ask(&login).await.unwrap();
    let mut second = marked(server, marks).await;
    second.ask(&login).await.unwrap();
    let mut third = marked(server, marks).await;
    let waiting = json!({"type":"login","org":"acme","wait":true,"attempt":uuid::Uuid::new_v4(),
        "x":marks.at("waiting")});
    let waiting = third.ask(&waiting).await.unwrap();
    assert_eq!(waiting.word("type"), "waiting");
    said += &text(&waiting);
    first.ask(&json!({"type":"logout"})).await.unwrap();
    assert_eq!(third.hear().await.unwrap().word("type"), "seated");
    let code = second
        .ask(&json!({"type":"handoff","to":marks.at("heir")}))
        .await
        .unwrap();
    let mut fourth = marked(server, marks).await;
    let claim = json!({"type":"login","org":"acme","handoff":code.word("code"),"from":marks.at("claim")});
    let seated = fourth.ask(&claim).await.unwrap();
    assert_eq!(seated.word("type"), "seated");
    said += &text(&second.hear().await.unwrap());
    let path = format!(
        "/api/v1/organizations/acme/sessions/{}/end",
        seated.word("session")
    );
    let how = json!({"mode":"notice","notice_s":1,"reason":PLANTED});
    assert_eq!(server.ask("POST", &path, &how.to_string()).await.unwrap().0, 202);
    for told in ["ending", "ended"] {
        let heard = fourth.hear().await.unwrap();
        assert_eq!(heard.word("type"), told);
        said += &text(&heard);
    }
    third.ask(&json!({"type":"logout"})).await.unwrap();

    let now = mirabridge_seats::seats::Timestamp(jiff::Timestamp::now().as_millisecond());
    let organization = mirabridge_seats::seats::OrganizationId::parse("signed").unwrap();
    for (secret, told) in [
        (SIGNING, "seated"),
        (&b"another secret of thirty-two bytes"[..], "refused"),
    ] {
        let key = (mirabridge_seats::credential::TokenAlgorithm::Hs256, secret);
        let (number, ttl) = (marks.at("jti"), Duration::from_secs(60));
        let token = mirabridge_seats::credential::sign_token("k", key, &organization, &number, now, ttl);
        let mut wire = marked(server, marks).await;
        let login = json!({"type":"login","org":"signed","token":token.unwrap()});
        assert_eq!(wire.ask(&login).await.unwrap().word("type"), told);
        if told == "seated" {
            wire.ask(&json!({"type":"logout"})).await.unwrap();
        }
    }

    let at = |ms: i64| jiff::Timestamp::from_millisecond(now.0 + ms).unwrap().to_string();
    let window =
        json!({"title":"Update","starts_at":at(-1000),"ends_at":at(3_600_000),"new_logins":"refused"});
    let (status, made) = server
        .ask("POST", "/api/v1/maintenance", &window.to_string())
        .await
        .unwrap();
    assert_eq!(status, 201, "{made}");
    let mut wire = marked(server, marks).await;
    let refused = wire.ask(&login).await.unwrap();
    assert_eq!(refused.word("code"), "maintenance");
    said += &text(&refused);
    let made: Value = serde_json::from_str(&made).unwrap();
    let path = format!("/api/v1/maintenance/{}", made["id"].as_str().unwrap());
    let off = json!({"state":"completed"}).to_string();
    let (status, answer) = server.ask("PATCH", &path, &off).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    said
}

fn text(heard: &Heard) -> String {
    match heard {
        Heard::Text(text) => Value::to_string(text),
        Heard::Close(code) => code.to_string(),
    }
}

/// A connection from the marked address with marks in its head.
async fn marked(server: &Server, marks: &mut Marks) -> Wire {
    let socket = from_the_address(&server.listen).await;
    let url = format!("ws://{}/v1/seat?session={}", server.listen, marks.at("query"));
    let mut request = url.into_client_request().unwrap();
    for header in [
        "user-agent",
        "cookie",
        "x-forwarded-for",
        "referer",
        "authorization",
        "x-own",
    ] {
        let mark = marks.at(header).parse().unwrap();
        request.headers_mut().insert(header, mark);
    }
    let origin = format!("https://{}.example", marks.at("origin"));
    request.headers_mut().insert("origin", origin.parse().unwrap());
    Wire(tokio_tungstenite::client_async(request, socket).await.unwrap().0)
}

/// The answer to a request that nobody expects.
async fn plain(listener: &str, marks: &mut Marks) -> String {
    let mut socket = from_the_address(listener).await;
    let head = format!(
        "GET /api/v1/organizations/{}?{}=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Connection: close\r\n\r\n",
        marks.at("path"),
        marks.at("parameter"),
        marks.at("host"),
        marks.at("bearer"),
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn from_the_address(listener: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{ADDRESS}:0").parse().unwrap()).unwrap();
    socket.connect(listener.parse().unwrap()).await.unwrap()
}
