//! What changes about files does to the model: in the conversation, in the list, and in what is about to be sent.

use crate::keys::{ContactKey, MessageKey, TransferKey};
use crate::model::{LISTED, Model, PICTURES_HELD, Parcel, Picture, Talk, Transfer};

impl Model {
    /// The file of this key, where it is known.
    pub fn find_transfer(&self, key: TransferKey) -> Option<&Transfer> {
        let said = self.talk.iter().flat_map(|talk| &talk.messages).filter_map(|message| message.file.as_deref());
        let listed = self.files.iter().flat_map(|files| &files.transfers);
        said.chain(listed).find(|transfer| transfer.key == key)
    }

    /// The picture in this file, if it was asked for.
    pub fn find_picture(&self, key: TransferKey) -> Option<&Picture> {
        self.pictures.iter().find(|picture| picture.transfer == key)
    }

    /// The picture in this file is no longer shown.
    pub fn hide_picture(&mut self, key: TransferKey) {
        self.pictures.retain(|picture| picture.transfer != key);
        self.remeasure(key);
    }

    pub(crate) fn transfer(&mut self, transfer: Transfer) {
        if let Some(files) = self.files.as_mut().filter(|files| files.contact == transfer.contact) {
            match files.transfers.iter_mut().find(|known| known.key == transfer.key) {
                Some(known) => *known = transfer.clone(),
                None => {
                    files.transfers.insert(0, transfer.clone());
                    files.transfers.truncate(LISTED);
                }
            }
        }
        if let Some(talk) = self.talk.as_mut().filter(|talk| talk.contact == transfer.contact) {
            talk.transfer(transfer);
        }
    }

    pub(crate) fn parcel(&mut self, parcel: Parcel) {
        match self.parcels.iter_mut().find(|known| known.key == parcel.key) {
            Some(known) => *known = parcel,
            None => self.parcels.push(parcel),
        }
    }

    pub(crate) fn picture(&mut self, picture: Picture) {
        let key = picture.transfer;
        self.hide_picture(key);
        self.pictures.push_back(picture);
        while self.pictures.len() > PICTURES_HELD {
            self.pictures.pop_front();
        }
        self.remeasure(key);
    }

    pub(crate) fn forget_files(&mut self, contact: ContactKey) {
        self.files.take_if(|files| files.contact == contact);
        self.parcels.retain(|parcel| parcel.contact != contact);
        // Few, and shown nowhere without their message.
        self.pictures.clear();
    }

    /// To be called while the message is still there.
    pub(crate) fn forget_file(&mut self, message: MessageKey) {
        let said = self.talk.as_ref().and_then(|talk| talk.messages.get(talk.position(message)?)?.file.as_ref());
        let key = said.map(|file| file.key);
        self.pictures.retain(|picture| Some(picture.transfer) != key);
        if let Some(files) = &mut self.files {
            files.transfers.retain(|transfer| transfer.message != message);
        }
    }

    /// A picture in the conversation came or went.
    fn remeasure(&mut self, key: TransferKey) {
        if let Some(talk) = &mut self.talk
            && talk.messages.iter().any(|message| message.file.as_ref().is_some_and(|file| file.key == key))
        {
            talk.turn += 1;
        }
    }
}

impl Talk {
    /// How far a file is changes several times a second; what changes the height of its message does not.
    fn transfer(&mut self, transfer: Transfer) {
        let Some(at) = self.position(transfer.message) else { return };
        let Some(message) = self.messages.get_mut(at) else { return };
        let height = |file: &Transfer| (file.state, file.trouble, file.name.clone(), file.size);
        let same = message.file.as_ref().is_some_and(|file| height(file) == height(&transfer));
        message.file = Some(Box::new(transfer));
        if !same {
            self.turn += 1;
        }
    }
}
