//! Samples the organization's live numbers from the admin API.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::http::Uri;

use super::{
    address::lookup,
    ground::Ground,
    heard::number,
    plan::AdminAccess,
    referee::{Observation, Sample},
};

const PERIOD: Duration = Duration::from_millis(250);
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 64 * 1024;

/// A connection to the admin API that asks one thing.
pub(super) struct Window {
    sender: http1::SendRequest<Empty<Bytes>>,
    path: String,
    host: String,
    token: String,
}

impl Window {
    pub(super) async fn open(access: &AdminAccess, organization: &str) -> anyhow::Result<Self> {
        let uri: Uri = access
            .url
            .parse()
            .with_context(|| format!("{} is not a URL", access.url))?;
        anyhow::ensure!(
            uri.scheme_str() == Some("http"),
            "{}: only http:// is read",
            access.url
        );
        let stream = TcpStream::connect(lookup(&uri, 80).await?)
            .await
            .context("the admin API cannot be reached")?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let root = uri.path().trim_end_matches('/');
        Ok(Self {
            sender,
            path: format!("{root}/api/v1/organizations/{organization}"),
            host: uri
                .authority()
                .map_or_else(String::new, |authority| authority.as_str().to_owned()),
            token: access.token.clone(),
        })
    }

    pub(super) async fn read(&mut self) -> anyhow::Result<Sample> {
        let request = Request::get(&self.path)
            .header(header::HOST, &self.host)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Empty::new())?;
        self.sender.ready().await?;
        let answer = timeout(ANSWER_LIMIT, self.sender.send_request(request)).await??;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        anyhow::ensure!(
            status.is_success(),
            "the admin API answers {status} for this organization and token"
        );
        let body = body.map_err(|_| anyhow::anyhow!("the admin API's answer breaks off"))?;
        let organization: Value = serde_json::from_slice(&body.to_bytes())?;
        let count =
            |field: &str| number(&organization[field]).with_context(|| format!("no {field} in the answer"));
        Ok(Sample {
            total: number(&organization["limit"]["total"]).context("no limit.total in the answer")?,
            in_use: count("in_use")?,
            connected: count("connected")?,
            in_grace: count("in_grace")?,
            free: count("free")?,
        })
    }
}

/// Samples until closing time; a broken connection is made anew.
pub(super) async fn sample(ground: Arc<Ground>, access: AdminAccess) {
    let mut window = None;
    while !ground.over() {
        if window.is_none() {
            window = Window::open(&access, &ground.plan.organization).await.ok();
        }
        if let Some(open) = window.as_mut() {
            let asked = ground.stopwatch.read();
            match open.read().await {
                Ok(sample) => {
                    ground.observe(Observation::Sampled { asked, sample });
                }
                Err(_) => window = None,
            }
        }
        sleep(PERIOD).await;
    }
}
