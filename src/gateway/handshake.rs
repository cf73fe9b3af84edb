//! From the first byte to the WebSocket: hyper parses the head, `head` judges it.

use super::answers;
use super::frames::{FrameMeter, Metered};
use super::head::{self, Judgement, RawOrigin};
use super::permits::{ConnectionPermit, HandshakePermit};
use super::resting::take_up;
use super::upper::{Upper, Visitor};
use super::widget_files;
use crate::transport::{Doorway, Stream};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use tokio::net::TcpStream;

/// The longest head of a request.
const HEAD_BYTES: usize = 8192;

/// A connection that has just been accepted.
pub(super) struct Arrival {
    pub(super) stream: TcpStream,
    pub(super) doorway: Doorway,
    pub(super) deadline: tokio::time::Instant,
    pub(super) meter: Arc<FrameMeter>,
    pub(super) handshake: HandshakePermit,
    pub(super) connection: ConnectionPermit,
}

/// The head has asked for a WebSocket and got it.
struct Accepted {
    upgrade: OnUpgrade,
    origin: RawOrigin,
}

/// Answers one request. A visitor comes out if it was one for the WebSocket.
pub(super) async fn shake_hands(arrival: Arrival, upper: &impl Upper) -> Option<Visitor> {
    let accepted = Mutex::new(None);
    let entering = arrival.doorway.enter(arrival.stream);
    let stream = tokio::time::timeout_at(arrival.deadline, entering)
        .await
        .ok()?
        .ok()?;
    let served = serve(stream, upper, &accepted);
    tokio::time::timeout_at(arrival.deadline, served).await.ok()?;
    let Accepted { upgrade, origin } = accepted.into_inner()?;
    let upgraded = tokio::time::timeout_at(arrival.deadline, upgrade)
        .await
        .ok()?
        .ok()?;
    let parts = upgraded.downcast::<TokioIo<Stream>>().ok()?;
    let metered = Metered::new(parts.io.into_inner(), &parts.read_buf, arrival.meter);
    Some(Visitor {
        socket: take_up(metered).await,
        origin,
        deadline: arrival.deadline,
        handshake: arrival.handshake,
        connection: arrival.connection,
    })
}

async fn serve(stream: Stream, upper: &impl Upper, accepted: &Mutex<Option<Accepted>>) {
    let service =
        service_fn(|request: Request<Incoming>| ready(Ok::<_, Infallible>(answer(request, upper, accepted))));
    // An error is the peer's: hyper has answered it as far as HTTP can.
    let _ = http1::Builder::new()
        // The arrival's deadline covers the head, too.
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

fn answer(
    mut request: Request<Incoming>,
    upper: &impl Upper,
    accepted: &Mutex<Option<Accepted>>,
) -> Response<answers::Body> {
    if request.uri().path().starts_with(widget_files::PREFIX) {
        return widget_files::answer(&request, upper);
    }
    if request.uri().path() != head::PATH {
        return answers::elsewhere(request.method(), request.uri().path(), upper.is_ready());
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    match head::judge(&parts) {
        Judgement::Upgrade(offer) => {
            let response = answers::switching(&offer);
            *accepted.lock() = Some(Accepted {
                upgrade,
                origin: offer.origin,
            });
            response
        }
        Judgement::Answer(refusal) => answers::refusal(&refusal),
    }
}
