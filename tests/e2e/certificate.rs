//! Certificates that are made for a test.

use std::path::{Path, PathBuf};

/// A certificate for this machine in a folder, with the line of the configuration that names it.
pub struct Files {
    pub certificate: PathBuf,
    pub private_key: PathBuf,
}

impl Files {
    pub fn make(folder: &Path) -> Self {
        let files = Self {
            certificate: folder.join("cert.pem"),
            private_key: folder.join("key.pem"),
        };
        files.renew();
        files
    }

    /// Puts another certificate in the place of this one, and returns it.
    pub fn renew(&self) -> Vec<u8> {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let key = self.private_key.with_extension("new");
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        std::fs::rename(key, &self.private_key).unwrap();
        std::fs::write(&self.certificate, made.cert.pem()).unwrap();
        self.authority()
    }

    pub fn authority(&self) -> Vec<u8> {
        std::fs::read(&self.certificate).unwrap()
    }

    pub fn table(&self) -> String {
        let (certificate, key) = (
            self.certificate.to_str().unwrap(),
            self.private_key.to_str().unwrap(),
        );
        format!("[tls]\ncertificate = {certificate:?}\nprivate_key = {key:?}\n")
    }
}
