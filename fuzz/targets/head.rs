//! Whatever bytes a client begins with, read by the same HTTP library as in the listener: only a head of
//! RFC 6455 opens a WebSocket.

#![no_main]

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, Version, header};
use hyper_util::rt::TokioIo;
use libfuzzer_sys::fuzz_target;
use mirabridge_seats::gateway::head::{Judgement, judge};
use std::convert::Infallible;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fuzz_target!(|bytes: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (near, mut far) = tokio::io::duplex(64 * 1024);
        far.write_all(&bytes[..bytes.len().min(16 * 1024)])
            .await
            .expect("room");
        far.shutdown().await.expect("an open pipe");
        let service = service_fn(async |request: Request<Incoming>| {
            let (parts, _) = request.into_parts();
            if let Judgement::Upgrade(offer) = judge(&parts) {
                assert_eq!(parts.method, Method::GET);
                assert_eq!(parts.version, Version::HTTP_11);
                assert_eq!(parts.headers[header::SEC_WEBSOCKET_VERSION], "13");
                assert_eq!(parts.headers.get_all(header::SEC_WEBSOCKET_KEY).iter().count(), 1);
                assert!(!parts.headers.contains_key(header::TRANSFER_ENCODING));
                // Base64 of twenty bytes.
                assert_eq!(offer.accept_key.len(), 28);
            }
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        });
        let _ = hyper::server::conn::http1::Builder::new()
            .half_close(true)
            .serve_connection(TokioIo::new(near), service)
            .await;
        let mut said = Vec::new();
        far.read_to_end(&mut said).await.expect("a pipe");
        assert!(said.is_empty() || said.starts_with(b"HTTP/1."));
    });
});
