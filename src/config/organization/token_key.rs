//! The tables `organization.token_key`.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::label;
use crate::config::file;
use crate::config::section::{Field, Section};
use crate::config::settings::{KeyMaterial, TokenAlgorithm, TokenKeySettings};
use crate::config::sources::Source;

/// An HS256 secret is at least as long as its hash (RFC 7518, section 3.2), in bytes.
const SHORTEST_SECRET: usize = 32;

pub(super) fn read_all(organization: &mut Section<'_>) -> Vec<TokenKeySettings> {
    let mut kids: BTreeMap<String, Source> = BTreeMap::new();
    let sections = organization.sections("token_key");
    sections
        .into_iter()
        .filter_map(|section| read(section, &mut kids))
        .collect()
}

fn read(mut section: Section<'_>, kids: &mut BTreeMap<String, Source>) -> Option<TokenKeySettings> {
    let kid = section.required("kid", "kid = \"2026-11\"");
    let alg = section.required("alg", "alg = \"HS256\"");
    let file = section.required("file", "file = \"token.key\"");
    section.finish();
    let kid = kid.and_then(|field| {
        let kid = label(&field)?;
        if let Some(first) = kids.get(&kid) {
            field.report(format!(
                "`{}` is the kid of another key of this organization already, at {first}",
                kid.escape_debug()
            ));
            return None;
        }
        kids.insert(kid.clone(), field.source());
        Some(kid)
    });
    let algorithm = alg.and_then(|field| field.parsed(algorithm));
    let material = file.and_then(|field| material(&field, algorithm));
    Some(TokenKeySettings {
        kid: kid?,
        algorithm: algorithm?,
        material: material?,
    })
}

fn algorithm(text: &str) -> Result<TokenAlgorithm, &'static str> {
    match text {
        "HS256" => Ok(TokenAlgorithm::Hs256),
        "EdDSA" => Ok(TokenAlgorithm::EdDsa),
        _ => Err("this is \"HS256\" or \"EdDSA\""),
    }
}

fn material(field: &Field<'_>, algorithm: Option<TokenAlgorithm>) -> Option<KeyMaterial> {
    let path = field.path()?;
    let bytes = match file::read_bytes(&path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) => {
            field.report(format!("{}: {error}", path.display()));
            return None;
        }
    };
    match algorithm? {
        TokenAlgorithm::Hs256 if bytes.len() < SHORTEST_SECRET => {
            field.report(format!(
                "an HS256 secret has at least {SHORTEST_SECRET} bytes; this file has {}",
                bytes.len()
            ));
            None
        }
        TokenAlgorithm::EdDsa if !bytes.starts_with(b"-----BEGIN PUBLIC KEY-----") => {
            field.report(
                "for EdDSA this file is a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----",
            );
            None
        }
        TokenAlgorithm::Hs256 | TokenAlgorithm::EdDsa => Some(KeyMaterial(bytes)),
    }
}
