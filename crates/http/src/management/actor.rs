//! Who did something, as the management API shows it.

use poem_openapi::Enum;
use roster_domain::context::Actor;

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

impl From<&Actor> for ActorType {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::User { .. } => Self::User,
            Actor::Token { .. } => Self::Token,
            Actor::System => Self::System,
            Actor::Operator { .. } => Self::Operator,
        }
    }
}

impl ActorType {
    /// The type of that name, as a token's record keeps it; nothing else is ever stored there.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "USER" => Self::User,
            "TOKEN" => Self::Token,
            "OPERATOR" => Self::Operator,
            _ => Self::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;
    use roster_domain::id::{TokenId, UserId};
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_actor_has_one_name_everywhere() {
        let name = || "n".to_owned();
        for actor in [
            Actor::User {
                id: UserId::new(Uuid::nil()),
                name: name(),
            },
            Actor::Token {
                id: TokenId::new(Uuid::nil()),
                name: name(),
            },
            Actor::System,
            Actor::Operator { name: name() },
        ] {
            assert_eq!(
                ActorType::from(&actor).to_json(),
                Some(Value::from(actor.kind()))
            );
            assert_eq!(ActorType::from_name(actor.kind()), ActorType::from(&actor));
        }
    }
}
