//! From the use cases' errors to problems.

use roster_application::error::Error;
use roster_application::ports::store::StoreError;
use roster_domain::refusal::Refusal;

use super::Problem;
use super::kind::Kind;

/// What people read when the reason is nobody's business but the operator's.
pub(super) const INTERNAL_DETAIL: &str = "Roster failed to carry out this request. Whoever runs it finds the \
    reason in its log, under the request id that this answer states.";

const UNAVAILABLE_DETAIL: &str = "The database does not answer at the moment. Try again in a few seconds; if the \
    request was to change something, read it first to see whether it was changed.";

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::Forbidden { .. } => Self::new(Kind::Forbidden, detail),
            Error::NotFound { .. } => Self::new(Kind::NotFound, detail),
            Error::Invalid(fields) => Self::new(Kind::InvalidRequest, detail).with_fields(fields),
            Error::Refused(refusal) => Self::new(kind_of(&refusal), detail),
            Error::Scim(_) => Self::new(Kind::InvalidRequest, detail),
            Error::VersionMismatch => Self::new(Kind::VersionMismatch, detail),
            Error::Contended => Self::new(Kind::Contended, detail),
            Error::Store(error) => Self::from(error),
        }
    }
}

impl From<StoreError> for Problem {
    /// What the database said is for the log, not for the client.
    fn from(error: StoreError) -> Self {
        let problem = match error {
            StoreError::Unavailable(_) => Self::new(Kind::Unavailable, UNAVAILABLE_DETAIL),
            StoreError::Failed(_) | StoreError::Corrupt { .. } => {
                Self::new(Kind::Internal, INTERNAL_DETAIL)
            }
        };
        problem.caused_by(&error)
    }
}

const fn kind_of(refusal: &Refusal) -> Kind {
    match refusal {
        Refusal::UnknownRole { .. } => Kind::UnknownRole,
        Refusal::Required { .. }
        | Refusal::ExpiryInThePast
        | Refusal::OverlapTooLong { .. }
        | Refusal::SignInValue { .. }
        | Refusal::TooMany { .. }
        | Refusal::SameAttribute { .. }
        | Refusal::AnotherProvider { .. }
        | Refusal::PrunedTooSoon => Kind::InvalidRequest,
        Refusal::Taken { .. } | Refusal::EmailOfAnother { .. } => Kind::NameTaken,
        Refusal::LastAdmin { .. } => Kind::LastAdmin,
        Refusal::Yourself { .. } => Kind::OwnAccount,
        Refusal::RoleInUse { .. } => Kind::RoleInUse,
        Refusal::RoleIsDefault { .. } => Kind::RoleIsDefault,
        Refusal::AdminRole { .. } => Kind::AdminRole,
        Refusal::BeyondOwnPermissions { .. } => Kind::BeyondOwnPermissions,
        Refusal::Superseded => Kind::SupersededValue,
        Refusal::TokenRevoked => Kind::TokenRevoked,
        Refusal::Erased => Kind::NotFound,
        Refusal::SettingIncomplete { .. } => Kind::SettingIncomplete,
        Refusal::Deactivated { .. } | Refusal::AdminLinkSpent => Kind::Forbidden,
        Refusal::CreatedAtSignIn | Refusal::DeactivatedOnly => Kind::NotSupported,
    }
}

#[cfg(test)]
mod tests {
    use roster_application::error::Thing;
    use roster_domain::change::UniqueName;
    use roster_domain::permission::Permission;
    use roster_domain::refusal::Loss;
    use roster_domain::text::RoleName;

    use super::*;

    fn role() -> RoleName {
        RoleName::new("Analyst").unwrap()
    }

    #[test]
    fn every_error_has_the_status_that_the_contract_gives_it() {
        let taken = Refusal::Taken {
            name: UniqueName::Email,
            value: "ada@example.com".to_owned(),
        };
        let unknown = Refusal::UnknownRole {
            value: "x".to_owned(),
            valid: vec![role()],
            nearest: None,
        };
        let cases: Vec<(Error, u16)> = vec![
            (
                Error::Forbidden {
                    permission: Permission::USER_READ,
                },
                403,
            ),
            (Error::not_found(Thing::User, &"x"), 404),
            (Error::invalid("email", &"is wrong"), 400),
            (Error::VersionMismatch, 412),
            (Error::Contended, 503),
            (StoreError::Unavailable("down".into()).into(), 503),
            (StoreError::Failed("broken".into()).into(), 500),
            (
                StoreError::Corrupt {
                    what: "role",
                    problem: "empty".to_owned(),
                }
                .into(),
                500,
            ),
            (unknown.into(), 400),
            (Refusal::Required { attribute: "role" }.into(), 400),
            (Refusal::ExpiryInThePast.into(), 400),
            (Refusal::OverlapTooLong { limit_hours: 168 }.into(), 400),
            (taken.into(), 409),
            (Refusal::LastAdmin { loss: Loss::Access }.into(), 409),
            (Refusal::Yourself { loss: Loss::Access }.into(), 409),
            (
                Refusal::RoleInUse {
                    role: role(),
                    users: 1,
                    pending: 0,
                }
                .into(),
                409,
            ),
            (Refusal::RoleIsDefault { role: role() }.into(), 409),
            (Refusal::AdminRole { role: role() }.into(), 409),
            (Refusal::TokenRevoked.into(), 409),
            (
                Refusal::BeyondOwnPermissions {
                    missing: vec![Permission::USER_READ],
                }
                .into(),
                403,
            ),
            (
                Refusal::SettingIncomplete {
                    setting: "SAML",
                    missing: "a provider",
                }
                .into(),
                409,
            ),
            (
                Refusal::EmailOfAnother {
                    email: "ada@example.com".to_owned(),
                }
                .into(),
                409,
            ),
            (Refusal::AdminLinkSpent.into(), 403),
            (Refusal::CreatedAtSignIn.into(), 501),
            (Refusal::Erased.into(), 404),
            (Refusal::PrunedTooSoon.into(), 400),
        ];
        for (error, status) in cases {
            let message = error.to_string();
            assert_eq!(Problem::from(error).status, status, "{message}");
        }
    }

    #[test]
    fn what_the_database_says_stays_in_the_house() {
        let secret = "password authentication failed for user roster at 10.0.0.7";
        for error in [
            StoreError::Failed(secret.into()),
            StoreError::Unavailable(secret.into()),
        ] {
            assert!(!Problem::from(error).detail.contains("10.0.0.7"));
        }
    }

    #[test]
    fn every_invalid_field_is_listed() {
        let fields = ["email", "role"].map(|field| roster_application::error::InvalidField {
            field: field.to_owned(),
            problem: "is wrong".to_owned(),
        });
        let problem = Problem::from(Error::Invalid(fields.to_vec()));
        let named: Vec<_> = problem
            .errors
            .unwrap()
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(named, ["email", "role"]);
        assert_eq!(problem.detail, "email is wrong. role is wrong.");
    }
}
