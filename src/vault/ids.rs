//! Row numbers as types, so that a contact is never taken for a message. Shown as `i1`, `c1`, `r1`, `m1`.
//!
//! A number is never used twice within one profile.

use std::fmt;
use std::str::FromStr;

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

/// The text is not an identifier of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identifier of that kind")]
pub struct IdParseError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            /// Takes exactly what `Display` gives: no sign, no leading zero.
            fn from_str(text: &str) -> Result<Self, IdParseError> {
                let digits = text.strip_prefix($letter).ok_or(IdParseError)?;
                let id = $name(digits.parse().map_err(|_| IdParseError)?);
                if id.0 > 0 && id.to_string() == text { Ok(id) } else { Err(IdParseError) }
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map($name)
            }
        }
    };
}

id!(
    /// One of the person's own identities.
    IdentityId,
    "i"
);
id!(
    /// A contact of one identity.
    ContactId,
    "c"
);
id!(
    /// A request waiting for an answer.
    RequestId,
    "r"
);
id!(
    /// A message as this profile knows it; the wire knows it by [`crate::wire::MessageId`]. Grows with arrival.
    MessageKey,
    "m"
);
id!(
    /// A transfer, with the number of the message that offers it.
    TransferId,
    "t"
);

impl From<TransferId> for MessageKey {
    fn from(id: TransferId) -> Self {
        Self(id.0)
    }
}

impl From<MessageKey> for TransferId {
    fn from(key: MessageKey) -> Self {
        Self(key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_only_what_it_shows() {
        assert_eq!("c17".parse(), Ok(ContactId(17)));
        assert_eq!(MessageKey(i64::MAX).to_string().parse(), Ok(MessageKey(i64::MAX)));
        for wrong in ["", "c", "17", "i17", "c0", "c017", "c+17", "c-1", "c 1", "c9223372036854775808"] {
            assert_eq!(wrong.parse::<ContactId>(), Err(IdParseError), "{wrong}");
        }
    }
}
