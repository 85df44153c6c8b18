//! The parameters of each method, as types: what is unknown or missing is refused by them.

use std::path::PathBuf;

use serde::Deserialize;

use super::rpc;

/// Declares the parameters of a method: unknown ones are refused.
macro_rules! parameters {
    ($($name:ident { $($field:ident : $type:ty),* })*) => {
        $(
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(super) struct $name { $(pub(super) $field: $type),* }
        )*
    };
}

parameters! {
    Nothing {}
    StartCall { contact: String, profile: Option<Size> }
    OfCall { call: String }
    Mute { call: String, muted: bool }
    Speak { contact: String, path: PathBuf }
    Named { name: String }
    OfIdentity { identity: String }
    MaybeIdentity { identity: Option<String> }
    Visible { identity: String, visible: bool }
    OfContact { contact: String }
    Add { identity: String, address: String, name: String, message: Option<String> }
    Rename { contact: String, name: String }
    Verify { contact: String, verified: bool }
    Words { contact: String, language: Option<Tongue> }
    Accept { request: String, name: String }
    OfRequest { request: String }
    Unblock { identity: String, address: String }
    OfMessage { message: String }
    Edit { message: String, text: String }
    List { contact: String, before: Option<String>, after: Option<String>, limit: Option<u32> }
    Search { query: String, contact: Option<String>, limit: Option<u32> }
    Look { path: PathBuf, clean_metadata: Option<bool> }
    Offer { contact: String, path: PathBuf, clean_metadata: Option<bool>, name: Option<String> }
    OfTransfer { transfer: String }
    SaveFile { transfer: String, path: PathBuf }
    MaybeContact { contact: Option<String> }
    Online { online: bool }
    Bridges { lines: Vec<String> }
    Ports { ports: Vec<u64> }
    Change { old: String, new: String }
    Backup { path: PathBuf, passphrase: String }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) contact: String,
    pub(super) text: String,
    pub(super) reply_to: Option<String>,
    #[serde(default, deserialize_with = "rpc::present")]
    pub(super) expires_in: Option<Option<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    pub(super) contact: String,
    pub(super) receipts: Option<bool>,
    #[serde(default, deserialize_with = "rpc::present")]
    pub(super) expires_in: Option<Option<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct React {
    pub(super) message: String,
    /// Null takes the reaction back; left out is a mistake.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) emoji: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tongue {
    En,
    Fr,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proxy {
    /// Null is none; left out is a mistake.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) url: Option<String>,
}

/// What a call takes of the network.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Size {
    Default,
    Saver,
    Thin,
}
