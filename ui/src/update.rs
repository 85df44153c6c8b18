//! What changed, said by the other side, and what that does to the model.

use crate::keys::{ContactKey, IdentityKey, MessageKey, ParcelKey, RequestKey};
use crate::model::{
    Blocked, Call, Chosen, Contact, Date, Delivery, Detour, Done, Fault, Files, Found, History, Identity, Message,
    Model, NOTICES, Notice, Parcel, Picture, Place, Playing, Reach, Recording, Request, Said, Shown, Sound, Stage,
    Talk, Tor, Transfer, Words,
};
use crate::settings::Settings;

/// One change.
#[derive(Clone, Debug)]
pub enum Update {
    /// The person has come to another stage. Leaving [`Stage::Open`] empties the model of everything private.
    Stage(Stage),
    /// What is true of this machine and profile.
    Place(Place),
    /// How the window is to be.
    Settings(Settings),
    /// The day changed (also said at the start).
    Today(Date),
    /// What Tor is doing.
    Tor(Tor),
    /// All identities.
    Identities(Vec<Identity>),
    /// Whether others can find an identity.
    Reach(IdentityKey, Reach),
    /// All contacts.
    Contacts(Vec<Contact>),
    /// A contact is new or changed.
    Contact(Box<Contact>),
    /// A contact is gone with all that belongs to it.
    ContactGone(ContactKey),
    /// All requests.
    Requests(Vec<Request>),
    /// A new request, or one whose text changed.
    Request(Request),
    /// A request is no longer there.
    RequestGone(RequestKey),
    /// All addresses that were blocked as they asked.
    Blocked(Vec<Blocked>),
    /// A part of a conversation, oldest first, asked for with [`crate::intent::Intent::Load`].
    Page(Page),
    /// A message is new or changed; `contact` is whose. It is new when its key is above all others.
    Message {
        /// Whose conversation.
        contact: ContactKey,
        /// The message as it is now.
        message: Box<Message>,
    },
    /// Where a message of ours is.
    Delivery(MessageKey, Delivery),
    /// A message disappeared.
    MessageGone {
        /// Whose conversation.
        contact: ContactKey,
        /// Which.
        message: MessageKey,
    },
    /// A file is new or changed.
    Transfer(Box<Transfer>),
    /// Files of a contact that were asked for.
    Files(Files),
    /// What the person is about to send is new or changed.
    Parcel(Parcel),
    /// It was offered, or is no longer to be sent.
    ParcelGone(ParcelKey),
    /// A picture that was asked for.
    Picture(Picture),
    /// A call is new or changed, or there is none any more.
    Call(Option<Call>),
    /// A voice note that was not sent is new or changed, or there is none any more.
    Recording(Option<Recording>),
    /// A voice note is played so far, or none is any more.
    Playing(Option<Playing>),
    /// What this machine can hear and play with.
    Sound(Sound),
    /// How Tor is entered.
    Detour(Box<Detour>),
    /// What can be said of what is typed about that.
    Said(Said),
    /// What a search found.
    Found(Found),
    /// Safety words that were asked for.
    Words(Words),
    /// Earlier texts that were asked for.
    History(History),
    /// A path was chosen in a file dialog, or there is none.
    Chosen(Chosen),
    /// What a QR picture holds.
    Scanned(Result<Shown, Fault>),
    /// What the clipboard held when a paste was asked for; goes to the focused field.
    Pasted(String),
    /// The clipboard held no text when a paste was asked for.
    NoText,
    /// Something worked.
    Done(Done),
    /// This contact called while there was another call.
    Missed(ContactKey),
    /// Something did not work.
    Failed(Fault),
}

/// A part of a conversation.
#[derive(Clone, Debug)]
pub struct Page {
    /// Whose.
    pub contact: ContactKey,
    /// Where it goes.
    pub place: PagePlace,
    /// Oldest first, without holes.
    pub messages: Vec<Message>,
    /// There are older ones before it.
    pub older: bool,
    /// There are newer ones after it.
    pub newer: bool,
}

/// Where a page goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePlace {
    /// It replaces what is loaded.
    Whole,
    /// Before what is loaded.
    Before,
    /// After what is loaded.
    After,
}

impl Model {
    /// Takes a change; gives the text to paste, which is the only change that is not of the model.
    pub fn apply(&mut self, update: Update) -> Option<String> {
        match update {
            Update::Stage(stage) => self.enter(stage),
            Update::Place(place) => self.place = place,
            Update::Settings(settings) => self.settings = settings.bounded(),
            Update::Today(today) => self.today = today,
            Update::Tor(tor) => self.tor = tor,
            Update::Identities(identities) => self.identities = identities,
            Update::Reach(key, reach) => self.identity_reached(key, reach),
            Update::Contacts(contacts) => self.contacts = contacts.into_iter().map(|c| (c.key, c)).collect(),
            Update::Contact(contact) => drop(self.contacts.insert(contact.key, *contact)),
            Update::ContactGone(key) => self.contact_gone(key),
            Update::Requests(requests) => self.requests = requests,
            Update::Request(request) => self.request(request),
            Update::RequestGone(key) => self.requests.retain(|request| request.key != key),
            Update::Blocked(blocked) => self.blocked = blocked,
            Update::Page(page) => self.page(page),
            Update::Message { contact, message } => self.message(contact, *message),
            Update::Delivery(key, delivery) => self.delivery(key, delivery),
            Update::MessageGone { contact, message } => self.message_gone(contact, message),
            Update::Transfer(transfer) => self.transfer(*transfer),
            Update::Files(files) => self.files = Some(files),
            Update::Parcel(parcel) => self.parcel(parcel),
            Update::ParcelGone(key) => self.parcels.retain(|parcel| parcel.key != key),
            Update::Picture(picture) => self.picture(picture),
            Update::Call(call) => self.call = call,
            Update::Recording(recording) => self.recording = recording,
            Update::Playing(playing) => self.playing = playing,
            Update::Sound(sound) => self.sound = Some(sound),
            Update::Detour(detour) => self.detour = Some(*detour),
            Update::Said(said) => self.said = said,
            Update::Found(found) => self.found = Some(found),
            Update::Words(words) => self.words = Some(words),
            Update::History(history) => self.history = Some(history),
            Update::Chosen(chosen) => self.chosen = Some(chosen),
            Update::Scanned(scanned) => self.scanned = Some(scanned),
            Update::Pasted(text) => return Some(text),
            // What has the focus knows what else could be pasted into it.
            Update::NoText => {}
            Update::Missed(contact) => {
                if let Some(contact) = self.contacts.get(&contact) {
                    self.notice(Notice::Missed(contact.name.clone()));
                }
            }
            Update::Done(done) => self.notice(Notice::Done(done)),
            Update::Failed(fault) => self.notice(Notice::Failed(fault)),
        }
        None
    }

    /// The conversation with a contact is opened: what was loaded of another one goes.
    pub fn open(&mut self, contact: ContactKey) {
        if self.talk.as_ref().is_none_or(|talk| talk.contact != contact) {
            self.talk = Some(Talk::new(contact));
        }
    }

    /// The contact of this key.
    pub fn contact(&self, key: ContactKey) -> Option<&Contact> {
        self.contacts.get(&key)
    }

    /// A screen that is not at work shows nothing, so it holds nothing either.
    fn enter(&mut self, stage: Stage) {
        if self.stage == Stage::Open && stage != Stage::Open {
            // A call goes on; nobody is named in it any more.
            let (settings, place, today, call) = (self.settings, self.place.clone(), self.today, self.call);
            *self = Self { settings, place, today, call, ..Self::default() };
        }
        self.stage = stage;
    }

    fn identity_reached(&mut self, key: IdentityKey, reach: Reach) {
        if let Some(identity) = self.identities.iter_mut().find(|identity| identity.key == key) {
            identity.reach = reach;
        }
    }

    fn contact_gone(&mut self, key: ContactKey) {
        self.contacts.remove(&key);
        if self.talk.as_ref().is_some_and(|talk| talk.contact == key) {
            self.talk = None;
        }
        self.forget_files(key);
        self.recording.take_if(|recording| recording.contact == key);
        if let Some(found) = &mut self.found {
            found.hits.retain(|hit| hit.contact != key);
        }
    }

    fn request(&mut self, request: Request) {
        match self.requests.iter_mut().find(|known| known.key == request.key) {
            Some(known) => *known = request,
            None => self.requests.push(request),
        }
    }

    fn page(&mut self, page: Page) {
        if let Some(talk) = self.talk.as_mut().filter(|talk| talk.contact == page.contact) {
            talk.take(page);
        }
    }

    fn message(&mut self, contact: ContactKey, message: Message) {
        if let Some(talk) = self.talk.as_mut().filter(|talk| talk.contact == contact) {
            talk.put(message);
        }
    }

    fn delivery(&mut self, key: MessageKey, delivery: Delivery) {
        if let Some(message) = self.talk.as_mut().and_then(|talk| talk.find(key)) {
            message.delivery = delivery;
        }
    }

    fn message_gone(&mut self, contact: ContactKey, key: MessageKey) {
        self.forget_file(key);
        if let Some(talk) = self.talk.as_mut().filter(|talk| talk.contact == contact) {
            talk.remove(key);
        }
        if let Some(found) = &mut self.found {
            found.hits.retain(|hit| hit.message != key);
        }
    }

    fn notice(&mut self, notice: Notice) {
        self.notices.retain(|known| *known != notice);
        self.notices.push_back(notice);
        while self.notices.len() > NOTICES {
            self.notices.pop_front();
        }
    }
}
