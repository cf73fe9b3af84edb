//! Values that are made up by a schema, odd ones among them.

use serde_json::{Map, Value, json};

/// What the generator draws from; it shrinks with the case.
pub struct Draw(pub std::vec::IntoIter<u32>);

impl Draw {
    pub fn below(&mut self, most: usize) -> usize {
        self.0.next().unwrap_or(0) as usize % most
    }

    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    pub fn text(&mut self) -> String {
        let odd = [
            "",
            "acme",
            "own",
            "other",
            "x",
            "ä",
            "\u{202e}",
            "<script>",
            "=HYPERLINK()",
            "a\u{0}b",
            "-1",
            "1e999",
            "2030-01-01T00:00:00Z",
            "1999-01-01T00:00:00+14:00",
            "Europe/Berlin",
            "https://good.example",
            "now",
            "cancelled",
            "operator",
            "/api/v1/audit",
            "9999999999999999999",
        ];
        match self.below(odd.len() + 1) {
            all if all == odd.len() => "x".repeat(3000),
            one => odd[one].to_owned(),
        }
    }

    fn anything(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(100)),
            3 => json!(-1),
            4 => json!(1e300),
            5 => json!([self.text()]),
            6 => json!({"burst": self.below(9)}),
            _ => json!(self.text()),
        }
    }

    /// A value of this schema, or once in a while anything.
    pub fn value(&mut self, schema: &Value, shapes: &Value) -> Value {
        if self.below(8) == 0 {
            return self.anything();
        }
        if let Some(name) = schema["$ref"].as_str() {
            let shape = name.rsplit('/').next().and_then(|name| shapes.get(name));
            return self.value(shape.expect("a shape that is described"), shapes);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.one(choices);
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(several) = schema[several].as_array() {
                let chosen = self.one(several);
                return self.value(&chosen, shapes);
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            let parts = all.iter().map(|part| self.value(part, shapes));
            let parts = parts.filter_map(|part| part.as_object().cloned()).flatten();
            return Value::Object(parts.collect());
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => self.one(kinds),
            one => one.clone(),
        };
        match kind.as_str() {
            Some("integer" | "number") => {
                self.one(&[json!(0), json!(1), json!(5), json!(60), json!(1_000_000)])
            }
            Some("boolean") => json!(self.below(2) == 0),
            Some("string") if schema["format"] == "date-time" => {
                json!(self.one(&[
                    "2030-01-01T00:00:00Z",
                    "2031-01-01T00:00:00Z",
                    "1970-01-01T00:00:00Z"
                ]))
            }
            Some("string") => json!(self.text()),
            Some("array") => {
                let length = self.below(3);
                (0..length)
                    .map(|_| self.value(&schema["items"], shapes))
                    .collect()
            }
            Some("object") => self.object(schema, shapes),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, shapes: &Value) -> Value {
        let mut object = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = schema["required"]
                .as_array()
                .is_some_and(|all| all.contains(&json!(name)));
            if is_required || self.below(2) == 0 {
                object.insert(name.clone(), self.value(field, shapes));
            }
        }
        if self.below(8) == 0 {
            object.insert(self.text(), Value::Null);
        }
        Value::Object(object)
    }
}
