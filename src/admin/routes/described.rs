//! What the description of a route says for all of its kind: who may, and what everybody can be answered.

use super::Least;
use axum::http::Method;
use std::sync::Arc;
use utoipa::openapi::Response;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, PathItem, Paths};

/// Completes the description of one route, and reads its method and path.
pub(super) fn complete(least: Least, paths: &mut Paths) -> (Method, Arc<str>) {
    let (path, item) = paths.paths.iter_mut().next().expect("a route has a path");
    let (method, operation) = operation(item);
    let has_body = operation.request_body.is_some();
    let mut may_answer = |status: &str, why: &str| {
        let known = &mut operation.responses.responses;
        known
            .entry(status.to_owned())
            .or_insert_with(|| Response::new(why).into());
    };
    if least > Least::Anybody {
        may_answer("401", "No token that is known");
        if path.contains('{') {
            may_answer("404", "Nothing that this token may see");
        }
    }
    if least > Least::Viewer {
        may_answer("403", "A role that may not");
        may_answer("503", "The store takes nothing at the moment");
    }
    if has_body {
        may_answer("400", "No JSON object");
        may_answer("413", "More than 64 KiB");
        may_answer("422", "A field is not taken: `field` says which");
    }
    let role = match least {
        Least::Anybody => "anybody",
        Least::Viewer => "viewer",
        Least::Admin => "admin",
        Least::Operator => "operator",
    };
    operation.extensions = Some(Extensions::from_iter([("x-least-role", role)]));
    (method, Arc::from(path.as_str()))
}

/// The one method that a path has here.
fn operation(item: &mut PathItem) -> (Method, &mut Operation) {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    let mut all = all
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)));
    all.next().expect("a route has a method")
}
