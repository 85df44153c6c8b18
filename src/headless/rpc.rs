//! JSON-RPC 2.0, one object per line: reads a request, writes a response or a notification.
//!
//! It does not know any method.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A request that is well-formed.
#[derive(Debug)]
pub(super) struct Call {
    /// Echoed in the answer; `None` for a notification, which gets none.
    pub(super) id: Option<Value>,
    /// What is asked.
    pub(super) method: String,
    /// An object, empty if left out.
    pub(super) params: Value,
}

/// Why a call has no result.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) code: i64,
    pub(super) message: String,
    /// One word of the list in HEADLESS.md, for programs.
    pub(super) kind: Option<&'static str>,
}

#[derive(Deserialize)]
struct Envelope {
    jsonrpc: Option<String>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
    method: Option<String>,
    params: Option<Value>,
}

/// Reads one line. The error carries the id to answer under, as far as it could be read.
pub(super) fn parse(line: &str) -> Result<Call, (Value, Fault)> {
    let value: Value = serde_json::from_str(line).map_err(|_| (Value::Null, Fault::parse()))?;
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    let envelope: Envelope = serde_json::from_value(value).map_err(|_| (id.clone(), Fault::request()))?;
    let well_formed = envelope.jsonrpc.as_deref() == Some("2.0")
        && matches!(envelope.id, None | Some(Value::Null | Value::String(_) | Value::Number(_)));
    let params = envelope.params.unwrap_or_else(|| json!({}));
    match envelope.method {
        Some(method) if well_formed && params.is_object() => Ok(Call { id: envelope.id, method, params }),
        Some(_) if well_formed => Err((id, Fault::params("parameters are given by name, in an object"))),
        _ => Err((id, Fault::request())),
    }
}

/// Turns the parameters into their type; unknown and missing ones are refused by it.
pub(super) fn params<P: DeserializeOwned>(params: Value) -> Result<P, Fault> {
    serde_json::from_value(params).map_err(|error| Fault::params(&error.to_string()))
}

/// The line that answers a call.
pub(super) fn answer(id: &Value, outcome: Result<Value, Fault>) -> String {
    let mut object = match outcome {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(fault) => json!({"jsonrpc": "2.0", "id": id, "error": fault.to_json()}),
    }
    .to_string();
    object.push('\n');
    object
}

/// The line that tells of an event.
pub(super) fn notification(method: &str, params: Value) -> String {
    let mut object = json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string();
    object.push('\n');
    object
}

impl Fault {
    pub(super) fn params(why: &str) -> Self {
        Self { code: -32602, message: format!("invalid parameters: {why}"), kind: None }
    }

    pub(super) fn method() -> Self {
        Self { code: -32601, message: "this method is not there (yet)".into(), kind: None }
    }

    pub(super) fn too_long() -> Self {
        Self { code: -32600, message: "a line may have at most 1 MiB".into(), kind: Some("too_long") }
    }

    fn parse() -> Self {
        Self { code: -32700, message: "this line is not JSON".into(), kind: None }
    }

    fn request() -> Self {
        Self { code: -32600, message: "this is not a JSON-RPC 2.0 request".into(), kind: None }
    }

    fn to_json(&self) -> Value {
        match self.kind {
            Some(kind) => json!({"code": self.code, "message": self.message, "data": {"kind": kind}}),
            None => json!({"code": self.code, "message": self.message}),
        }
    }
}

/// Keeps a null apart from what was left out.
pub(super) fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_params_gets_an_empty_object() {
        let call = parse(r#"{"jsonrpc":"2.0","id":1,"method":"version"}"#).unwrap();
        assert_eq!((call.id, call.method.as_str(), call.params), (Some(json!(1)), "version", json!({})));
    }

    #[test]
    fn a_notification_has_no_id_and_a_null_id_is_one() {
        assert_eq!(parse(r#"{"jsonrpc":"2.0","method":"x"}"#).unwrap().id, None);
        assert_eq!(parse(r#"{"jsonrpc":"2.0","id":null,"method":"x"}"#).unwrap().id, Some(Value::Null));
    }

    #[test]
    fn what_is_not_a_request_is_told_apart() {
        let code = |line: &str| parse(line).unwrap_err().1.code;
        assert_eq!(code("nonsense"), -32700);
        assert_eq!(code("[]"), -32600);
        assert_eq!(code(r#"{"id":1,"method":"x"}"#), -32600);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":[],"method":"x"}"#), -32600);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}"#), -32602);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1}"#), -32600);
    }

    #[test]
    fn an_answer_is_one_line() {
        let line = answer(&json!("a"), Ok(json!({"text": "two\nlines"})));
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.ends_with('\n'));
    }
}
