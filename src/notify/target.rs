//! Where a webhook goes.

use super::address::is_public;
use hyper::Uri;
use std::net::IpAddr;

/// The longest URL, in bytes.
const LONGEST: usize = 2048;

/// An absolute URL of http or https. Cannot be printed: its path may be as good as a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    text: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_tls: bool,
    /// Host and port as they stand in the URL.
    pub(super) authority: String,
    /// Path and query.
    pub(super) path: String,
}

/// Why a URL is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// It cannot be read.
    #[error("this is an absolute URL of at most 2048 bytes, as in https://example.com/hook")]
    Unreadable,
    /// There is a user or a password in it.
    #[error("a URL with a user or a password is not taken")]
    Credentials,
    /// It is not encrypted.
    #[error("only https is taken; http needs a server that runs with --allow-private-webhooks")]
    Plain,
    /// It leads inside.
    #[error("private addresses are not taken unless the server runs with --allow-private-webhooks")]
    Private,
}

impl Target {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, InvalidTarget> {
        let uri: Option<Uri> = Some(text)
            .filter(|text| text.len() <= LONGEST)
            .and_then(|text| text.parse().ok());
        let uri = uri.ok_or(InvalidTarget::Unreadable)?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(InvalidTarget::Unreadable),
        };
        let authority = uri.authority().ok_or(InvalidTarget::Unreadable)?;
        if authority.as_str().contains('@') {
            return Err(InvalidTarget::Credentials);
        }
        let host = authority.host();
        // A port that is no number reads as none.
        let port = match authority.as_str().strip_prefix(host) {
            Some("") => Some([80, 443][usize::from(is_tls)]),
            Some(port) => port.strip_prefix(':').and_then(|port| port.parse().ok()),
            None => None,
        };
        let port = port.filter(|port| *port > 0).ok_or(InvalidTarget::Unreadable)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(InvalidTarget::Unreadable);
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            is_tls,
            authority: authority.to_string(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            text: text.to_owned(),
        })
    }

    /// Whether it may be tried, as far as that is known without asking for the host's addresses.
    pub fn check(&self, may_be_private: bool) -> Result<(), InvalidTarget> {
        if may_be_private {
            return Ok(());
        }
        let is_inside = match self.host.parse::<IpAddr>() {
            Ok(address) => !is_public(address),
            Err(_) => is_local(&self.host),
        };
        match (is_inside, self.is_tls) {
            (true, _) => Err(InvalidTarget::Private),
            (false, false) => Err(InvalidTarget::Plain),
            (false, true) => Ok(()),
        }
    }

    /// The URL.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The URL without its path.
    pub fn origin(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}/", self.authority)
    }
}

/// Names that every machine has for itself.
fn is_local(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_with_its_parts() {
        let target = Target::parse("https://Hooks.example.com:8443/a/b?c=d").unwrap();
        assert_eq!(
            (target.host.as_str(), target.port, target.is_tls),
            ("hooks.example.com", 8443, true)
        );
        assert_eq!(
            (target.path.as_str(), target.origin().as_str()),
            ("/a/b?c=d", "https://Hooks.example.com:8443/")
        );
        let short = Target::parse("http://[2606:4700::1]").unwrap();
        assert_eq!(
            (short.host.as_str(), short.port, short.path.as_str()),
            ("2606:4700::1", 80, "/")
        );
    }

    #[test]
    fn what_is_no_url_or_carries_a_password_is_refused() {
        for bad in [
            "",
            "example.com",
            "/hook",
            "ftp://example.com/",
            "https://",
            "https:///hook",
            "https://example.com:0/",
            "https://example.com:/",
            "https://example.com:99999/",
            "https://exa mple.com/",
            "https://example.com/\n",
            "javascript:alert(1)",
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
        let long = format!("https://example.com/{}", "x".repeat(LONGEST));
        assert!(Target::parse(&long).is_err());
        let user = Target::parse("https://user:word@example.com/");
        assert_eq!(user.err(), Some(InvalidTarget::Credentials));
    }

    #[test]
    fn private_and_plain_ones_need_a_switch() {
        let judged = |url: &str, may_be_private| Target::parse(url).unwrap().check(may_be_private);
        for private in [
            "https://127.0.0.1/",
            "http://127.0.0.1:8080/",
            "https://[::1]/",
            "https://localhost:1/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://169.254.169.254/latest",
        ] {
            assert_eq!(judged(private, false), Err(InvalidTarget::Private), "{private}");
            assert_eq!(judged(private, true), Ok(()), "{private}");
        }
        assert_eq!(judged("http://example.com/", false), Err(InvalidTarget::Plain));
        assert_eq!(judged("http://example.com/", true), Ok(()));
        assert_eq!(judged("https://example.com/", false), Ok(()));
    }
}
