//! Whether a value is as its schema in the description of the API says, and has nothing that it does not say.

use serde_json::Value;
use std::collections::BTreeSet;

/// What is wrong with `value`, and where; nothing if it fits. `shapes` are the named schemas.
pub fn misfit(value: &Value, schema: &Value, shapes: &Value) -> Option<String> {
    fits(value, schema, shapes)
        .and_then(|()| has_nothing_else(value, schema, shapes))
        .err()
}

fn named<'a>(schema: &Value, shapes: &'a Value) -> Option<&'a Value> {
    let name = schema["$ref"].as_str()?.rsplit('/').next()?;
    Some(shapes.get(name).expect("a shape that is described"))
}

fn fits(value: &Value, schema: &Value, shapes: &Value) -> Result<(), String> {
    if let Some(shape) = named(schema, shapes) {
        fits(value, shape, shapes)?;
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fits(value, part, shapes)?;
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(several) = schema[several].as_array() {
            let wrong = several.iter().map(|one| misfit(value, one, shapes));
            let wrong: Vec<_> = wrong.collect::<Option<_>>().unwrap_or_default();
            if !wrong.is_empty() {
                return Err(format!("none of several: {}", wrong.join("; ")));
            }
        }
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(value, kind)) {
        return Err(format!("{value} is no {}", kinds.join(" or ")));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return Err(format!("{value} is none of {choices:?}"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        return Err(format!("{number} is less than {least}"));
    }
    if let (Some(format), Some(text)) = (schema["format"].as_str(), value.as_str()) {
        let is_right = match format {
            "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
            "uuid" => text.parse::<uuid::Uuid>().is_ok(),
            other => panic!("no text is called {other}"),
        };
        is_right
            .then_some(())
            .ok_or_else(|| format!("{text:?} is no {format}"))?;
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        if schema.get("items").is_some() {
            misfit(item, &schema["items"], shapes).map_or(Ok(()), |wrong| Err(format!("[{n}] {wrong}")))?;
        }
    }
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().expect("a field's name");
        if !object.contains_key(name) {
            return Err(format!("{name} is not there"));
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = object.get(name) {
            misfit(value, field, shapes).map_or(Ok(()), |wrong| Err(format!(".{name} {wrong}")))?;
        }
    }
    Ok(())
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no kind of a value"),
    }
}

/// A field that is not described is a promise that nobody made.
fn has_nothing_else(value: &Value, schema: &Value, shapes: &Value) -> Result<(), String> {
    let mut known = BTreeSet::new();
    if let (Some(object), true) = (value.as_object(), knows_all(schema, shapes, &mut known))
        && let Some(other) = object.keys().find(|name| !known.contains(name.as_str()))
    {
        return Err(format!("{other} is not described"));
    }
    Ok(())
}

/// Collects the fields of an object. `false`: it may have any.
fn knows_all<'a>(schema: &'a Value, shapes: &'a Value, known: &mut BTreeSet<&'a str>) -> bool {
    let fields = schema["properties"].as_object();
    known.extend(
        fields
            .into_iter()
            .flat_map(|fields| fields.keys().map(String::as_str)),
    );
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let parts: Vec<_> = parts.chain(named(schema, shapes)).collect();
    let is_open = schema.get("oneOf").or(schema.get("anyOf")).is_some()
        || schema["additionalProperties"].is_object()
        || fields.is_none() && parts.is_empty();
    parts.into_iter().all(|part| knows_all(part, shapes, known)) && !is_open
}

#[test]
fn what_does_not_fit_is_found() {
    use serde_json::json;
    let shapes = json!({"Base": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 0}}}});
    let schema = json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {
        "at": {"type": ["string", "null"], "format": "date-time"},
        "kind": {"oneOf": [{"type": "string", "enum": ["x"]}, {"type": "null"}]},
        "list": {"type": "array", "items": {"$ref": "#/components/schemas/Base"}}}}]});
    for right in [
        json!({"a": 1}),
        json!({"a": 0, "at": "2030-01-01T00:00:00Z", "kind": "x", "list": [{"a": 1}]}),
        json!({"a": 0, "at": null, "kind": null, "list": []}),
    ] {
        assert_eq!(misfit(&right, &schema, &shapes), None, "{right}");
    }
    for wrong in [
        json!({}),
        json!([]),
        json!({"a": -1}),
        json!({"a": 1.5}),
        json!({"a": 1, "at": "soon"}),
        json!({"a": 1, "kind": "y"}),
        json!({"a": 1, "list": [{}]}),
        json!({"a": 1, "list": [{"a": 1, "more": 1}]}),
        json!({"a": 1, "more": 1}),
    ] {
        assert!(misfit(&wrong, &schema, &shapes).is_some(), "{wrong}");
    }
}
