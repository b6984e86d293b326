//! Promises about API tokens.

use std::net::IpAddr;
use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_domain::change::Write;
use roster_domain::id::{TokenId, Version};
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::text::TokenName;
use roster_domain::token::{ApiToken, Creator, LastUse, PreviousValue};

use super::world::{World, assert_ids, at, change, edited_token, hash, id, number};

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn with_every_field() -> ApiToken {
    let own = Permission::new("Application9").unwrap();
    let networks = [
        "10.0.0.0/8",
        "192.0.2.7/32",
        "2001:db8::/32",
        "::1/128",
        "0.0.0.0/0",
    ];
    ApiToken {
        id: TokenId::new(id()),
        name: TokenName::new("Ökta \"%_\\ 李").unwrap(),
        permissions: PermissionSet::all().iter().cloned().chain([own]).collect(),
        allowed_networks: networks
            .iter()
            .map(|network| network.parse().unwrap())
            .collect(),
        expires_at: Some(at(number())),
        hash: hash(),
        previous: Some(PreviousValue {
            hash: hash(),
            valid_until: at(number()),
        }),
        created_by: Creator {
            kind: "TOKEN".to_owned(),
            name: "Ådmin".to_owned(),
        },
        created_at: at(number()),
        updated_at: at(number()),
        revoked_at: Some(at(number())),
        last_used: None,
        version: Version::FIRST,
    }
}

pub async fn every_field_of_a_token_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let plain = world.add_token("okta").await;
    let full = with_every_field();
    world
        .handle
        .commit(&change(Write::CreateToken(full.clone())))
        .await
        .unwrap();
    for token in [plain, full] {
        assert_eq!(
            world.handle.token(token.id).await.unwrap(),
            Some(token.clone())
        );
        assert_eq!(
            world.handle.token_by_hash(&token.hash).await.unwrap(),
            Some(token)
        );
    }
    assert_eq!(world.handle.token(TokenId::new(id())).await.unwrap(), None);
}

pub async fn a_changed_token_reads_back_with_every_field(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let token = world.add_token("okta").await;
    // Who made it and when is for good.
    let full = |token: &mut ApiToken| {
        *token = ApiToken {
            id: token.id,
            version: token.version,
            created_by: token.created_by.clone(),
            created_at: token.created_at,
            ..with_every_field()
        };
    };
    let empty = |token: &mut ApiToken| {
        token.permissions = PermissionSet::default();
        token.allowed_networks = Vec::new();
        token.expires_at = None;
        token.previous = None;
    };
    for update in [edited_token(&token, full), {
        let second = ApiToken {
            version: token.version.next(),
            ..token.clone()
        };
        edited_token(&second, empty)
    }] {
        world.handle.commit(&update).await.unwrap();
        let Write::UpdateToken { token: new, .. } = update.write else {
            panic!("no update")
        };
        assert_eq!(world.handle.token(token.id).await.unwrap(), Some(new));
    }
}

pub async fn a_token_is_found_by_its_present_and_its_previous_hash(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let token = world.add_token("okta").await;
    world.add_token("another").await;
    let rotate = |token: &ApiToken| {
        edited_token(token, |token| {
            let valid_until = at(number());
            token.previous = Some(PreviousValue {
                hash: token.hash,
                valid_until,
            });
            token.hash = hash();
        })
    };
    let rotation = rotate(&token);
    world.handle.commit(&rotation).await.unwrap();
    let Write::UpdateToken { token: rotated, .. } = rotation.write else {
        panic!("no update")
    };
    for hash in [&token.hash, &rotated.hash] {
        assert_eq!(
            world.handle.token_by_hash(hash).await.unwrap(),
            Some(rotated.clone())
        );
    }
    world.handle.commit(&rotate(&rotated)).await.unwrap();
    assert_eq!(world.handle.token_by_hash(&token.hash).await.unwrap(), None);
    assert!(
        world
            .handle
            .token_by_hash(&rotated.hash)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(world.handle.token_by_hash(&hash()).await.unwrap(), None);
}

pub async fn a_token_that_is_revoked_is_found_but_not_listed(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (token, kept) = (world.add_token("okta").await, world.add_token("kept").await);
    let revoke = edited_token(&token, |token| token.revoked_at = Some(at(number())));
    world.handle.commit(&revoke).await.unwrap();
    assert_eq!(world.handle.tokens().await.unwrap(), [kept]);
    let found = world
        .handle
        .token_by_hash(&token.hash)
        .await
        .unwrap()
        .unwrap();
    assert!(found.revoked_at.is_some());
    assert_eq!(world.handle.token(token.id).await.unwrap(), Some(found));
}

pub async fn tokens_are_listed_in_the_order_of_creation(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut tokens = Vec::new();
    for seconds in [5, 3, 3, 9, 4] {
        tokens.push(ApiToken {
            created_at: at(seconds),
            revoked_at: None,
            ..with_every_field()
        });
    }
    for token in tokens.iter().rev() {
        world
            .handle
            .commit(&change(Write::CreateToken(token.clone())))
            .await
            .unwrap();
    }
    tokens.sort_by_key(|token| (token.created_at, token.id));
    let expected: Vec<TokenId> = tokens.iter().map(|token| token.id).collect();
    assert_ids(
        &world.handle.tokens().await.unwrap(),
        |token| token.id,
        &expected,
    );
}

pub async fn tokens_are_found_by_name_in_any_case_revoked_ones_too(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    World::new(&store).await.add_token("Ökta").await;
    world.add_token("okta").await;
    let revoked = world.add_token("ÖKTA").await;
    let revoke = edited_token(&revoked, |token| token.revoked_at = Some(at(number())));
    world.handle.commit(&revoke).await.unwrap();
    let present = world.add_token("Ökta").await;
    let named = async |folded: &str| world.handle.tokens_named(folded).await.unwrap();
    assert_eq!(named("ökta").await, [revoked.id, present.id]);
    for nobody in ["ökt", "Ökta", "%", "", "\0"] {
        assert_eq!(named(nobody).await, [], "{nobody:?}");
    }
}

async fn last_use(world: &World, token: &ApiToken) -> Option<LastUse> {
    world
        .handle
        .token(token.id)
        .await
        .unwrap()
        .unwrap()
        .last_used
}

pub async fn a_last_use_is_noted_and_only_moves_forward(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (token, other) = (
        world.add_token("okta").await,
        world.add_token("other").await,
    );
    let log = world.log().await;
    let first = LastUse {
        at: at(100),
        from: address("203.0.113.9"),
    };
    world
        .handle
        .note_token_uses(&[(token.id, first)])
        .await
        .unwrap();
    assert_eq!(last_use(&world, &token).await, Some(first));
    let earlier = LastUse {
        at: at(99),
        from: address("203.0.113.1"),
    };
    world
        .handle
        .note_token_uses(&[(token.id, earlier)])
        .await
        .unwrap();
    assert_eq!(last_use(&world, &token).await, Some(first));
    let later = LastUse {
        at: at(101),
        from: address("2001:db8::7"),
    };
    let nowhere = LastUse {
        at: at(50),
        from: None,
    };
    world
        .handle
        .note_token_uses(&[(token.id, later), (other.id, nowhere)])
        .await
        .unwrap();
    assert_eq!(last_use(&world, &token).await, Some(later));
    assert_eq!(last_use(&world, &other).await, Some(nowhere));

    let stored = world.handle.token(token.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.version, stored.updated_at),
        (token.version, token.updated_at)
    );
    assert_eq!(world.log().await, log);
}

pub async fn the_latest_of_several_uses_in_one_batch_is_kept(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let token = world.add_token("okta").await;
    let uses = [3, 7, 5, 1].map(|second| {
        let from = address(&format!("192.0.2.{second}"));
        (
            token.id,
            LastUse {
                at: at(second),
                from,
            },
        )
    });
    world.handle.note_token_uses(&uses).await.unwrap();
    let latest = LastUse {
        at: at(7),
        from: address("192.0.2.7"),
    };
    assert_eq!(last_use(&world, &token).await, Some(latest));
}

pub async fn a_last_use_that_is_unknown_here_changes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let token = world.add_token("okta").await;
    let elsewhere = World::new(&store).await;
    let use_ = LastUse {
        at: at(1),
        from: None,
    };
    world.handle.note_token_uses(&[]).await.unwrap();
    let both = [(TokenId::new(id()), use_), (token.id, use_)];
    elsewhere.handle.note_token_uses(&both).await.unwrap();
    assert_eq!(last_use(&world, &token).await, None);
}

pub async fn a_changed_token_keeps_its_last_use(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let token = world.add_token("okta").await;
    let noted = LastUse {
        at: at(100),
        from: address("203.0.113.9"),
    };
    world
        .handle
        .note_token_uses(&[(token.id, noted)])
        .await
        .unwrap();
    // Decided on before the use was noted.
    let rename = edited_token(&token, |token| token.name = TokenName::new("new").unwrap());
    world.handle.commit(&rename).await.unwrap();
    assert_eq!(last_use(&world, &token).await, Some(noted));
}
