//! One question to the admin API, and what its refusal means for whoever asked.

use crate::fleet::{enter, resolve};
use crate::transport::Trust;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;

/// An answer takes at most so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest answer: five years of days, and the levels of 100,000 seats, have half of it.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
/// What is mostly asked for, and all that is sent.
const JSON: &str = "application/json";
/// Items of a page.
const PAGE: usize = 1000;

/// Why there is no answer, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum Failure {
    #[error("nothing answers at {url} ({why}); is the server running there? `--url` says where")]
    Unreachable { url: Uri, why: String },
    #[error("{url} does not take this token; `--token-file` names the file of another")]
    Unauthenticated { url: Uri },
    #[error("this token's role may not do this; an admin or an operator has to")]
    Forbidden,
    #[error("there is nothing like this that this token may see; `status` shows what there is")]
    NotFound,
    #[error("{detail}")]
    Refused { status: StatusCode, detail: String },
    #[error("{url} answers something else than the admin API would")]
    Unreadable { url: Uri },
}

/// Asks one server with one token.
pub(in crate::cli) struct Client {
    url: Uri,
    token: String,
    trust: Option<Trust>,
}

impl Client {
    pub(super) fn new(url: Uri, token: String, trust: Option<Trust>) -> Self {
        Self { url, token, trust }
    }

    /// The answer to a GET.
    pub(in crate::cli) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    /// All items of a list, page by page.
    pub(in crate::cli) async fn list(&self, path: &str) -> Result<Value, Failure> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("{path}{mark}limit={PAGE}{cursor}")).await?;
            items.append(page["items"].as_array_mut().unwrap_or(&mut Vec::new()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    /// The answer to a GET as this media type.
    pub(in crate::cli) async fn text(&self, path: &str, kind: &'static str) -> Result<String, Failure> {
        let answered = async {
            let answer = self.send(Method::GET, path, kind, None).await?;
            let (status, body) = self.read(answer).await?;
            if !status.is_success() {
                let problem = serde_json::from_slice(&body).unwrap_or_default();
                return Err(self.refused(status, &problem));
            }
            String::from_utf8(body.to_vec()).map_err(|_| Failure::Unreadable {
                url: self.url.clone(),
            })
        };
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answered) => answered,
            Err(_) => Err(self.unreachable(&"it takes too long")),
        }
    }

    /// The answer; null where it has no body.
    pub(in crate::cli) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let answered = async {
            let answer = self.send(method, path, JSON, body).await?;
            let (status, body) = self.read(answer).await?;
            let is_read = |body: &Bytes| serde_json::from_slice(body).ok();
            match (status.is_success(), is_read(&body)) {
                (true, _) if body.is_empty() => Ok(Value::Null),
                (true, Some(answer)) => Ok(answer),
                (true, None) => Err(Failure::Unreadable {
                    url: self.url.clone(),
                }),
                (false, problem) => Err(self.refused(status, &problem.unwrap_or_default())),
            }
        };
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answered) => answered,
            Err(_) => Err(self.unreachable(&"it takes too long")),
        }
    }

    /// The live feed, as it comes.
    pub(in crate::cli) async fn feed(&self, path: &str) -> Result<Incoming, Failure> {
        let answer = self.send(Method::GET, path, "text/event-stream", None).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            status => Err(self.refused(status, &Value::Null)),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: Option<&Value>,
    ) -> Result<Response<Incoming>, Failure> {
        let failed = |error: std::io::Error| self.unreachable(&error);
        let address = resolve(&self.url).await.map_err(failed)?;
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        let stream = enter(&self.url, self.trust.as_ref(), stream)
            .await
            .map_err(failed)?;
        let (mut requests, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(&error))?;
        tokio::spawn(connection);
        let host = self.url.authority().map_or("", |authority| authority.as_str());
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::ACCEPT, kind)
            .header(header::CONTENT_TYPE, JSON)
            .body(Full::new(Bytes::from(text)))
            .map_err(|error| self.unreachable(&error))?;
        let sent = requests.send_request(request).await;
        sent.map_err(|error| self.unreachable(&error))
    }

    async fn read(&self, answer: Response<Incoming>) -> Result<(StatusCode, Bytes), Failure> {
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| self.unreachable(&error))?;
        Ok((status, body.to_bytes()))
    }

    fn unreachable(&self, why: &impl ToString) -> Failure {
        let (url, why) = (self.url.clone(), why.to_string());
        Failure::Unreachable { url, why }
    }

    fn refused(&self, status: StatusCode, problem: &Value) -> Failure {
        match status {
            StatusCode::UNAUTHORIZED => Failure::Unauthenticated {
                url: self.url.clone(),
            },
            StatusCode::FORBIDDEN => Failure::Forbidden,
            StatusCode::NOT_FOUND => Failure::NotFound,
            status => {
                let said = problem["detail"].as_str().or_else(|| problem["title"].as_str());
                let detail = super::text(&said.map_or_else(|| status.to_string().into(), Into::into));
                Failure::Refused { status, detail }
            }
        }
    }
}
