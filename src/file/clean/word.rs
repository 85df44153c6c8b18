//! One fixed word for each thing removed, kept or in the way: for the vault and for the headless program.

use super::{Kept, Kind, Removed, Why};

impl Removed {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Position,
        Self::Camera,
        Self::Times,
        Self::Author,
        Self::Software,
        Self::Identifiers,
        Self::Thumbnail,
        Self::EditingHistory,
        Self::Comment,
        Self::DocumentProperties,
        Self::ColourProfile,
        Self::Appended,
        Self::Other,
    ];

    /// The word, such as `position`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Camera => "camera",
            Self::Times => "times",
            Self::Author => "author",
            Self::Software => "software",
            Self::Identifiers => "identifiers",
            Self::Thumbnail => "thumbnail",
            Self::EditingHistory => "editing_history",
            Self::Comment => "comment",
            Self::DocumentProperties => "document_properties",
            Self::ColourProfile => "colour_profile",
            Self::Appended => "appended",
            Self::Other => "other",
        }
    }

    /// What the word means; `None`: nothing.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|removed| removed.word() == word)
    }
}

impl Kept {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Attachments, Self::Comments, Self::FormData, Self::Layers, Self::Scripts, Self::Pictures];

    /// The word, such as `attachments`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Attachments => "attachments",
            Self::Comments => "comments",
            Self::FormData => "form_data",
            Self::Layers => "layers",
            Self::Scripts => "scripts",
            Self::Pictures => "pictures",
        }
    }

    /// What the word means; `None`: nothing.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kept| kept.word() == word)
    }
}

impl Why {
    /// The word, such as `too_large`; of an unknown kind, the word of the kind.
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownKind(kind) => kind.word(),
            Self::TooLarge => "too_large",
            Self::Damaged => "damaged",
            Self::Protected => "protected",
            Self::Signed => "signed",
        }
    }
}

impl Kind {
    /// The word, such as `office`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Archive => "archive",
            Self::Text => "text",
            Self::Other => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_means_one_thing() {
        for removed in Removed::ALL {
            assert_eq!(Removed::from_word(removed.word()), Some(removed));
        }
        for kept in Kept::ALL {
            assert_eq!(Kept::from_word(kept.word()), Some(kept));
        }
        assert_eq!((Removed::from_word("Position"), Kept::from_word("")), (None, None));
    }
}
