//! The description as a page for readers: no script, nothing from outside.

use serde_json::Value;
use std::fmt::{self, Write as _};

/// The page of an OpenAPI description.
pub(super) fn html(description: &Value) -> String {
    let mut page = String::new();
    write(&mut page, description).expect("writing to a text cannot fail");
    page
}

fn write(page: &mut String, description: &Value) -> fmt::Result {
    let head = &description["info"];
    let title = escaped(&head["title"]);
    writeln!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>"
    )?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    writeln!(
        page,
        "<link rel=\"stylesheet\" href=\"/api/docs.css\">\n<main>\n<h1>{title}</h1>"
    )?;
    writeln!(page, "<p>{}</p>", escaped(&head["description"]))?;
    writeln!(
        page,
        "<p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>"
    )?;
    for tag in description["tags"].as_array().into_iter().flatten() {
        writeln!(
            page,
            "<h2>{}</h2>\n<p>{}</p>",
            escaped(&tag["name"]),
            escaped(&tag["description"])
        )?;
        for (path, methods) in description["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if operation["tags"]
                    .as_array()
                    .is_some_and(|tags| tags.contains(&tag["name"]))
                {
                    write_operation(page, &format!("{} {path}", method.to_uppercase()), operation)?;
                }
            }
        }
    }
    writeln!(page, "<h2>Shapes</h2>")?;
    for (name, schema) in description["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        writeln!(
            page,
            "<h3 id=\"{name}\">{name}</h3>\n<p>{}</p>",
            escaped(&schema["description"])
        )?;
        if let Some(choices) = schema["enum"].as_array() {
            let choices: Vec<_> = choices.iter().map(escaped).collect();
            writeln!(page, "<p>One of {}</p>", choices.join(", "))?;
        }
        let fields = schema["properties"].as_object().into_iter().flatten();
        let rows = fields.map(|(name, field)| (name.clone(), kind(field), escaped(&field["description"])));
        write_rows(page, rows)?;
    }
    write!(page, "</main>\n</html>\n")
}

fn write_operation(page: &mut String, name: &str, operation: &Value) -> fmt::Result {
    writeln!(page, "<h3>{name}</h3>")?;
    for text in ["summary", "description"] {
        writeln!(page, "<p>{}</p>", escaped(&operation[text]))?;
    }
    let role = escaped(&operation["x-least-role"]);
    writeln!(page, "<p>For: {role}</p>")?;
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let rows = parameters.map(|parameter| {
        let place = format!("{} ({})", kind(&parameter["schema"]), escaped(&parameter["in"]));
        (
            escaped(&parameter["name"]),
            place,
            escaped(&parameter["description"]),
        )
    });
    write_rows(page, rows)?;
    let body = operation["requestBody"].get("content").map(content);
    let body = body.map(|kind| ("body".to_owned(), kind, String::new()));
    let responses = operation["responses"].as_object().into_iter().flatten();
    let responses = responses.map(|(status, response)| {
        let kind = response.get("content").map(content).unwrap_or_default();
        (status.clone(), kind, escaped(&response["description"]))
    });
    write_rows(page, body.into_iter().chain(responses))
}

fn write_rows(page: &mut String, rows: impl Iterator<Item = (String, String, String)>) -> fmt::Result {
    writeln!(page, "<table>")?;
    for (name, kind, meaning) in rows {
        writeln!(page, "<tr><td>{name}<td>{kind}<td>{meaning}")?;
    }
    writeln!(page, "</table>")
}

fn content(content: &Value) -> String {
    let kinds = content.as_object().into_iter().flatten();
    kinds.map(|(_, body)| kind(&body["schema"])).collect()
}

/// What a value is: a link where it has a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    let several = schema["oneOf"].as_array().into_iter().flatten();
    let several: Vec<_> = several.map(kind).collect();
    if !several.is_empty() {
        return several.join(" or ");
    }
    match &schema["type"] {
        Value::Array(types) => types.iter().map(escaped).collect::<Vec<_>>().join(" or "),
        Value::String(list) if list == "array" => format!("list of {}", kind(&schema["items"])),
        one => escaped(one),
    }
}

fn escaped(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
