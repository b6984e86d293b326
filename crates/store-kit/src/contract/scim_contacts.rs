//! Promises about the last request of a tenant's SCIM client.

use std::sync::Arc;

use roster_application::ports::store::{ScimContact, Store};
use roster_domain::id::TokenId;

use super::world::{World, at, id};

fn contact(seconds: u32, name: &str) -> ScimContact {
    ScimContact {
        at: at(seconds),
        from: Some("203.0.113.9".parse().unwrap()),
        user_agent: Some("Okta SCIM Client 1.0.0".to_owned()),
        token: TokenId::new(id()),
        token_name: name.to_owned(),
    }
}

async fn last(world: &World) -> Option<ScimContact> {
    world.handle.scim_contact().await.unwrap()
}

pub async fn every_field_of_a_contact_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    assert_eq!(last(&world).await, None);
    let log = world.log().await;
    let full = ScimContact {
        from: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("Ökta \"%_\\ 李".to_owned()),
        ..contact(1, "Ökta \"%_\\ 李")
    };
    let plain = ScimContact {
        from: None,
        user_agent: None,
        ..contact(2, "okta")
    };
    for contact in [full, plain] {
        world.handle.note_scim_contact(&contact).await.unwrap();
        assert_eq!(last(&world).await, Some(contact));
    }
    assert_eq!(world.log().await, log);
}

pub async fn a_contact_only_moves_forward(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let second = contact(2, "second");
    world.handle.note_scim_contact(&second).await.unwrap();
    for earlier in [contact(1, "first"), contact(2, "also second")] {
        world.handle.note_scim_contact(&earlier).await.unwrap();
        assert_eq!(last(&world).await.as_ref(), Some(&second));
    }
    let third = contact(3, "third");
    world.handle.note_scim_contact(&third).await.unwrap();
    assert_eq!(last(&world).await, Some(third));
}

pub async fn no_contact_reaches_into_another_tenant(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (here, there) = (contact(1, "here"), contact(2, "there"));
    world.handle.note_scim_contact(&here).await.unwrap();
    assert_eq!(last(&other).await, None);
    other.handle.note_scim_contact(&there).await.unwrap();
    assert_eq!(last(&world).await, Some(here));
    assert_eq!(last(&other).await, Some(there));
}
