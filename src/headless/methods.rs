//! The methods of `pelure headless`: parameters in, the engine's answer out.
//!
//! It does not decide anything: every rule is the engine's.

use std::str::FromStr;

use serde_json::{Value, json};

use super::parameters::*;
use super::rpc::{self, Call, Fault};
use super::{calls, shape};
use crate::engine::{Draft, Engine, EngineError, OfferOptions, Page, SubmittedMessage, Terms};
use crate::name::safety::Language;
use crate::vault::Passphrase;
use crate::wire::Expiry;

/// Puts a message in line; [`sent`] waits for it.
pub(super) async fn send(engine: &Engine, params: Value) -> Result<SubmittedMessage, Fault> {
    let Send { contact, text, reply_to, expires_in } = rpc::params(params)?;
    let reply_to = reply_to.as_deref().map(id).transpose()?;
    let draft = Draft { text, reply_to, expires_in: lifetime(expires_in)? };
    Ok(engine.submit_message(id(&contact)?, draft).await?)
}

/// The result of `message.send`.
pub(super) async fn sent(message: SubmittedMessage) -> Result<Value, Fault> {
    Ok(json!({"message": message.durable().await?.to_string()}))
}

/// Carries out one call, other than `message.send`.
pub(super) async fn call(engine: &Engine, call: Call) -> Result<Value, Fault> {
    let Call { method, params, .. } = call;
    let room = method.split_once('.').map_or(method.as_str(), |(room, _)| room);
    match room {
        "identity" => identity(engine, &method, params).await,
        "contact" => contact(engine, &method, params).await,
        "request" => request(engine, &method, params).await,
        "message" => message(engine, &method, params).await,
        "file" => file(engine, &method, params).await,
        "call" => calls::call(engine, &method, params).await,
        "voice_note" => calls::note(engine, &method, params).await,
        "tor" => tor(engine, &method, params).await,
        "profile" => profile(engine, &method, params).await,
        "version" => {
            let Nothing {} = rpc::params(params)?;
            Ok(version())
        }
        _ => Err(Fault::method()),
    }
}

async fn identity(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "identity.create" => {
            let Named { name } = rpc::params(params)?;
            let view = engine.create_identity(&name).await?;
            Ok(json!({"identity": view.identity.to_string(), "address": view.address.onion()}))
        }
        "identity.list" => {
            let Nothing {} = rpc::params(params)?;
            Ok(engine.identities().await?.iter().map(shape::identity).collect())
        }
        "identity.remove" => {
            let OfIdentity { identity } = rpc::params(params)?;
            done(engine.remove_identity(id(&identity)?).await)
        }
        "identity.set_visible" => {
            let Visible { identity, visible } = rpc::params(params)?;
            done(engine.set_visible(id(&identity)?, visible).await)
        }
        _ => Err(Fault::method()),
    }
}

async fn contact(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "contact.add" => {
            let Add { identity, address, name, message } = rpc::params(params)?;
            let contact = engine.add_contact(id(&identity)?, &address, &name, message.unwrap_or_default()).await?;
            Ok(json!({"contact": contact.to_string()}))
        }
        "contact.list" => {
            let MaybeIdentity { identity } = rpc::params(params)?;
            let identity = identity.as_deref().map(id).transpose()?;
            Ok(engine.contacts(identity).await?.iter().map(shape::contact).collect())
        }
        "contact.rename" => {
            let Rename { contact, name } = rpc::params(params)?;
            done(engine.rename_contact(id(&contact)?, &name).await)
        }
        "contact.verify" => {
            let Verify { contact, verified } = rpc::params(params)?;
            done(engine.verify_contact(id(&contact)?, verified).await)
        }
        "contact.set" => {
            let Set { contact, receipts, expires_in } = rpc::params(params)?;
            let terms = Terms { receipts, expires_in: lifetime(expires_in)? };
            done(engine.set_terms(id(&contact)?, terms).await)
        }
        "contact.block" => done(engine.block_contact(of_contact(params)?).await),
        "contact.unblock" => done(engine.unblock_contact(of_contact(params)?).await),
        "contact.remove" => done(engine.remove_contact(of_contact(params)?).await),
        "contact.retry" => done(engine.retry_contact(of_contact(params)?).await),
        "contact.safety_words" => {
            let Words { contact, language } = rpc::params(params)?;
            let words = engine.safety_words(id(&contact)?).await?;
            let language = match language {
                None | Some(Tongue::En) => Language::English,
                Some(Tongue::Fr) => Language::French,
            };
            Ok(json!({"words": words.words(language), "digits": words.digits()}))
        }
        _ => Err(Fault::method()),
    }
}

async fn request(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "request.list" => {
            let MaybeIdentity { identity } = rpc::params(params)?;
            let identity = identity.as_deref().map(id).transpose()?;
            Ok(engine.requests(identity).await?.iter().map(shape::request).collect())
        }
        "request.accept" => {
            let Accept { request, name } = rpc::params(params)?;
            let contact = engine.accept_request(id(&request)?, &name).await?;
            Ok(json!({"contact": contact.to_string()}))
        }
        "request.decline" => {
            let OfRequest { request } = rpc::params(params)?;
            done(engine.decline_request(id(&request)?).await)
        }
        "request.block" => {
            let OfRequest { request } = rpc::params(params)?;
            done(engine.block_request(id(&request)?).await)
        }
        "request.blocked" => {
            let Nothing {} = rpc::params(params)?;
            Ok(engine.blocked_addresses().await?.iter().map(shape::blocked).collect())
        }
        "request.unblock" => {
            let Unblock { identity, address } = rpc::params(params)?;
            done(engine.unblock_address(id(&identity)?, &address).await)
        }
        _ => Err(Fault::method()),
    }
}

async fn message(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "message.recall" => {
            let OfMessage { message } = rpc::params(params)?;
            done(engine.recall_message(id(&message)?).await)
        }
        "message.edit" => {
            let Edit { message, text } = rpc::params(params)?;
            done(engine.edit_message(id(&message)?, text).await)
        }
        "message.delete" => {
            let OfMessage { message } = rpc::params(params)?;
            done(engine.delete_message(id(&message)?).await)
        }
        "message.react" => {
            let React { message, emoji } = rpc::params(params)?;
            done(engine.react(id(&message)?, emoji.as_deref()).await)
        }
        "message.list" => {
            let List { contact, before, after, limit } = rpc::params(params)?;
            let before = before.as_deref().map(id).transpose()?;
            let after = after.as_deref().map(id).transpose()?;
            let page = Page { before, after, limit: limit.unwrap_or(PAGE) };
            Ok(engine.messages(id(&contact)?, page).await?.iter().map(shape::message).collect())
        }
        "message.search" => {
            let Search { query, contact, limit } = rpc::params(params)?;
            let contact = contact.as_deref().map(id).transpose()?;
            let found = engine.search_messages(query, contact, limit.unwrap_or(PAGE)).await?;
            Ok(found.iter().map(shape::message).collect())
        }
        "message.mark_read" => done(engine.mark_read(of_contact(params)?).await),
        _ => Err(Fault::method()),
    }
}

async fn file(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "file.prepare" => {
            let Look { path, clean_metadata } = rpc::params(params)?;
            Ok(shape::prepared(&engine.prepare_file(path, clean_metadata.unwrap_or(true)).await?))
        }
        "file.offer" => {
            let Offer { contact, path, clean_metadata, name } = rpc::params(params)?;
            let options = OfferOptions { clean: clean_metadata.unwrap_or(true), name };
            let transfer = engine.offer_file(id(&contact)?, path, options).await?;
            Ok(json!({"transfer": transfer.to_string()}))
        }
        "file.accept" => done(engine.accept_file(of_transfer(params)?).await),
        "file.decline" => done(engine.decline_file(of_transfer(params)?).await),
        "file.pause" => done(engine.pause_file(of_transfer(params)?).await),
        "file.resume" => done(engine.resume_file(of_transfer(params)?).await),
        "file.cancel" => done(engine.cancel_file(of_transfer(params)?).await),
        "file.save" => {
            let SaveFile { transfer, path } = rpc::params(params)?;
            done(engine.save_file(id(&transfer)?, path).await)
        }
        "file.list" => {
            let MaybeContact { contact } = rpc::params(params)?;
            let contact = contact.as_deref().map(id).transpose()?;
            Ok(engine.transfers(contact).await?.iter().map(shape::file).collect())
        }
        _ => Err(Fault::method()),
    }
}

async fn tor(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "tor.status" => {
            let Nothing {} = rpc::params(params)?;
            Ok(shape::tor(&engine.tor()))
        }
        "tor.set_online" => {
            let Online { online } = rpc::params(params)?;
            done(engine.set_online(online).await)
        }
        "tor.set_bridges" => {
            let Bridges { lines } = rpc::params(params)?;
            done(engine.set_bridges(&lines).await)
        }
        "tor.set_proxy" => {
            let Proxy { url } = rpc::params(params)?;
            done(engine.set_proxy(url.as_deref()).await)
        }
        "tor.set_ports" => {
            let Ports { ports } = rpc::params(params)?;
            done(engine.set_ports(&ports).await)
        }
        _ => Err(Fault::method()),
    }
}

async fn profile(engine: &Engine, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "profile.change_passphrase" => {
            let Change { old, new } = rpc::params(params)?;
            done(engine.change_passphrase(Passphrase::new(old), Passphrase::new(new)).await)
        }
        "profile.export" => {
            let Backup { path, passphrase } = rpc::params(params)?;
            done(engine.export(path, Passphrase::new(passphrase)).await)
        }
        "profile.import" => {
            let Backup { path, passphrase } = rpc::params(params)?;
            done(engine.import(path, Passphrase::new(passphrase)).await)
        }
        _ => Err(Fault::method()),
    }
}

fn version() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "protocol": crate::wire::limits::PROTOCOL,
        "arti": pelure_onion::ARTI_VERSION,
    })
}

pub(super) fn done(outcome: Result<(), EngineError>) -> Result<Value, Fault> {
    outcome?;
    Ok(json!({}))
}

/// Seconds after which messages disappear: left out is no wish, null is never.
fn lifetime(seconds: Option<Option<u64>>) -> Result<Option<Option<Expiry>>, Fault> {
    let checked = |seconds| Expiry::from_seconds(seconds).map_err(EngineError::from);
    Ok(seconds.map(|seconds| seconds.map(checked).transpose()).transpose()?)
}

/// An identifier of a shape we never gave out names nothing.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| EngineError::NotFound.into())
}

fn of_contact<T: FromStr>(params: Value) -> Result<T, Fault> {
    let OfContact { contact } = rpc::params(params)?;
    id(&contact)
}

fn of_transfer<T: FromStr>(params: Value) -> Result<T, Fault> {
    let OfTransfer { transfer } = rpc::params(params)?;
    id(&transfer)
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Self { code: APPLICATION_ERROR, message: error.to_string(), kind: Some(error.kind()) }
    }
}

/// Messages in a listing that names no limit.
const PAGE: u32 = 50;

/// The first of the codes JSON-RPC leaves to applications.
const APPLICATION_ERROR: i64 = -32000;
