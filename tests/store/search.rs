//! Looks for marks in bytes, in every form in which they could stand there.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const PREFIX: usize = 8;

/// What is looked for.
#[derive(Default)]
pub struct Search {
    by_prefix: HashMap<[u8; PREFIX], Vec<(Vec<u8>, String)>>,
}

impl Search {
    /// Looks for exactly these bytes, 8 or more.
    pub fn raw(&mut self, bytes: &[u8], name: &str) {
        let prefix = bytes[..PREFIX].try_into().unwrap();
        assert_ne!(prefix, [0; PREFIX], "{name}");
        let known = self.by_prefix.entry(prefix).or_default();
        known.push((bytes.to_vec(), name.to_owned()));
    }

    /// Looks for these bytes raw, in hexadecimal digits and in base64.
    pub fn bytes(&mut self, bytes: &[u8], name: &str) {
        self.raw(bytes, name);
        self.raw(hex(bytes).as_bytes(), name);
        self.raw(hex(bytes).to_uppercase().as_bytes(), name);
        self.raw(STANDARD_NO_PAD.encode(bytes).as_bytes(), name);
        self.raw(URL_SAFE_NO_PAD.encode(bytes).as_bytes(), name);
    }

    /// The same for their plain hash.
    pub fn with_hash(&mut self, bytes: &[u8], name: &str) {
        self.bytes(bytes, name);
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        self.bytes(&hash[..16], &format!("hash of {name}"));
    }

    /// A UUID also with dashes.
    pub fn id(&mut self, id: uuid::Uuid, name: &str) {
        self.with_hash(id.as_bytes(), name);
        self.raw(id.to_string().as_bytes(), name);
    }

    /// The names of what stands in `bytes`.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, prefix) in bytes.windows(PREFIX).enumerate() {
            let prefix: &[u8; PREFIX] = prefix.try_into().unwrap();
            // Most of a file, and never looked for.
            if prefix == &[0; PREFIX] {
                continue;
            }
            let Some(known) = self.by_prefix.get(prefix) else {
                continue;
            };
            for (whole, name) in known {
                if bytes[at..].starts_with(whole) {
                    found.push(name.as_str());
                }
            }
        }
        found
    }

    /// The same for every file of a folder, with the file's name.
    pub fn found_in_folder(&self, folder: &Path) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        for file in std::fs::read_dir(folder).unwrap().flatten() {
            // A file may go while it is looked for.
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            let names = self.found_in(&bytes).into_iter();
            found.extend(names.map(|name| (file.path(), name.to_owned())));
        }
        found
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_mark_is_found_in_every_form() {
    let id = uuid::Uuid::new_v4();
    let mut search = Search::default();
    search.id(id, "id");
    let forms = [
        id.as_bytes().to_vec(),
        id.to_string().into_bytes(),
        hex(id.as_bytes()).into_bytes(),
        STANDARD_NO_PAD.encode(id.as_bytes()).into_bytes(),
        Sha256::digest(id.as_bytes()).to_vec(),
    ];
    for form in forms {
        let bytes = [&b"before"[..], &form, b"after"].concat();
        assert!(!search.found_in(&bytes).is_empty(), "{form:?}");
    }
    assert!(search.found_in(b"nothing of the kind").is_empty());
}
