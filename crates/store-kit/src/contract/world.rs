//! What the promises work with: a tenant with its first roles, people and tokens made on the
//! spot, and changes with audit records of their own; [`sign_in`] has what they sign in with. Times
//! are whole microseconds, which is what a store keeps.

pub mod sign_in;

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use roster_application::ports::store::{AuditQuery, CommitError, Store, TenantStore, UserQuery};
use roster_domain::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use roster_domain::change::{Change, Precondition, UniqueName, Write};
use roster_domain::context::{Actor, Context, Origin};
use roster_domain::id::{AuditId, RoleId, TenantId, TokenId, UserId, Version};
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::role::Role;
use roster_domain::session::SessionEpoch;
use roster_domain::settings::Settings;
use roster_domain::tenant::{self, Tenant};
use roster_domain::text::{EmailAddress, PersonName, RoleName, TenantSlug, TokenName, UserName};
use roster_domain::token::value::TokenHash;
use roster_domain::token::{ApiToken, Creator};
use roster_domain::user::User;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A number that was not used before.
pub fn number() -> u32 {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// An id that sorts after all earlier ones.
#[must_use]
pub fn id() -> Uuid {
    Uuid::from_u128(0x0190_b6c2_7a5e_7000_8000_0000_0000_0000 + u128::from(number()))
}

/// So many seconds after a certain moment with microseconds.
#[must_use]
pub fn at(seconds: u32) -> OffsetDateTime {
    datetime!(2026-03-01 09:30:00.123_457 UTC) + Duration::seconds(seconds.into())
}

/// The operator acts.
#[must_use]
pub fn context() -> Context {
    Context {
        now: at(number()),
        audit_id: AuditId::new(id()),
        actor: Actor::Operator {
            name: "root".to_owned(),
        },
        origin: Origin::default(),
    }
}

/// A change with that state and an audit record of its own.
#[must_use]
pub fn change(write: Write) -> Change {
    let target = Target {
        kind: TargetKind::User,
        id: None,
        name: "somebody".to_owned(),
    };
    let diff = Diff::default();
    let audit = AuditRecord::succeeded(
        &context(),
        AuditAction::UpdateUser,
        target,
        "Changed.",
        diff,
    );
    Change {
        write,
        requires: Vec::new(),
        audit,
        events: Vec::new(),
    }
}

/// A change with a precondition.
#[must_use]
pub fn requiring(precondition: Precondition, change: Change) -> Change {
    Change {
        requires: vec![precondition],
        ..change
    }
}

/// A person's next state.
#[must_use]
pub fn edited(user: &User, edit: impl FnOnce(&mut User)) -> Change {
    let mut new = User {
        version: user.version.next(),
        updated_at: at(number()),
        ..user.clone()
    };
    edit(&mut new);
    change(Write::UpdateUser {
        user: new,
        decided_on: user.version,
    })
}

/// A role's next state.
#[must_use]
pub fn edited_role(role: &Role, edit: impl FnOnce(&mut Role)) -> Change {
    let mut new = Role {
        version: role.version.next(),
        updated_at: at(number()),
        ..role.clone()
    };
    edit(&mut new);
    change(Write::UpdateRole {
        role: new,
        decided_on: role.version,
    })
}

/// A token's next state.
#[must_use]
pub fn edited_token(token: &ApiToken, edit: impl FnOnce(&mut ApiToken)) -> Change {
    let mut new = ApiToken {
        version: token.version.next(),
        updated_at: at(number()),
        ..token.clone()
    };
    edit(&mut new);
    change(Write::UpdateToken {
        token: new,
        decided_on: token.version,
    })
}

/// The settings' next state.
#[must_use]
pub fn edited_settings(settings: &Settings, edit: impl FnOnce(&mut Settings)) -> Change {
    let mut new = Settings {
        version: settings.version.next(),
        updated_at: at(number()),
        ..settings.clone()
    };
    edit(&mut new);
    change(Write::UpdateSettings {
        settings: new,
        decided_on: settings.version,
    })
}

/// A given or family name.
#[must_use]
pub fn person_name(name: &str) -> PersonName {
    PersonName::new(name).unwrap()
}

/// A hash that is like no other.
#[must_use]
pub fn hash() -> TokenHash {
    let mut bytes = [0xa5; 32];
    for (byte, number) in bytes.iter_mut().zip(number().to_be_bytes()) {
        *byte = number;
    }
    TokenHash::from_bytes(bytes)
}

/// Every user, by the list that has no counter.
pub fn everybody() -> UserQuery {
    UserQuery {
        limit: 10_000,
        ..UserQuery::default()
    }
}

/// Fails unless the commit was refused because the record is another one by now.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed what a commit answers"
)]
pub fn assert_conflict(result: Result<(), CommitError>) {
    assert!(
        matches!(result, Err(CommitError::Conflict)),
        "expected a conflict, got {result:?}"
    );
}

/// Fails unless the commit was refused because another has that name.
#[track_caller]
pub fn assert_taken(result: Result<(), CommitError>, name: UniqueName) {
    match result {
        Err(CommitError::Taken(taken)) => assert_eq!(taken, name),
        other => panic!("expected {name:?} to be taken, got {other:?}"),
    }
}

/// Fails unless the commit was refused because of `precondition`.
#[track_caller]
pub fn assert_broken(result: Result<(), CommitError>, precondition: Precondition) {
    match result {
        Err(CommitError::Broken(broken)) => assert_eq!(broken, precondition),
        other => panic!("expected a broken precondition, got {other:?}"),
    }
}

/// Fails unless both have the same items in the same order; says by their ids what differs.
#[track_caller]
pub fn assert_ids<T, I: PartialEq + Debug>(found: &[T], id: impl Fn(&T) -> I, expected: &[I]) {
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected);
}

/// A tenant with its first roles.
pub struct World {
    pub tenant: Tenant,
    pub admin: Role,
    pub analyst: Role,
    pub read_only: Role,
    pub settings: Settings,
    pub handle: Box<dyn TenantStore>,
}

impl World {
    /// Commits a new tenant.
    pub async fn new(store: &Arc<dyn Store>) -> Self {
        let slug = TenantSlug::new(&format!("tenant-{}", number())).unwrap();
        let role_ids = [(); 3].map(|()| RoleId::new(id()));
        let change = tenant::create(TenantId::new(id()), slug, role_ids, &context()).unwrap();
        let Write::CreateTenant {
            tenant,
            roles,
            settings,
        } = change.write.clone()
        else {
            panic!("not a new tenant: {change:?}");
        };
        let handle = store.tenant(tenant.id);
        handle.commit(&change).await.unwrap();
        let [admin, analyst, read_only] = <[Role; 3]>::try_from(roles).unwrap();
        Self {
            tenant,
            admin,
            analyst,
            read_only,
            settings,
            handle,
        }
    }

    /// An analyst, not stored yet.
    #[must_use]
    pub fn person(&self, name: &str) -> User {
        let now = at(number());
        User {
            id: UserId::new(id()),
            user_name: UserName::new(name).unwrap(),
            email: EmailAddress::new(&format!("{name}@example.com")).unwrap(),
            given_name: person_name(""),
            family_name: person_name(""),
            external_id: None,
            active: true,
            role: self.analyst.to_ref(),
            pending_role: None,
            identity: None,
            session_epoch: SessionEpoch::FIRST,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        }
    }

    /// Stores an analyst.
    pub async fn add(&self, name: &str) -> User {
        self.add_user(self.person(name)).await
    }

    /// Stores an Admin.
    pub async fn add_admin(&self, name: &str) -> User {
        self.add_user(User {
            role: self.admin.to_ref(),
            ..self.person(name)
        })
        .await
    }

    /// Stores a person.
    pub async fn add_user(&self, user: User) -> User {
        self.handle
            .commit(&change(Write::CreateUser(user.clone())))
            .await
            .unwrap();
        user
    }

    /// Stores a role.
    pub async fn add_role(&self, name: &str) -> Role {
        let now = at(number());
        let role = Role {
            id: RoleId::new(id()),
            name: RoleName::new(name).unwrap(),
            permissions: PermissionSet::default(),
            is_admin: false,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        };
        self.handle
            .commit(&change(Write::CreateRole(role.clone())))
            .await
            .unwrap();
        role
    }

    /// Stores a token.
    pub async fn add_token(&self, name: &str) -> ApiToken {
        let now = at(number());
        let token = ApiToken {
            id: TokenId::new(id()),
            name: TokenName::new(name).unwrap(),
            permissions: [Permission::USER_MODIFY].into_iter().collect(),
            allowed_networks: Vec::new(),
            expires_at: None,
            hash: hash(),
            previous: None,
            created_by: Creator {
                kind: "OPERATOR".to_owned(),
                name: "root".to_owned(),
            },
            created_at: now,
            updated_at: now,
            revoked_at: None,
            last_used: None,
            version: Version::FIRST,
        };
        self.handle
            .commit(&change(Write::CreateToken(token.clone())))
            .await
            .unwrap();
        token
    }

    /// The person as stored now.
    pub async fn user(&self, user: &User) -> User {
        self.handle.user(user.id).await.unwrap().unwrap()
    }

    /// How many people there are by the maintained count.
    pub async fn total(&self) -> u64 {
        self.handle.user_page(0, 0).await.unwrap().total
    }

    /// The whole audit log, newest first.
    pub async fn log(&self) -> Vec<AuditRecord> {
        let all = AuditQuery {
            limit: 10_000,
            ..AuditQuery::default()
        };
        self.handle.audit_log(&all).await.unwrap()
    }
}
