//! The organization as an administrator sees it, asked for a few times a second.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Body, Bytes};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::referee::{Observation, SampleNumbers, Span};
use super::stopwatch::Stopwatch;
use super::target::{enter, resolve};
use super::world::World;
use crate::transport::Trust;

/// Where the admin API is, and what opens it.
#[derive(Clone)]
pub struct AdminAccess {
    /// `http://HOST:PORT` or `https://HOST:PORT`.
    pub url: Uri,
    /// A token that may read the organization.
    pub token: String,
}

/// Why the organization could not be seen.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The listener took no connection, or broke one.
    #[error("the admin API does not answer: {0}")]
    Unreachable(String),
    /// It took the request and refused it.
    #[error("the admin API answers {0}")]
    Refused(StatusCode),
    /// It answered something else.
    #[error("the admin API's answer is no organization: {0}")]
    Unreadable(String),
}

/// An open connection to the admin API.
pub(super) struct AdminView {
    access: AdminAccess,
    organization: String,
    requests: Option<SendRequest<Empty<Bytes>>>,
    trust: Option<Trust>,
}

impl AdminView {
    const INTERVAL: Duration = Duration::from_millis(250);
    const PATIENCE: Duration = Duration::from_secs(10);
    const LONGEST_BODY: usize = 64 * 1024;

    pub(super) fn new(access: AdminAccess, organization: String, trust: Option<Trust>) -> Self {
        Self {
            trust,
            access,
            organization,
            requests: None,
        }
    }

    /// Asks for the numbers; gives the moments before and after.
    pub(super) async fn look(&mut self, clock: Stopwatch) -> Result<(Span, SampleNumbers), AdminError> {
        let looked = timeout(Self::PATIENCE, self.ask(clock)).await;
        let looked = looked.unwrap_or_else(|_| Err(AdminError::Unreachable("time is up".to_owned())));
        if looked.is_err() {
            self.requests = None;
        }
        looked
    }

    /// Looks a few times a second until the run is over.
    pub(super) async fn watch(mut self, world: &World) {
        while !world.stop.is_cancelled() {
            match self.look(world.clock).await {
                Ok((span, numbers)) => world.observe(Observation::Sample { span, numbers }),
                Err(_) => world.ledger.lock().complain("the admin API did not answer"),
            }
            world.pause(Self::INTERVAL).await;
        }
    }

    async fn ask(&mut self, clock: Stopwatch) -> Result<(Span, SampleNumbers), AdminError> {
        let path = format!("/api/v1/organizations/{}", self.organization);
        let authority = self
            .access
            .url
            .authority()
            .map_or("", |authority| authority.as_str());
        let request = Request::get(path)
            .header(header::HOST, authority)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.access.token))
            .header(header::ACCEPT, "application/json")
            .body(Empty::new())
            .map_err(|error| AdminError::Unreachable(error.to_string()))?;
        let requests = match &mut self.requests {
            Some(requests) if !requests.is_closed() => requests,
            requests => {
                let connected = connect(&self.access.url, self.trust.as_ref()).await;
                requests.insert(connected.map_err(|error| AdminError::Unreachable(error.to_string()))?)
            }
        };
        requests.ready().await.map_err(unreachable)?;
        let from = clock.now();
        let response = requests.send_request(request).await.map_err(unreachable)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), Self::LONGEST_BODY)
            .collect()
            .await;
        let to = clock.now();
        if status != StatusCode::OK {
            return Err(AdminError::Refused(status));
        }
        let body = body
            .map_err(|error| AdminError::Unreachable(error.to_string()))?
            .to_bytes();
        let organization: Organization =
            serde_json::from_slice(&body).map_err(|error| AdminError::Unreadable(error.to_string()))?;
        Ok((Span::new(from, to), organization.numbers()))
    }
}

/// Requests to the admin listener at `url`.
///
/// # Errors
///
/// Nothing answers there, or what answers is not what is trusted.
pub async fn connect<B>(url: &Uri, trust: Option<&Trust>) -> std::io::Result<SendRequest<B>>
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let stream = TcpStream::connect(resolve(url).await?).await?;
    let stream = enter(url, trust, stream).await?;
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (requests, connection) = shaken.map_err(std::io::Error::other)?;
    // Ends by itself when `requests` is dropped.
    tokio::spawn(connection);
    Ok(requests)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` passes it")]
fn unreachable(error: hyper::Error) -> AdminError {
    AdminError::Unreachable(error.to_string())
}

#[derive(Deserialize)]
struct Organization {
    limit: Limit,
    in_use: u64,
    connected: u64,
    in_grace: u64,
    free: u64,
}

#[derive(Deserialize)]
struct Limit {
    total: u64,
}

impl Organization {
    fn numbers(&self) -> SampleNumbers {
        let Self {
            in_use,
            connected,
            in_grace,
            free,
            ..
        } = *self;
        SampleNumbers {
            limit: self.limit.total,
            in_use,
            connected,
            in_grace,
            free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_is_understood() {
        let text = r#"{"id":"acme","limit":{"total":50,"base":30,"increases":20},"in_use":41,"connected":38,
            "in_grace":3,"unresponsive":1,"on_call":12,"free":9,"over_allocation":0,"waiting":0}"#;
        let organization: Organization = serde_json::from_str(text).unwrap();
        let expected = SampleNumbers {
            limit: 50,
            in_use: 41,
            connected: 38,
            in_grace: 3,
            free: 9,
        };
        assert_eq!(organization.numbers(), expected);
    }
}
