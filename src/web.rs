//! The web parts that the binary carries: built by `web/build.mjs` into `web/dist`.
//!
//! A debug build reads them from that folder each time.

use bytes::Bytes;
use hyper::header::{HeaderMap, IF_NONE_MATCH};

#[derive(rust_embed::RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Parts;

/// What stands in for a page that was not built.
const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\"><title>Not built</title>\n\
    <p>The web parts are not in this server. Run <code>scripts/start</code>, or <code>npm ci</code> and \
    <code>npm run build</code> in <code>web</code>, and build the server again.</p></html>\n";

/// A file as it is served.
pub struct Part {
    /// Its bytes.
    pub content: Bytes,
    /// For `Content-Type`.
    pub content_type: &'static str,
    /// For `ETag`, quotes included.
    pub entity_tag: String,
}

impl Part {
    /// Whether who asks with these headers has it already. A tag that a proxy weakened, since it
    /// compressed the file, is as good (RFC 9110, section 13.1.2).
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(IF_NONE_MATCH).iter();
        let mut tags = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','));
        tags.any(|tag| tag.trim().trim_start_matches("W/") == self.entity_tag)
    }
}

/// The file at `path`, as in `widget/frame.html`; of a page that was not built, the placeholder.
pub fn find(path: &str) -> Option<Part> {
    let content_type = content_type(path)?;
    let Some(file) = Parts::get(path) else {
        let is_page = ["widget/frame.html", "demo/demo.html", "dashboard/index.html"].contains(&path);
        return is_page.then(|| Part {
            content: Bytes::from_static(PLACEHOLDER.as_bytes()),
            content_type,
            entity_tag: "\"not-built\"".to_owned(),
        });
    };
    let hash = file.metadata.sha256_hash();
    let tag: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Part {
        content: match file.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        },
        content_type,
        entity_tag: format!("\"{tag}\""),
    })
}

fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "js" | "mjs" => Some("text/javascript; charset=utf-8"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_there_built_or_not_and_nothing_beside_the_folder_is() {
        assert!(find("widget/frame.html").is_some());
        assert!(find("demo/demo.html").is_some());
        assert!(find("dashboard/index.html").is_some());
        for path in [
            "widget/none.html",
            "widget/",
            "../package.json",
            "widget/../../build.mjs",
            "",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
