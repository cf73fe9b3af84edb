//! One try of a delivery, over the network: the host's addresses are asked for and judged, and the one
//! that was judged is connected to. No redirect is followed.

use super::address::is_public;
use super::delivery::Outcome;
use super::target::Target;
use crate::clock::{Stopwatch, utc};
use crate::transport::{Stream, Trust};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

/// A try takes so long at most.
const PATIENCE: Duration = Duration::from_secs(15);
/// Of that, a connection to one address.
const CONNECTING: Duration = Duration::from_secs(4);
/// Addresses of one host that are tried.
const MOST_ADDRESSES: usize = 3;
/// The longest head of an answer. Its body is not read.
const HEAD_BYTES: usize = 16 * 1024;
const AGENT: &str = concat!("mirabridge-seats/", env!("CARGO_PKG_VERSION"));

/// What is sent.
pub(super) struct Letter<'a> {
    pub(super) target: &'a Target,
    /// The `webhook-id`.
    pub(super) id: &'a str,
    /// Signs the try at this second since 1970.
    pub(super) sign: &'a (dyn Fn(i64) -> String + Sync),
    pub(super) body: &'a str,
}

/// How a try ended.
pub(super) struct Tried {
    pub(super) outcome: Outcome,
    pub(super) status: Option<u16>,
    /// How long the receiver asks to wait.
    pub(super) retry_after: Option<Duration>,
    pub(super) took: Duration,
}

/// Sends.
pub(super) struct Sender {
    may_be_private: bool,
    /// Whom the machine believes. Read when it is first needed.
    trust: OnceCell<Option<Trust>>,
}

impl Sender {
    pub(super) fn new(may_be_private: bool) -> Self {
        Self {
            may_be_private,
            trust: OnceCell::new(),
        }
    }

    pub(super) fn may_be_private(&self) -> bool {
        self.may_be_private
    }

    /// Tries once.
    pub(super) async fn send(&self, letter: Letter<'_>) -> Tried {
        let watch = Stopwatch::start();
        let answer = tokio::time::timeout(PATIENCE, Box::pin(self.exchange(&letter))).await;
        let took = watch.elapsed();
        match answer.unwrap_or(Err(Outcome::TimedOut)) {
            Ok(answer) => Tried {
                outcome: judged(answer.status()),
                status: Some(answer.status().as_u16()),
                retry_after: retry_after(&answer),
                took,
            },
            Err(outcome) => Tried {
                outcome,
                status: None,
                retry_after: None,
                took,
            },
        }
    }

    async fn exchange(&self, letter: &Letter<'_>) -> Result<Response<()>, Outcome> {
        let Letter {
            target,
            id,
            sign,
            body,
        } = letter;
        target
            .check(self.may_be_private)
            .map_err(|_| Outcome::NotAllowed)?;
        let stream = self.connect(target).await?;
        let now = utc().0.div_euclid(1000);
        let request = Request::post(&target.path)
            .header(header::HOST, &target.authority)
            .header(header::CONNECTION, "close")
            .header(header::USER_AGENT, AGENT)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", *id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", sign(now))
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .map_err(|_| Outcome::Broken)?;
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| Outcome::Broken)?;
        let mut connection = std::pin::pin!(connection);
        let mut answer = std::pin::pin!(sender.send_request(request));
        let answer = tokio::select! {
            biased;
            answer = answer.as_mut() => answer,
            // The last of what it had read may be the answer.
            _ = connection.as_mut() => answer.await,
        };
        let answer = answer.map_err(|_| Outcome::Broken)?;
        Ok(answer.map(drop))
    }

    async fn connect(&self, target: &Target) -> Result<Stream, Outcome> {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let found: Vec<_> = found.map_err(|_| Outcome::NoAddress)?.collect();
        if found.is_empty() {
            return Err(Outcome::NoAddress);
        }
        let may = |address: &SocketAddr| self.may_be_private || is_public(address.ip());
        let allowed: Vec<_> = found.into_iter().filter(may).take(MOST_ADDRESSES).collect();
        if allowed.is_empty() {
            return Err(Outcome::NotAllowed);
        }
        for address in allowed {
            let connected = tokio::time::timeout(CONNECTING, TcpStream::connect(address)).await;
            let Ok(Ok(stream)) = connected else { continue };
            if !target.is_tls {
                return Ok(stream.into());
            }
            let trust = self.trust().await.ok_or(Outcome::NoTls)?;
            let entered = trust.enter(&target.host, stream).await;
            return entered.map_err(|_| Outcome::NoTls);
        }
        Err(Outcome::Unreachable)
    }

    async fn trust(&self) -> Option<&Trust> {
        let read = || async {
            let read = tokio::task::spawn_blocking(Trust::of_the_machine).await;
            let trust = read.ok().and_then(Result::ok);
            if trust.is_none() {
                tracing::error!(
                    "the machine has no certificates of authorities: no webhook can be sent by https"
                );
            }
            trust
        };
        self.trust.get_or_init(read).await.as_ref()
    }
}

fn judged(status: StatusCode) -> Outcome {
    match status.as_u16() {
        200..=299 => Outcome::Delivered,
        300..=399 => Outcome::Redirected,
        410 => Outcome::Gone,
        _ => Outcome::Refused,
    }
}

/// How long an answer asks to wait: seconds, or a date.
fn retry_after(answer: &Response<()>) -> Option<Duration> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    let ahead = date.timestamp().as_millisecond() - utc().0;
    u64::try_from(ahead).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<Duration> {
        let answer = Response::builder()
            .header(header::RETRY_AFTER, text)
            .body(())
            .unwrap();
        retry_after(&answer)
    }

    #[test]
    fn a_receiver_asks_for_time_in_seconds_or_by_a_date() {
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        let century = asked("Fri, 31 Dec 2100 23:59:59 GMT").unwrap();
        assert!(century > Duration::from_secs(3600));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(asked("soon"), None);
        assert_eq!(asked("-1"), None);
    }
}
