//! What the person wishes of the engine and of the desktop, carried out.
//!
//! Wishes that change something are carried out one after the other, in a task of their own: a command may wait until
//! events are taken, and they are taken elsewhere. What takes long (passphrases, files, dialogs) runs beside them.

use std::path::PathBuf;
use std::sync::Arc;

use pelure_onion::Detour;
use pelure_onion::detour::split;
use pelure_ui::intent::Intent;
use pelure_ui::keys::{ContactKey, MessageKey};
use pelure_ui::model::{Blocked, Chosen, Done, Fault, Purpose, Shown};
use pelure_ui::qr::Qr;
use pelure_ui::update::Update;
use tokio::sync::mpsc;

use super::calls::CallWish;
use super::files::{FileAnswer, FileJob};
use super::gate::passphrase;
use super::{World, fault};
use crate::desk::{Choice, Desk, DeskError, picture};
use crate::engine::{Draft, Engine, EngineError, Sound, Terms};
use crate::vault::{ContactId, IdentityId, MessageKey as Key, Passphrase, RequestId, TransferId};
use crate::voice::device::Names;
use crate::wire::Expiry;

/// A wish that changes something.
pub(super) enum Wish {
    /// The person's.
    Of(Intent),
    /// The bridge's own: keep this by this name.
    Keep(&'static str, String),
    /// About calls.
    Call(CallWish),
    /// Use other devices.
    Sound(Sound),
    /// Enter Tor in another way.
    Detour(Box<Detour>),
}

/// What takes long.
pub(super) enum Job {
    Check(Passphrase),
    ChangePassphrase(Passphrase, Passphrase),
    Backup(PathBuf, Passphrase),
    Export(ContactId, PathBuf),
    Choose(Purpose),
    SaveQr(String, PathBuf),
    ScanFile(PathBuf),
    ScanClipboard,
    Paste,
    LookAtSound,
    File(FileJob),
}

/// What came of it.
pub(super) enum Answer {
    /// Events say the rest.
    Nothing,
    /// What was to be done broke by a mistake of the program's.
    Broken,
    /// The list of identities is another one.
    Identities,
    /// The list of blocked addresses is another one.
    Blocked,
    /// A message was put in line.
    Sent(Key),
    /// It was not: the text must not be lost.
    Unsent(ContactKey, String, Fault),
    /// Whether the passphrase that unlocks was right.
    Checked(Result<(), Fault>),
    /// Tor is entered in another way.
    Detour,
    /// What this machine can hear and play with.
    Names(Names),
    /// Something about files.
    File(FileAnswer),
    /// Something to tell.
    Tell(Update),
}

/// Carries out wishes in their order until there are no more.
pub(super) async fn carry_out_all(engine: Engine, mut wishes: mpsc::Receiver<Wish>, answers: mpsc::Sender<Answer>) {
    while let Some(wish) = wishes.recv().await {
        let answer = match wish {
            Wish::Of(intent) => carry_out(&engine, intent).await,
            Wish::Keep(name, value) => engine.put_setting(name, value).await.map(|()| Answer::Nothing),
            Wish::Call(wish) => wish.carry_out(&engine).await.map(|()| Answer::Nothing),
            Wish::Detour(detour) => engine.set_detour(*detour).await.map(|()| Answer::Detour),
            Wish::Sound(sound) => {
                engine.set_sound(sound).await;
                Ok(Answer::Nothing)
            }
        };
        let answer = answer.unwrap_or_else(|error| failed(&error));
        if answers.send(answer).await.is_err() {
            return;
        }
    }
}

async fn carry_out(engine: &Engine, intent: Intent) -> Result<Answer, EngineError> {
    match intent {
        Intent::AddIdentity { .. } | Intent::RemoveIdentity(_) | Intent::SetVisible(..) => {
            change_identity(engine, intent).await?;
            return Ok(Answer::Identities);
        }
        Intent::Send { contact, text, reply_to } => {
            let draft = Draft { text: text.clone(), reply_to: reply_to.map(of), ..Draft::default() };
            return Ok(match engine.send_message(ContactId(contact.0), draft).await {
                Ok(message) => Answer::Sent(message),
                Err(error) => Answer::Unsent(contact, text, fault::of_engine(&error)),
            });
        }
        Intent::SetOnline(online) => engine.set_online(online).await?,
        Intent::Accept { request, name } => drop(engine.accept_request(RequestId(request.0), &name).await?),
        Intent::Decline(request) => engine.decline_request(RequestId(request.0)).await?,
        Intent::BlockRequest(request) => {
            engine.block_request(RequestId(request.0)).await?;
            return Ok(Answer::Blocked);
        }
        Intent::UnblockAddress(Blocked { identity, address }) => {
            engine.unblock_address(IdentityId(identity.0), &address).await?;
            return Ok(Answer::Blocked);
        }
        Intent::Recall(message) => engine.recall_message(of(message)).await?,
        Intent::Edit(message, text) => engine.edit_message(of(message), text).await?,
        Intent::DeleteForBoth(message) => engine.delete_message(of(message)).await?,
        Intent::DeleteHere(message) => engine.forget_message(of(message)).await?,
        Intent::React(message, emoji) => engine.react(of(message), emoji.as_deref()).await?,
        Intent::AcceptFile(file) => engine.accept_file(TransferId(file.0)).await?,
        Intent::DeclineFile(file) => engine.decline_file(TransferId(file.0)).await?,
        Intent::PauseFile(file) => engine.pause_file(TransferId(file.0)).await?,
        Intent::ResumeFile(file) => engine.resume_file(TransferId(file.0)).await?,
        Intent::CancelFile(file) => engine.cancel_file(TransferId(file.0)).await?,
        other => change_contact(engine, other).await?,
    }
    Ok(Answer::Nothing)
}

async fn change_identity(engine: &Engine, intent: Intent) -> Result<(), EngineError> {
    match intent {
        Intent::AddIdentity { name } => engine.create_identity(&name).await.map(drop),
        Intent::RemoveIdentity(identity) => engine.remove_identity(IdentityId(identity.0)).await,
        Intent::SetVisible(identity, visible) => engine.set_visible(IdentityId(identity.0), visible).await,
        _ => Ok(()),
    }
}

async fn change_contact(engine: &Engine, intent: Intent) -> Result<(), EngineError> {
    match intent {
        Intent::AddContact { identity, address, name, message } => {
            engine.add_contact(IdentityId(identity.0), address.trim(), &name, message).await.map(drop)
        }
        Intent::Rename(contact, name) => engine.rename_contact(id(contact), &name).await,
        Intent::Verify(contact, verified) => engine.verify_contact(id(contact), verified).await,
        Intent::Block(contact, true) => engine.block_contact(id(contact)).await,
        Intent::Block(contact, false) => engine.unblock_contact(id(contact)).await,
        Intent::Remove(contact) => engine.remove_contact(id(contact)).await,
        Intent::Retry(contact) => engine.retry_contact(id(contact)).await,
        Intent::SetExpiry(contact, seconds) => {
            let expiry = seconds.map(|seconds| Expiry::from_seconds(seconds.into())).transpose()?;
            engine.set_terms(id(contact), Terms { expires_in: Some(expiry), ..Terms::default() }).await
        }
        Intent::SetReceipts(contact, wanted) => {
            engine.set_terms(id(contact), Terms { receipts: Some(wanted), ..Terms::default() }).await
        }
        Intent::MarkRead(contact) => engine.mark_read(id(contact)).await,
        Intent::Draft(contact, text) => engine.put_draft(id(contact), text).await,
        // Everything else is not the engine's.
        _ => Ok(()),
    }
}

impl Job {
    /// The job that a wish stands for, if it is a long one.
    pub(super) fn of(intent: &Intent) -> Option<Self> {
        Some(match intent {
            Intent::ChangePassphrase { old, new } => Self::ChangePassphrase(passphrase(old), passphrase(new)),
            Intent::Backup { path, passphrase } => Self::Backup(typed(path), self::passphrase(passphrase)),
            Intent::ExportTalk { contact, path } => Self::Export(id(*contact), typed(path)),
            Intent::Choose(purpose) => Self::Choose(*purpose),
            Intent::ScanFile(path) => Self::ScanFile(typed(path)),
            Intent::ScanClipboard => Self::ScanClipboard,
            Intent::Paste => Self::Paste,
            _ => return None,
        })
    }

    pub(super) async fn run(self, engine: Engine, world: Arc<World>) -> Answer {
        let desk = Arc::clone(&world.desk);
        match self {
            Self::Check(passphrase) => {
                let checked = engine.check_passphrase(passphrase).await;
                Answer::Checked(checked.map_err(|error| fault::of_engine(&error)))
            }
            Self::ChangePassphrase(old, new) => done(Done::PassphraseChanged, engine.change_passphrase(old, new).await),
            Self::Backup(path, passphrase) => done(Done::BackedUp, engine.export(path, passphrase).await),
            Self::Export(contact, path) => done(Done::Exported, engine.export_conversation(contact, path).await),
            Self::File(job) => job.run(engine, desk).await,
            Self::LookAtSound => {
                let devices = Arc::clone(&world.audio.devices);
                let looked = tokio::task::spawn_blocking(move || devices.names()).await;
                // Where no sound system answers there is nothing to choose from.
                looked.map_or(Answer::Broken, |names| Answer::Names(names.unwrap_or_default()))
            }
            on_desk => tokio::task::spawn_blocking(move || on_desk.ask(&*desk)).await.unwrap_or(Answer::Broken),
        }
    }

    /// What the desktop is asked; may wait.
    fn ask(self, desk: &dyn Desk) -> Answer {
        match self {
            Self::Choose(purpose) => match choice(purpose) {
                Some(choice) => chosen(purpose, desk.choose(&choice)),
                None => Answer::Nothing,
            },
            Self::SaveQr(address, path) => match save_qr(&address, &path) {
                Ok(()) => Answer::Tell(Update::Done(Done::QrSaved)),
                Err(error) => Answer::Tell(Update::Failed(fault::of_desk(&error))),
            },
            Self::ScanFile(path) => scanned(picture::scan_file(&path)),
            Self::ScanClipboard => scanned(desk.pixels().and_then(|pixels| pixels.scan())),
            Self::Paste => match desk.text() {
                Ok(text) => Answer::Tell(Update::Pasted(text)),
                // There may be something else; where there is nothing, nobody is told.
                Err(DeskError::Nothing) => Answer::Tell(Update::NoText),
                Err(error) => Answer::Tell(Update::Failed(fault::of_desk(&error))),
            },
            // These are the engine's.
            Self::Check(_)
            | Self::ChangePassphrase(..)
            | Self::Backup(..)
            | Self::Export(..)
            | Self::File(_)
            | Self::LookAtSound => Answer::Nothing,
        }
    }
}

/// What the desktop is to ask; `None`: that needs more than the purpose ([`FileJob`]).
fn choice(purpose: Purpose) -> Option<Choice> {
    Some(match purpose {
        Purpose::SaveQr => Choice::Save("pelure-address.png".into()),
        Purpose::ReadQr | Purpose::ReadBridges => Choice::OpenPicture,
        Purpose::ExportTalk => Choice::Save("conversation.txt".into()),
        Purpose::Backup => Choice::Save("pelure-backup".into()),
        Purpose::Send(_) | Purpose::SaveFile(_) => return None,
    })
}

pub(super) fn chosen(purpose: Purpose, outcome: Result<Option<PathBuf>, DeskError>) -> Answer {
    match outcome {
        Ok(None) => Answer::Nothing,
        Ok(Some(path)) => match path.into_os_string().into_string() {
            Ok(path) => Answer::Tell(Update::Chosen(Chosen { purpose, path: Some(path) })),
            // The window holds text; such a name cannot be typed either.
            Err(_) => Answer::Tell(Update::Failed(Fault::BadName)),
        },
        Err(_) => Answer::Tell(Update::Chosen(Chosen { purpose, path: None })),
    }
}

fn save_qr(address: &str, path: &std::path::Path) -> Result<(), DeskError> {
    let qr = Qr::of(address).ok_or(DeskError::TooMuch)?;
    picture::write_qr(path, qr.side(), qr.dark())
}

fn scanned(outcome: Result<String, DeskError>) -> Answer {
    let text = match outcome {
        // Bridges come as a list.
        Ok(text) => Ok(Shown::new(crate::name::neutralised(&split(&text).join("\n")))),
        Err(DeskError::TooMuch) => Err(Fault::PictureUnreadable),
        Err(error) => Err(fault::of_desk(&error)),
    };
    Answer::Tell(Update::Scanned(text))
}

fn done(what: Done, outcome: Result<(), EngineError>) -> Answer {
    outcome.map_or_else(|error| failed(&error), |()| Answer::Tell(Update::Done(what)))
}

fn failed(error: &EngineError) -> Answer {
    Answer::Tell(Update::Failed(fault::of_engine(error)))
}

/// A path as it was typed; `~/` is the person's own directory.
pub(super) fn typed(path: &str) -> PathBuf {
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    match path.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest))) {
        Some(path) => path,
        None => PathBuf::from(path),
    }
}

fn id(contact: ContactKey) -> ContactId {
    ContactId(contact.0)
}

fn of(message: MessageKey) -> Key {
    Key(message.0)
}
