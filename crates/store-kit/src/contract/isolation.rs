//! Promises about tenants that know nothing of each other.

use std::sync::Arc;

use roster_application::ports::store::{CommitError, Store};
use roster_domain::change::{Change, Write};
use roster_domain::role::RoleUsage;
use roster_domain::text::{ExternalId, RoleName, TokenName};
use roster_domain::token::LastUse;
use roster_domain::user::User;

use super::world::{
    World, assert_conflict, at, change, edited, edited_role, edited_settings, edited_token,
    everybody, person_name,
};

pub async fn the_same_names_can_be_used_in_two_tenants(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let (ada, other_ada) = (here.add("ada").await, there.add("ada").await);
    here.add_role("Auditor").await;
    there.add_role("Auditor").await;
    assert_eq!(
        here.handle.user_by_user_name("ada").await.unwrap(),
        Some(ada)
    );
    assert_eq!(
        there.handle.user_by_user_name("ada").await.unwrap(),
        Some(other_ada)
    );
}

pub async fn no_read_reaches_into_another_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let external_id = ExternalId::new("00u1").ok();
    let user = here
        .add_user(User {
            external_id,
            ..here.person("ada")
        })
        .await;
    let token = here.add_token("okta").await;

    let there = &there.handle;
    assert_eq!(there.user(user.id).await.unwrap(), None);
    assert_eq!(there.user_by_user_name("ada").await.unwrap(), None);
    assert_eq!(there.user_by_email("ada@example.com").await.unwrap(), None);
    assert_eq!(there.users_by_external_id("00u1").await.unwrap(), []);
    let page = there.user_page(0, 10).await.unwrap();
    assert_eq!((page.total, page.users), (0, Vec::new()));
    assert_eq!(there.users(&everybody()).await.unwrap(), []);
    assert_eq!(there.role(here.analyst.id).await.unwrap(), None);
    assert_eq!(there.roles().await.unwrap().len(), 3);
    assert_eq!(
        there.role_usage(here.analyst.id).await.unwrap(),
        RoleUsage::default()
    );
    assert_eq!(there.token(token.id).await.unwrap(), None);
    assert_eq!(there.tokens().await.unwrap(), []);
    assert_eq!(there.token_by_hash(&token.hash).await.unwrap(), None);
    let settings = there.settings().await.unwrap().unwrap();
    assert_ne!(settings.default_role.id, here.settings.default_role.id);
}

pub async fn no_write_reaches_into_another_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let user = here.add("ada").await;
    let token = here.add_token("okta").await;
    let auditor = here.add_role("Auditor").await;
    let log = here.log().await;

    let writes: [Change; 4] = [
        // With a role of the other tenant, so that the foreign key is not what stops it.
        edited(&user, |user| {
            user.role = there.analyst.to_ref();
            user.given_name = person_name("Eve");
        }),
        edited_role(&auditor, |role| role.name = RoleName::new("Eve").unwrap()),
        change(Write::DeleteRole {
            role: auditor.id,
            decided_on: auditor.version,
        }),
        edited_token(&token, |token| token.name = TokenName::new("eve").unwrap()),
    ];
    for write in writes {
        assert_conflict(there.handle.commit(&write).await);
    }
    let last_use = LastUse {
        at: at(1),
        from: None,
    };
    there
        .handle
        .note_token_uses(&[(token.id, last_use)])
        .await
        .unwrap();
    let copies = [
        Write::CreateUser(User {
            role: there.analyst.to_ref(),
            ..user.clone()
        }),
        Write::CreateRole(auditor.clone()),
        Write::CreateToken(token.clone()),
    ];
    for copy in copies {
        let result = there.handle.commit(&change(copy)).await;
        assert!(matches!(result, Err(CommitError::Store(_))), "{result:?}");
    }

    assert_eq!(here.user(&user).await, user);
    assert_eq!(here.handle.role(auditor.id).await.unwrap(), Some(auditor));
    assert_eq!(here.handle.token(token.id).await.unwrap(), Some(token));
    assert_eq!(
        here.handle.settings().await.unwrap(),
        Some(here.settings.clone())
    );
    assert_eq!((here.total().await, here.log().await), (1, log));
    assert_eq!((there.total().await, there.log().await.len()), (0, 1));
}

pub async fn no_role_of_another_tenant_can_be_given(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let user = here.add("ada").await;
    let foreign = there.analyst.to_ref();
    let new = User {
        role: foreign.clone(),
        ..here.person("grace")
    };
    let waiting = User {
        pending_role: Some(foreign.clone()),
        ..here.person("grace")
    };
    for write in [
        change(Write::CreateUser(new)),
        change(Write::CreateUser(waiting)),
        edited(&user, |user| user.role = foreign.clone()),
        edited(&user, |user| user.pending_role = Some(foreign.clone())),
        edited_settings(&here.settings, |settings| {
            settings.default_role = foreign.clone();
        }),
    ] {
        assert_conflict(here.handle.commit(&write).await);
    }
    assert_eq!(here.user(&user).await, user);
    assert_eq!(here.total().await, 1);
    assert_eq!(
        here.handle.settings().await.unwrap(),
        Some(here.settings.clone())
    );
}
