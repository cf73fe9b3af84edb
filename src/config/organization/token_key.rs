//! The tables `organization.token_key`.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::Zeroizing;

use super::label;
use crate::config::file;
use crate::config::section::{Field, Section};
use crate::config::settings::{KeyMaterial, TokenKeySettings};
use crate::config::sources::Source;
use crate::credential::{InvalidTokenKey, TokenAlgorithm, TokenKey};

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
    let path = file.as_ref().and_then(Field::path);
    let material = file
        .zip(path.clone())
        .and_then(|(field, path)| material(&field, &path, algorithm));
    Some(TokenKeySettings {
        kid: kid?,
        algorithm: algorithm?,
        file: path?,
        material: material?,
    })
}

fn algorithm(text: &str) -> Result<TokenAlgorithm, &'static str> {
    TokenAlgorithm::named(text).ok_or("this is \"HS256\" or \"EdDSA\"")
}

fn material(field: &Field<'_>, path: &Path, algorithm: Option<TokenAlgorithm>) -> Option<KeyMaterial> {
    let bytes = match file::read_bytes(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) => {
            field.report(format!("{}: {error}", path.display()));
            return None;
        }
    };
    match TokenKey::read(String::new(), algorithm?, &bytes) {
        Ok(_) => Some(KeyMaterial(bytes)),
        Err(error @ (InvalidTokenKey::ShortSecret | InvalidTokenKey::NoPublicKey)) => {
            field.report(format!("{}: {error}", path.display()));
            None
        }
    }
}
