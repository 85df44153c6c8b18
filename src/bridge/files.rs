//! What the person wishes about files: what is chosen is looked into and offered, what came is listed, shown and saved.
//!
//! The window gets names, sizes and pictures; paths and bytes stay on this side.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelure_ui::intent::{Intent, Source};
use pelure_ui::keys::{ContactKey, ParcelKey, TransferKey};
use pelure_ui::model::{Chosen, Done, Fault, Files, LISTED, Picture, Pixels, Purpose, Shown};
use pelure_ui::update::Update;
use zeroize::Zeroizing;

use super::notes::{NoteAnswer, NoteJob};
use super::parcels::{Content, Errand};
use super::wishes::{Answer, Job, typed};
use super::work::Work;
use super::{fault, filing};
use crate::desk::{Choice, Desk, DeskError, Pick, preview};
use crate::engine::{Engine, EngineError, OfferOptions, Prepared, TransferView};
use crate::vault::{ContactId, MessageKey, TransferId};
use crate::wire::FileKind;

/// A long job about files.
pub(super) enum FileJob {
    /// Let the person choose what to send.
    Pick(ContactKey, Pick),
    /// Take the picture of the clipboard.
    Paste(ContactKey),
    /// Ask where to save.
    AskWhere(TransferKey, String),
    Save(TransferKey, PathBuf),
    Show(TransferKey),
    Note(NoteJob),
    Look(ParcelKey, PathBuf),
    Offer {
        parcel: ParcelKey,
        contact: ContactKey,
        content: Content,
        name: String,
        clean: bool,
    },
}

/// What came of it.
pub(super) enum FileAnswer {
    Picked(ContactKey, Vec<PathBuf>),
    Pasted(ContactKey, Vec<u8>),
    Looked(ParcelKey, Result<Prepared, Fault>),
    Offered(ParcelKey, Result<TransferId, Fault>),
    Note(NoteAnswer),
}

impl Work {
    /// Carries out a wish about files; gives back one that is about something else.
    pub(super) async fn wished_of_files(&mut self, intent: Intent) -> Result<Option<Intent>, EngineError> {
        match intent {
            Intent::Pack(contact, source) => self.pack(contact, source),
            Intent::SendFiles { contact, parcels, clean } => {
                for (key, name) in parcels {
                    let parcel = self.parcels.send(key, contact, name, clean).cloned();
                    parcel.into_iter().for_each(|parcel| self.show(Update::Parcel(parcel)));
                }
                self.run_errands();
            }
            Intent::Unpack(key) => {
                self.parcels.remove(key);
                self.show(Update::ParcelGone(key));
                self.run_errands();
            }
            Intent::ListFiles(contact) => {
                let transfers = self.engine().transfers(Some(ContactId(contact.0))).await?;
                let transfers = transfers.iter().take(LISTED).map(filing::transfer).collect();
                self.show(Update::Files(Files { contact, transfers }));
            }
            Intent::ShowPicture(key) => self.job(Job::File(FileJob::Show(key))),
            Intent::SaveFile { transfer, path } => self.job(Job::File(FileJob::Save(transfer, typed(&path)))),
            Intent::Choose(Purpose::SaveFile(key)) => {
                let file = self.engine().transfer(TransferId(key.0)).await?;
                let name = filing::name(&file.name).as_str().to_owned();
                self.job(Job::File(FileJob::AskWhere(key, name)));
            }
            other => return Ok(Some(other)),
        }
        Ok(None)
    }

    /// Takes what came of a job.
    pub(super) async fn answered_of_files(&mut self, answer: FileAnswer) -> Result<(), EngineError> {
        match answer {
            FileAnswer::Picked(contact, paths) => self.take(contact, paths),
            FileAnswer::Pasted(contact, bytes) => {
                self.add(contact, Shown::new(PASTED), Content::Picture(Arc::new(Zeroizing::new(bytes))));
            }
            FileAnswer::Looked(key, found) => {
                let found = found.map(|prepared| filing::prepared(&prepared));
                let parcel = self.parcels.looked(key, found).cloned();
                parcel.into_iter().for_each(|parcel| self.show(Update::Parcel(parcel)));
            }
            FileAnswer::Note(answer) => return self.answered_of_notes(answer).await,
            FileAnswer::Offered(key, Err(why)) => {
                let parcel = self.parcels.refused(key, why).cloned();
                parcel.into_iter().for_each(|parcel| self.show(Update::Parcel(parcel)));
            }
            FileAnswer::Offered(key, Ok(transfer)) => {
                self.parcels.remove(key);
                self.show(Update::ParcelGone(key));
                // A file is named by the message that offers it.
                if let Some(view) = self.engine().around(MessageKey(transfer.0), 0).await?.first() {
                    self.message(view);
                }
            }
        }
        self.run_errands();
        Ok(())
    }

    /// A file is new or changed.
    pub(super) fn transfer(&mut self, view: &TransferView) {
        self.show(Update::Transfer(Box::new(filing::transfer(view))));
    }

    /// A file is read before it is offered.
    pub(super) fn preparing(&mut self, contact: ContactId, done: u64, size: u64) {
        let parcel = self.parcels.leaving(ContactKey(contact.0), done, size).cloned();
        parcel.into_iter().for_each(|parcel| self.show(Update::Parcel(parcel)));
    }

    /// A window that shows nothing decides about nothing: what it had not sent is forgotten.
    pub(super) fn forget_parcels(&mut self) {
        self.parcels.forget(|parcel| parcel.is_being_packed());
    }

    fn pack(&mut self, contact: ContactKey, source: Source) {
        match source {
            Source::Files => self.job(Job::File(FileJob::Pick(contact, Pick::Files))),
            Source::Folder => self.job(Job::File(FileJob::Pick(contact, Pick::Folder))),
            Source::Clipboard => self.job(Job::File(FileJob::Paste(contact))),
            Source::Dropped(paths) => self.take(contact, paths),
            Source::Typed(path) => self.take(contact, vec![typed(&path)]),
        }
    }

    fn take(&mut self, contact: ContactKey, paths: Vec<PathBuf>) {
        for path in paths {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !self.add(contact, filing::name(&name), Content::Path(path)) {
                break;
            }
        }
        self.run_errands();
    }

    /// False: there are too many.
    fn add(&mut self, contact: ContactKey, name: Shown, content: Content) -> bool {
        // The answer of a dialog may come when the screen is locked, or the contact gone.
        if self.is_locked() || self.known.get(contact).is_none() {
            return false;
        }
        let parcel = self.parcels.add(contact, name, content).cloned();
        let added = parcel.is_some();
        match parcel {
            Some(parcel) => self.show(Update::Parcel(parcel)),
            None => self.notice(Update::Failed(Fault::TooMany)),
        }
        added
    }

    /// Looks into what was chosen, and offers what is to be sent, one after the other.
    fn run_errands(&mut self) {
        while let Some((key, contact, content, errand)) = self.parcels.next() {
            let job = match (&errand, content) {
                (Errand::Look, Content::Path(path)) => FileJob::Look(key, path),
                // There is nothing to be found in it.
                (Errand::Look, Content::Picture(_)) => return,
                (Errand::Offer { name, clean }, content) => {
                    FileJob::Offer { parcel: key, contact, content, name: name.clone(), clean: *clean }
                }
            };
            let handle = self.spawn(Job::File(job));
            self.parcels.begun(key, errand, handle);
        }
    }
}

impl FileJob {
    pub(super) async fn run(self, engine: Engine, desk: Arc<dyn Desk>) -> Answer {
        match self {
            Self::Save(key, path) => match engine.save_file(TransferId(key.0), path).await {
                Ok(()) => Answer::Tell(Update::Done(Done::FileSaved)),
                Err(error) => Answer::Tell(Update::Failed(fault::of_engine(&error))),
            },
            Self::Note(job) => job.run(engine).await,
            Self::Show(transfer) => {
                let pixels = shown(&engine, transfer).await;
                Answer::Tell(Update::Picture(Picture { transfer, pixels }))
            }
            Self::Look(key, path) => {
                // What it says is wanted even if it is to be kept: the person decides by it.
                let found = engine.prepare_file(path, true).await;
                Answer::File(FileAnswer::Looked(key, found.map_err(|error| fault::of_engine(&error))))
            }
            Self::Offer { parcel, contact, content, name, clean } => {
                let offered = offer(&engine, ContactId(contact.0), content, name, clean).await;
                Answer::File(FileAnswer::Offered(parcel, offered.map_err(|error| fault::of_engine(&error))))
            }
            on_desk => tokio::task::spawn_blocking(move || on_desk.ask(&*desk)).await.unwrap_or(Answer::Broken),
        }
    }

    /// What the desktop is asked; may wait.
    fn ask(self, desk: &dyn Desk) -> Answer {
        match self {
            Self::Pick(contact, pick) => match desk.pick(pick) {
                Ok(paths) => Answer::File(FileAnswer::Picked(contact, paths)),
                Err(_) => Answer::Tell(Update::Chosen(Chosen { purpose: Purpose::Send(contact), path: None })),
            },
            Self::Paste(contact) => match desk.picture() {
                Ok(bytes) => Answer::File(FileAnswer::Pasted(contact, bytes)),
                Err(error) => Answer::Tell(Update::Failed(fault::of_desk(&error))),
            },
            Self::AskWhere(key, name) => {
                let chosen = desk.choose(&Choice::Save(name.into()));
                super::wishes::chosen(Purpose::SaveFile(key), chosen)
            }
            // These are the engine's.
            Self::Save(..) | Self::Show(_) | Self::Note(_) | Self::Look(..) | Self::Offer { .. } => Answer::Nothing,
        }
    }
}

async fn offer(
    engine: &Engine,
    contact: ContactId,
    content: Content,
    name: String,
    clean: bool,
) -> Result<TransferId, EngineError> {
    match content {
        Content::Path(path) => {
            let name = Some(name).filter(|name| !is_own(name, &path));
            engine.offer_file(contact, path, OfferOptions { clean, name }).await
        }
        // We made it: there is nothing to clean.
        Content::Picture(bytes) => engine.offer_bytes(contact, name, (*bytes).clone(), FileKind::File, false).await,
    }
}

/// Whether the person left the name as it is: then the file's own is sent, whatever of it could be shown.
fn is_own(name: &str, path: &Path) -> bool {
    let own = path.file_name().map(|own| crate::name::neutralised(&own.to_string_lossy()));
    own.is_some_and(|own| own.trim() == name)
}

async fn shown(engine: &Engine, key: TransferKey) -> Result<Pixels, Fault> {
    let limit = preview::PREVIEW_BYTES as u64;
    let bytes = engine.file_bytes(TransferId(key.0), limit).await.map_err(|error| match fault::of_engine(&error) {
        Fault::FileTooLarge => Fault::PictureUnreadable,
        other => other,
    })?;
    let decoding = tokio::task::spawn_blocking(move || preview::preview(bytes.to_vec()));
    match decoding.await.map_err(|_| Fault::NotAllowedNow)? {
        Ok(preview) => filing::pixels(preview).ok_or(Fault::PictureUnreadable),
        Err(DeskError::Slow | DeskError::TooMuch) => Err(Fault::PictureUnreadable),
        Err(error) => Err(fault::of_desk(&error)),
    }
}

/// The name of a picture that had none.
const PASTED: &str = "picture.png";
