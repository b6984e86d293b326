//! Who did something, as the management API shows it.

use poem_openapi::Enum;
use roster_domain::context::ActorKind;

/// The kinds of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ActorType {
    /// A signed-in person.
    User,
    /// A program, by its API token.
    Token,
    /// Roster itself, such as at a first sign-in.
    System,
    /// Whoever runs Roster: by its command line, or signed in by a break-glass link.
    Operator,
}

impl From<ActorKind> for ActorType {
    fn from(kind: ActorKind) -> Self {
        match kind {
            ActorKind::User => Self::User,
            ActorKind::Token => Self::Token,
            ActorKind::System => Self::System,
            ActorKind::Operator => Self::Operator,
        }
    }
}

impl ActorType {
    /// The type of that name, as a token's record keeps it; nothing else is ever stored there.
    pub(crate) fn from_name(name: &str) -> Self {
        ActorKind::from_name(name).map_or(Self::System, Self::from)
    }

    /// The domain's word for it.
    pub(crate) const fn to_domain(self) -> ActorKind {
        match self {
            Self::User => ActorKind::User,
            Self::Token => ActorKind::Token,
            Self::System => ActorKind::System,
            Self::Operator => ActorKind::Operator,
        }
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_actor_has_one_name_everywhere() {
        for kind in ActorKind::ALL {
            let shown = ActorType::from(*kind);
            assert_eq!(shown.to_json(), Some(Value::from(kind.as_str())));
            assert_eq!(ActorType::from_name(kind.as_str()), shown);
            assert_eq!(shown.to_domain(), *kind);
        }
    }
}
