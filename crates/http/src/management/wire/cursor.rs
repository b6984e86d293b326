//! Where a list goes on: opaque text for clients, a position for us.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_application::ports::store::user_position;
use roster_domain::id::{AuditId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

/// A text that is not a cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not a cursor of this list; send the nextCursor of its last answer, or leave it out to begin at the start"
)]
pub(crate) struct InvalidCursor;

/// A position in a list.
pub(crate) trait Cursor: Sized {
    /// Tells the cursors of one list from those of another.
    const KIND: u8;

    /// The position as bytes.
    fn write(&self) -> Vec<u8>;

    /// The position that `bytes` are, if they are one.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// What clients get.
    fn encode(&self) -> String {
        let mut bytes = vec![Self::KIND];
        bytes.extend(self.write());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What clients send back.
    fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (kind, rest) = bytes.split_first().ok_or(InvalidCursor)?;
        (*kind == Self::KIND)
            .then(|| Self::read(rest))
            .flatten()
            .ok_or(InvalidCursor)
    }
}

/// Users go in the order of creation, then of id.
impl Cursor for (OffsetDateTime, UserId) {
    const KIND: u8 = b'u';

    fn write(&self) -> Vec<u8> {
        let mut bytes = self.0.unix_timestamp_nanos().to_be_bytes().to_vec();
        bytes.extend(self.1.uuid().as_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (nanos, id) = bytes.split_first_chunk()?;
        let created_at =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from_be_bytes(*nanos)).ok()?;
        user_position(created_at, UserId::new(Uuid::from_slice(id).ok()?))
    }
}

/// Audit records go in the order of their ids.
impl Cursor for AuditId {
    const KIND: u8 = b'a';

    fn write(&self) -> Vec<u8> {
        self.uuid().as_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Position = (OffsetDateTime, UserId);

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_the_position_it_was(seconds in -60_000_000_000_i64..250_000_000_000, nanos in 0..1_000_000_000_i64, id: u128) {
            let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap() + time::Duration::nanoseconds(nanos);
            let position = (time, UserId::new(Uuid::from_u128(id)));
            prop_assert_eq!(Position::decode(&position.encode()), Ok(position));
            let record = AuditId::new(Uuid::from_u128(id));
            prop_assert_eq!(AuditId::decode(&record.encode()), Ok(record));
        }

        #[test]
        fn no_text_makes_reading_a_cursor_panic(text in ".{0,80}", bytes: Vec<u8>) {
            let _ = Position::decode(&text);
            let _ = Position::decode(&URL_SAFE_NO_PAD.encode([vec![b'u'], bytes].concat()));
        }
    }

    #[test]
    fn the_cursor_of_another_list_is_refused() {
        let record = AuditId::new(Uuid::from_u128(7));
        assert_eq!(Position::decode(&record.encode()), Err(InvalidCursor));
        for bad in ["", "u", "dQ", "!!!", "dQ=="] {
            assert_eq!(Position::decode(bad), Err(InvalidCursor), "{bad}");
            assert_eq!(AuditId::decode(bad), Err(InvalidCursor), "{bad}");
        }
    }

    #[test]
    fn a_cursor_goes_into_a_url_as_it_is() {
        let record = AuditId::new(Uuid::from_u128(u128::MAX)).encode();
        assert!(
            record
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
            "{record}"
        );
    }
}
