//! Promises about commits that fail half way: all of a change is written, or nothing.

use std::sync::Arc;

use roster_application::ports::store::{AuditQuery, CommitError, Store};
use roster_domain::change::{Change, Write};
use roster_domain::id::{AuditId, RoleId, TenantId};
use roster_domain::saml_settings::SamlSettings;
use roster_domain::tenant;
use roster_domain::text::{AttributeName, RoleName, TenantSlug, TokenName};

use super::world::sign_in::{
    add_key, edited_saml, link, operators_session, redeem, session, signing_key, start,
};
use super::world::{
    World, at, change, context, edited, edited_role, edited_settings, edited_token, id, person_name,
};

/// The id of an audit record that exists, so that no other can be written under it.
async fn used_id(world: &World) -> AuditId {
    let used = change(Write::Nothing);
    world.handle.commit(&used).await.unwrap();
    used.audit.id
}

async fn assert_fails(world: &World, mut change: Change, audit: AuditId) {
    change.audit.id = audit;
    let result = world.handle.commit(&change).await;
    assert!(matches!(result, Err(CommitError::Store(_))), "{result:?}");
}

pub async fn nobody_is_created_without_an_audit_record(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let audit = used_id(&world).await;
    let (ada, log) = (world.person("ada"), world.log().await);
    assert_fails(&world, change(Write::CreateUser(ada.clone())), audit).await;
    assert_eq!(world.handle.user(ada.id).await.unwrap(), None);
    assert_eq!((world.total().await, world.log().await), (0, log));
    // And nothing stands in the way of a second try.
    world.add_user(ada).await;
    assert_eq!(world.total().await, 1);
}

pub async fn no_tenant_is_created_by_half(store: Arc<dyn Store>) {
    let id_of_tenant = TenantId::new(id());
    let (slug, roles) = (
        TenantSlug::new("half").unwrap(),
        [(); 3].map(|()| RoleId::new(id())),
    );
    let mut change = tenant::create(id_of_tenant, slug.clone(), roles, &context()).unwrap();
    let Write::CreateTenant { settings, .. } = &mut change.write else {
        panic!("no tenant")
    };
    // The last of what is written, and it refers to a role that isn't there.
    settings.default_role.id = RoleId::new(id());
    let handle = store.tenant(id_of_tenant);
    assert!(handle.commit(&change).await.is_err());
    assert_eq!(store.tenant_by_slug(&slug).await.unwrap(), None);
    assert_eq!(handle.roles().await.unwrap(), []);
    assert_eq!(handle.settings().await.unwrap(), None);
    let all = AuditQuery {
        limit: 10,
        ..AuditQuery::default()
    };
    assert_eq!(handle.audit_log(&all).await.unwrap(), []);
}

pub async fn nothing_is_changed_without_an_audit_record(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, role) = (world.add("ada").await, world.add_role("Auditor").await);
    let token = world.add_token("okta").await;
    let audit = used_id(&world).await;
    let log = world.log().await;
    for change in [
        edited(&ada, |user| user.given_name = person_name("Half")),
        edited_role(&role, |role| role.name = RoleName::new("Half").unwrap()),
        change(Write::DeleteRole {
            role: role.id,
            decided_on: role.version,
        }),
        edited_token(&token, |token| token.name = TokenName::new("half").unwrap()),
        edited_settings(&world.settings, |settings| {
            settings.scim_role_attribute = AttributeName::new("half").unwrap();
        }),
        change(Write::Nothing),
    ] {
        assert_fails(&world, change, audit).await;
    }
    assert_eq!(world.user(&ada).await, ada);
    assert_eq!(world.handle.role(role.id).await.unwrap(), Some(role));
    assert_eq!(world.handle.token(token.id).await.unwrap(), Some(token));
    assert_eq!(
        world.handle.settings().await.unwrap(),
        Some(world.settings.clone())
    );
    assert_eq!(world.log().await, log);
}

pub async fn nobody_signs_in_without_an_audit_record(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let present = world.sign_in(&ada, at(1)).await;
    let present_link = world.add_link(at(600)).await;
    let present_key = signing_key("present", at(1));
    let first_settings = edited_saml(&SamlSettings::unwritten(), |_| ());
    for change in [&add_key(&present_key, None, &[]), &first_settings] {
        world.handle.commit(change).await.unwrap();
    }
    let settings = world.handle.saml_settings().await.unwrap();
    let (new, of_operator, new_link) = (
        session(&ada, at(2)),
        operators_session(at(2)),
        link(at(601)),
    );
    let audit = used_id(&world).await;
    let log = world.log().await;
    for change in [
        start(&new, &ada),
        redeem(present_link.secret, &of_operator),
        change(Write::EndSession(present.id)),
        change(Write::CreateAdminLink(new_link.clone())),
        edited_saml(&settings, |settings| settings.idp_initiated = true),
        add_key(&signing_key("new", at(2)), Some("present"), &["present"]),
    ] {
        assert_fails(&world, change, audit).await;
    }
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), [present]);
    assert_eq!(world.session(&of_operator.secret).await, None);
    let links = [&present_link, &new_link].map(|link| world.handle.admin_link(&link.secret));
    let [of_present, of_new] = links;
    assert_eq!(of_present.await.unwrap(), Some(present_link.clone()));
    assert_eq!(of_new.await.unwrap(), None);
    assert_eq!(world.handle.saml_settings().await.unwrap(), settings);
    assert_eq!(store.signing_keys().await.unwrap(), [present_key]);
    assert_eq!(world.log().await, log);

    // Nor are the first settings of a tenant written by half.
    let other = World::new(&store).await;
    let audit = used_id(&other).await;
    assert_fails(&other, first_settings, audit).await;
    let settings = other.handle.saml_settings().await.unwrap();
    assert_eq!(settings, SamlSettings::unwritten());
}

pub async fn a_commit_that_fails_leaves_no_audit_record(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let log = world.log().await;
    let mut stale = ada.clone();
    stale.version = stale.version.next();
    let taken = world.person("ADA");
    for change in [edited(&stale, |_| ()), change(Write::CreateUser(taken))] {
        assert!(world.handle.commit(&change).await.is_err());
        assert_eq!(world.log().await, log);
    }
}
