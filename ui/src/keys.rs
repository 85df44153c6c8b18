//! What the window calls things: numbers the other side gave, meaningless here.

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
    };
}

key! {
    /// One of the person's own identities.
    IdentityKey
}
key! {
    /// A contact of one identity.
    ContactKey
}
key! {
    /// Somebody who asks to be a contact.
    RequestKey
}
key! {
    /// A file that is about to be sent.
    ParcelKey
}
key! {
    /// A file that was offered.
    TransferKey
}
key! {
    /// A message of one conversation; grows with arrival.
    MessageKey
}
