//! The columns of sessions, and of what leads to one: identities at a provider, break-glass links.

use roster_application::ports::store::StoreError;
use roster_domain::id::UserId;
use roster_domain::secret::SecretHash;
use roster_domain::session::{Holder, IdpSession, SessionEpoch};
use roster_domain::user::identity::IdpIdentity;
use uuid::Uuid;

use super::corrupt;

/// Whose a session is, as its columns hold it: a person and the session at the provider, or an
/// operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HolderColumns {
    /// The person.
    pub user_id: Option<Uuid>,
    /// The epoch in which it began.
    pub user_epoch: Option<i64>,
    /// The provider.
    pub idp_entity_id: Option<String>,
    /// The provider's name for the person.
    pub name_id: Option<String>,
    /// The format of that name.
    pub name_id_format: Option<String>,
    /// The provider's name for the session; a person's may have none.
    pub session_index: Option<String>,
    /// The operator.
    pub operator_name: Option<String>,
}

/// The columns of a session's holder.
#[must_use]
pub fn holder_to_columns(holder: &Holder) -> HolderColumns {
    match holder {
        Holder::User { id, epoch, idp } => HolderColumns {
            user_id: Some(id.uuid()),
            user_epoch: Some(epoch.number()),
            idp_entity_id: Some(idp.entity_id.clone()),
            name_id: Some(idp.name_id.clone()),
            name_id_format: Some(idp.name_id_format.clone()),
            session_index: idp.session_index.clone(),
            operator_name: None,
        },
        Holder::Operator { name } => HolderColumns {
            operator_name: Some(name.clone()),
            ..HolderColumns::default()
        },
    }
}

/// The holder of these columns.
///
/// # Errors
/// [`StoreError::Corrupt`] when they are neither those of a person nor those of an operator.
pub fn holder_from_columns(stored: HolderColumns) -> Result<Holder, StoreError> {
    match stored {
        HolderColumns {
            user_id: Some(id),
            user_epoch: Some(epoch),
            idp_entity_id: Some(entity_id),
            name_id: Some(name_id),
            name_id_format: Some(name_id_format),
            session_index,
            operator_name: None,
        } => Ok(Holder::User {
            id: UserId::new(id),
            epoch: SessionEpoch::new(epoch),
            idp: IdpSession {
                entity_id,
                name_id,
                name_id_format,
                session_index,
            },
        }),
        HolderColumns {
            user_id: None,
            user_epoch: None,
            idp_entity_id: None,
            name_id: None,
            name_id_format: None,
            session_index: None,
            operator_name: Some(name),
        } => Ok(Holder::Operator { name }),
        _ => Err(corrupt(
            "holder of a session",
            "neither a person with a session at the provider nor an operator",
        )),
    }
}

/// Who a person is at a provider, from the two columns that say so.
///
/// # Errors
/// [`StoreError::Corrupt`] when only one of the two is there.
pub fn identity_from_columns(
    idp_entity_id: Option<String>,
    name_id: Option<String>,
) -> Result<Option<IdpIdentity>, StoreError> {
    match (idp_entity_id, name_id) {
        (None, None) => Ok(None),
        (Some(idp), Some(name)) => Ok(Some(IdpIdentity::new(idp, name))),
        _ => Err(corrupt(
            "identity of a user",
            "the provider and its name for the person belong together",
        )),
    }
}

/// The hash of a secret.
///
/// # Errors
/// [`StoreError::Corrupt`] unless there are exactly 32 bytes.
pub fn secret_hash_from_column(
    what: &'static str,
    stored: &[u8],
) -> Result<SecretHash, StoreError> {
    let bytes = stored.try_into();
    bytes.map(SecretHash::from_bytes).map_err(|_| {
        corrupt(
            what,
            format_args!("{} bytes; the hash of a secret has 32", stored.len()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(session_index: Option<&str>) -> Holder {
        Holder::User {
            id: UserId::new(Uuid::from_u128(7)),
            epoch: SessionEpoch::new(3),
            idp: IdpSession {
                entity_id: "http://www.okta.com/exk1".to_owned(),
                name_id: "ada".to_owned(),
                name_id_format: "unspecified".to_owned(),
                session_index: session_index.map(str::to_owned),
            },
        }
    }

    #[test]
    fn every_holder_reads_back() {
        let name = "root".to_owned();
        for holder in [person(None), person(Some("id1")), Holder::Operator { name }] {
            let columns = holder_to_columns(&holder);
            assert_eq!(holder_from_columns(columns).unwrap(), holder);
        }
    }

    #[test]
    fn a_holder_who_is_both_or_half_or_nobody_is_corrupt() {
        let columns = holder_to_columns(&person(None));
        for bad in [
            HolderColumns::default(),
            HolderColumns {
                operator_name: Some("root".to_owned()),
                ..columns.clone()
            },
            HolderColumns {
                user_epoch: None,
                ..columns
            },
        ] {
            assert!(holder_from_columns(bad).is_err());
        }
    }

    #[test]
    fn half_an_identity_and_a_short_hash_are_corrupt() {
        assert!(identity_from_columns(Some("idp".to_owned()), None).is_err());
        assert!(identity_from_columns(None, Some("ada".to_owned())).is_err());
        assert!(secret_hash_from_column("sessions.secret_hash", &[0; 31]).is_err());
    }
}
