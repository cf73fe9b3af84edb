//! One question to the admin API.

use crate::fleet::{enter, resolve};
use crate::transport::Trust;
use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;

/// An answer takes at most so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest answer: five years of days and the levels of 100,000 seats are less.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Which server, and what opens it.
pub(super) struct Source {
    pub(super) url: Uri,
    pub(super) token: String,
    pub(super) trust: Option<Trust>,
}

/// What stands at `path`, as `kind`.
pub(super) async fn fetch(source: &Source, path: &str, kind: &str) -> anyhow::Result<String> {
    let asked = tokio::time::timeout(PATIENCE, ask(source, path, kind)).await;
    asked.with_context(|| format!("{} takes too long", source.url))?
}

async fn ask(source: &Source, path: &str, kind: &str) -> anyhow::Result<String> {
    let url = &source.url;
    let nobody = || format!("nothing answers at {url}; is the server running there? `--url` says where");
    let address = resolve(url).await.with_context(nobody)?;
    let stream = TcpStream::connect(address).await.with_context(nobody)?;
    let stream = enter(url, source.trust.as_ref(), stream)
        .await
        .with_context(nobody)?;
    let (mut requests, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .with_context(nobody)?;
    // Ends by itself when `requests` is dropped.
    tokio::spawn(connection);
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(path)
        .header(header::HOST, authority)
        .header(header::AUTHORIZATION, format!("Bearer {}", source.token))
        .header(header::ACCEPT, kind)
        .body(Empty::<Bytes>::new())?;
    let answer = requests.send_request(request).await.with_context(nobody)?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("the answer broke off: {error}"))?;
    let body = String::from_utf8(body.to_bytes().to_vec()).context("the answer is no text")?;
    match status {
        StatusCode::OK => Ok(body),
        StatusCode::UNAUTHORIZED => {
            bail!("{url} does not take this token; `--token-file` names the file of another")
        }
        StatusCode::NOT_FOUND => bail!("there is no such organization that this token may see"),
        status => bail!("{url} answers {status}: {}", detail(&body)),
    }
}

/// What a problem says of itself. It cannot move the cursor.
fn detail(body: &str) -> String {
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let said = [&problem["detail"], &problem["title"]];
    let said = said.into_iter().find_map(serde_json::Value::as_str);
    said.unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_control())
        .collect()
}
