//! One question to the admin API, and what its refusal means for whoever asked.

use crate::fleet::connect;
use crate::transport::Trust;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode, Uri, header};
use serde_json::Value;
use std::time::Duration;

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
        let body = self.body(Method::GET, path, kind, None).await?;
        String::from_utf8(body.to_vec()).map_err(|_| self.unreadable())
    }

    /// The answer; null where it has no body.
    pub(in crate::cli) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let body = self.body(method, path, JSON, body).await?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|_| self.unreadable())
    }

    /// The live feed, as it comes.
    pub(in crate::cli) async fn feed(&self, path: &str) -> Result<Incoming, Failure> {
        let sent = self.send(Method::GET, path, "text/event-stream", None);
        let answer = self.patiently(sent).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            status => Err(self.refused(status, &Value::Null)),
        }
    }

    /// What a good answer holds.
    async fn body(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: Option<&Value>,
    ) -> Result<Bytes, Failure> {
        let answered = async {
            let answer = self.send(method, path, kind, body).await?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
            let body = body.map_err(|error| self.unreachable(&error))?.to_bytes();
            if status.is_success() {
                return Ok(body);
            }
            Err(self.refused(status, &serde_json::from_slice(&body).unwrap_or_default()))
        };
        self.patiently(answered).await
    }

    async fn patiently<T>(&self, answered: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answered) => answered,
            Err(_) => Err(self.unreachable(&"it takes too long")),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: Option<&Value>,
    ) -> Result<Response<Incoming>, Failure> {
        let connected = connect(&self.url, self.trust.as_ref()).await;
        let mut requests = connected.map_err(|error| self.unreachable(&error))?;
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

    fn unreachable(&self, why: &impl ToString) -> Failure {
        let (url, why) = (self.url.clone(), why.to_string());
        Failure::Unreachable { url, why }
    }

    fn unreadable(&self) -> Failure {
        Failure::Unreadable {
            url: self.url.clone(),
        }
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
