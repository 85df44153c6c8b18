//! Calls and voice notes as `pelure headless` has them: methods, and notifications as JSON.
//!
//! It does not decide anything: every rule is the engine's.

use std::time::Duration;

use serde_json::{Value, json};

use super::methods::{done, id};
use super::parameters::{Mute, OfCall, Size, Speak, StartCall};
use super::rpc::{self, Fault};
use crate::engine::{CallView, Engine};
use crate::voice::{Ending, Stage, Stats};
use crate::wire::{CallId, Profile};

/// Carries out a method about calls.
pub(super) async fn call(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "call.start" => {
            let StartCall { contact, profile } = rpc::params(params)?;
            let call = engine.start_call(id(&contact)?, profile.map_or(Profile::Default, Size::profile)).await?;
            Ok(json!({"call": call.to_string()}))
        }
        "call.accept" => done(engine.accept_call(of_call(params)?).await),
        "call.decline" => done(engine.decline_call(of_call(params)?).await),
        "call.hang_up" => done(engine.hang_up(of_call(params)?).await),
        "call.mute" => {
            let Mute { call, muted } = rpc::params(params)?;
            done(engine.mute_call(id(&call)?, muted).await)
        }
        _ => Err(Fault::method()),
    }
}

/// Carries out a method about voice notes.
pub(super) async fn note(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "voice_note.send" => {
            let Speak { contact, path } = rpc::params(params)?;
            let transfer = engine.send_voice_note(id(&contact)?, path).await?;
            Ok(json!({"transfer": transfer.to_string()}))
        }
        _ => Err(Fault::method()),
    }
}

/// A call that rings here.
pub(super) fn incoming(view: &CallView) -> Value {
    json!({"call": view.call.to_string(), "contact": view.contact.to_string()})
}

/// What a call has come to.
pub(super) fn state(view: &CallView) -> Value {
    let (state, reason) = match view.stage {
        Stage::Ringing => ("ringing", None),
        Stage::Connecting => ("connecting", None),
        Stage::Active => ("active", None),
        Stage::Ended(ending) => ("ended", Some(word(ending))),
    };
    let mut object = json!({
        "call": view.call.to_string(), "contact": view.contact.to_string(),
        "direction": if view.incoming { "in" } else { "out" }, "state": state, "muted": view.muted,
    });
    if let (Some(map), Some(reason)) = (object.as_object_mut(), reason) {
        map.insert("reason".into(), reason.into());
    }
    object
}

/// A call in numbers.
pub(super) fn stats(view: &CallView, stats: &Stats) -> Value {
    let circuits = stats.circuits.iter();
    let circuits: Value = circuits.map(|one| json!({"alive": one.alive, "one_way_ms": millis(one.one_way)})).collect();
    json!({
        "call": view.call.to_string(), "one_way_ms": millis(stats.one_way), "target_ms": millis(stats.target),
        "mouth_to_ear_ms": millis(stats.mouth_to_ear), "late_ratio": share(stats.late_ratio),
        "concealed_ratio": share(stats.concealed_ratio), "circuits": circuits,
        "cells_sent": stats.cells_sent, "cells_received": stats.cells_received,
    })
}

fn word(ending: Ending) -> &'static str {
    match ending {
        Ending::HungUp => "hung_up",
        Ending::Declined => "declined",
        Ending::Busy => "busy",
        Ending::Missed => "missed",
        Ending::NoAnswer => "no_answer",
        Ending::Failed => "failed",
        Ending::Replaced => "replaced",
    }
}

fn millis(time: Option<Duration>) -> Value {
    time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)).into()
}

/// A share of one, without digits that mean nothing.
fn share(ratio: f64) -> f64 {
    (ratio * 10_000.0).round() / 10_000.0
}

fn of_call(params: Value) -> Result<CallId, Fault> {
    let OfCall { call } = rpc::params(params)?;
    id(&call)
}

impl Size {
    fn profile(self) -> Profile {
        match self {
            Self::Default => Profile::Default,
            Self::Saver => Profile::Saver,
            Self::Thin => Profile::Thin,
        }
    }
}
