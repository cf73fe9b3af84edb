//! The web pages that may hold a widget: an exact list of origins.

use std::fmt;
use std::net::Ipv6Addr;

/// An origin: scheme, host and port, and nothing else.
///
/// Two origins are the same only if all three are; no part stands for another. A default port
/// is the same as none (RFC 6454, section 4), and host and scheme ignore case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// What a connection said about its origin. It cannot be printed, since no header reaches a log.
pub enum OfferedOrigin {
    /// No header.
    Absent,
    /// One header, as it was sent.
    One(String),
    /// More than one header, or bytes that are no text.
    Unusable,
}

/// A text that is no origin, with what is wrong about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOrigin {
    /// `null`, which any page can send.
    #[error("null is sent by any sandboxed page, so it cannot be allowed")]
    Null,
    /// No `://`, or a scheme that is none.
    #[error("an origin starts with a scheme, as in https://example.com")]
    Scheme,
    /// A user name or a password.
    #[error("an origin has no user name")]
    UserName,
    /// Something follows host and port.
    #[error("an origin ends after host and port, without a slash or a path")]
    Path,
    /// A host that is none; names beyond ASCII are written in their `xn--` form.
    #[error(
        "this is no host name or address; a wildcard is none, and names beyond ASCII need their xn-- form"
    )]
    Host,
    /// A port that is none.
    #[error("a port is a number from 1 to 65535")]
    Port,
}

impl Origin {
    /// Reads `scheme://host` or `scheme://host:port`.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        if text.eq_ignore_ascii_case("null") {
            return Err(InvalidOrigin::Null);
        }
        let (scheme, authority) = text.split_once("://").ok_or(InvalidOrigin::Scheme)?;
        if !is_scheme(scheme) {
            return Err(InvalidOrigin::Scheme);
        }
        if authority.contains(['/', '\\', '?', '#']) {
            return Err(InvalidOrigin::Path);
        }
        if authority.contains('@') {
            return Err(InvalidOrigin::UserName);
        }
        let (host, port) = split_port(authority)?;
        let scheme = scheme.to_ascii_lowercase();
        let port = port.filter(|port| Some(*port) != default_port(&scheme));
        Ok(Self {
            host: canonical_host(host)?,
            scheme,
            port,
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

/// Whether a connection from `offered` may log in where `allowed` is listed.
///
/// An empty list allows any well-formed origin and none at all. A list allows what it names;
/// that a valid token or an earlier grant stands in for an absent header is the caller's to say.
pub fn is_allowed(allowed: &[Origin], offered: &OfferedOrigin) -> bool {
    match offered {
        OfferedOrigin::Absent => allowed.is_empty(),
        OfferedOrigin::One(text) => {
            Origin::parse(text).is_ok_and(|origin| allowed.is_empty() || allowed.contains(&origin))
        }
        OfferedOrigin::Unusable => false,
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), InvalidOrigin> {
    // The colons of an IPv6 address are inside its brackets.
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let Some(colon) = authority[host_end..].find(':') else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(host_end + colon);
    let digits = &port[1..];
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(InvalidOrigin::Port);
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err(InvalidOrigin::Port),
        Ok(port) => Ok((host, Some(port))),
    }
}

fn canonical_host(host: &str) -> Result<String, InvalidOrigin> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().map_err(|_| InvalidOrigin::Host)?;
        return Ok(format!("[{address}]"));
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(InvalidOrigin::Host);
    }
    Ok(host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> OfferedOrigin {
        OfferedOrigin::One(text.to_owned())
    }

    #[test]
    fn an_origin_is_the_same_in_any_case_and_with_its_default_port() {
        let allowed = [Origin::parse("https://Acme.my.salesforce.com:443").unwrap()];

        assert!(is_allowed(&allowed, &one("https://acme.my.salesforce.com")));
        assert!(is_allowed(&allowed, &one("HTTPS://ACME.my.salesforce.com:443")));
        assert_eq!(allowed[0].to_string(), "https://acme.my.salesforce.com");
    }

    #[test]
    fn a_look_alike_is_not_allowed() {
        let allowed = [
            Origin::parse("https://acme.example").unwrap(),
            Origin::parse("http://[::1]:8080").unwrap(),
        ];
        for offered in [
            "http://acme.example",
            "https://acme.example:8443",
            "https://acme.example:80",
            "https://acme.example.evil.example",
            "https://evil-acme.example",
            "https://www.acme.example",
            "https://acme.example.",
            "https://acme.example/",
            "https://acme.example:",
            "https://acme.example:443:443",
            "https://acme.example@evil.example",
            "https://evil.example#https://acme.example",
            "https://evil.example\\.acme.example",
            "https://аcme.example",
            "https://acme.example https://evil.example",
            " https://acme.example",
            "https://acme.example\t",
            "https:acme.example",
            "acme.example",
            "http://[::2]:8080",
            "http://[::1]",
            "null",
            "",
        ] {
            assert!(!is_allowed(&allowed, &one(offered)), "{offered}");
        }
        assert!(is_allowed(&allowed, &one("http://[0:0:0:0:0:0:0:1]:8080")));
    }

    #[test]
    fn null_and_two_headers_are_not_allowed_even_without_a_list() {
        assert!(!is_allowed(&[], &one("null")));
        assert!(!is_allowed(&[], &OfferedOrigin::Unusable));
        assert!(is_allowed(&[], &one("https://any.example")));
        assert!(is_allowed(&[], &one("chrome-extension://abcdefgh")));
    }

    #[test]
    fn an_absent_header_is_allowed_only_without_a_list() {
        let allowed = [Origin::parse("https://acme.example").unwrap()];

        assert!(is_allowed(&[], &OfferedOrigin::Absent));
        assert!(!is_allowed(&allowed, &OfferedOrigin::Absent));
    }

    #[test]
    fn what_is_no_origin_is_told_why() {
        for (text, why) in [
            ("null", InvalidOrigin::Null),
            ("acme.example", InvalidOrigin::Scheme),
            ("1s://acme.example", InvalidOrigin::Scheme),
            ("https://acme.example/widget", InvalidOrigin::Path),
            ("https://ann@acme.example", InvalidOrigin::UserName),
            ("https://*.acme.example", InvalidOrigin::Host),
            ("https://", InvalidOrigin::Host),
            ("https://[::1", InvalidOrigin::Port),
            ("https://[::1]x", InvalidOrigin::Host),
            ("https://acme.example:0", InvalidOrigin::Port),
            ("https://acme.example:65536", InvalidOrigin::Port),
            ("https://acme.example:+80", InvalidOrigin::Port),
        ] {
            assert_eq!(Origin::parse(text), Err(why), "{text}");
        }
    }
}
