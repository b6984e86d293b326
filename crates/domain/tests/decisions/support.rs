//! People, roles and contexts for the tests of decisions.

use roster_domain::change::{Change, Write};
use roster_domain::context::{Actor, Context, Origin};
use roster_domain::id::{AuditId, RoleId, TenantId, TokenId, UserId, Version};
use roster_domain::role::Role;
use roster_domain::session::SessionEpoch;
use roster_domain::settings::Settings;
use roster_domain::tenant::{self, Tenant};
use roster_domain::text::{EmailAddress, PersonName, TenantSlug, UserName};
use roster_domain::user::User;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

/// The time of every decision.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);
/// The time at which everything was created.
pub(crate) const BEFORE: OffsetDateTime = datetime!(2026-11-01 12:00 UTC);

/// Okta's token asks.
pub(crate) fn by_okta() -> Context {
    by(Actor::Token {
        id: TokenId::new(Uuid::from_u128(77)),
        name: "okta".to_owned(),
    })
}

/// `actor` asks.
pub(crate) fn by(actor: Actor) -> Context {
    Context {
        now: NOW,
        audit_id: AuditId::new(Uuid::from_u128(1)),
        actor,
        origin: Origin::default(),
    }
}

/// What a new tenant consists of.
pub(crate) fn new_tenant() -> (Tenant, Vec<Role>, Settings) {
    let ids = [11, 12, 13].map(|n| RoleId::new(Uuid::from_u128(n)));
    let context = Context {
        now: BEFORE,
        ..by(Actor::System)
    };
    let id = TenantId::new(Uuid::from_u128(9));
    let change = tenant::create(id, TenantSlug::new("default").unwrap(), ids, &context).unwrap();
    match change.write {
        Write::CreateTenant {
            tenant,
            roles,
            settings,
        } => (tenant, roles, settings),
        other => panic!("not a tenant: {other:?}"),
    }
}

/// The roles of a new tenant: Admin, Analyst, AnalystReadOnly.
pub(crate) fn roles() -> Vec<Role> {
    new_tenant().1
}

/// The role of that name.
pub(crate) fn role(name: &str) -> Role {
    roles()
        .into_iter()
        .find(|role| role.name.as_str() == name)
        .unwrap()
}

/// Ada Byron, an active user with the role `role_name`.
pub(crate) fn ada(role_name: &str) -> User {
    User {
        id: UserId::new(Uuid::from_u128(42)),
        user_name: UserName::new("ada@example.com").unwrap(),
        email: EmailAddress::new("ada@example.com").unwrap(),
        given_name: PersonName::new("Ada").unwrap(),
        family_name: PersonName::new("Byron").unwrap(),
        external_id: None,
        active: true,
        role: role(role_name).to_ref(),
        pending_role: None,
        identity: None,
        session_epoch: SessionEpoch::FIRST,
        version: Version::new(3),
        created_at: BEFORE,
        updated_at: BEFORE,
    }
}

/// The user that a change writes.
pub(crate) fn written(change: &Change) -> &User {
    match &change.write {
        Write::UpdateUser { user, .. } | Write::CreateUser(user) => user,
        other => panic!("not a user: {other:?}"),
    }
}
