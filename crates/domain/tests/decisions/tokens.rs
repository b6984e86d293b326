use roster_domain::change::Write;
use roster_domain::context::{Actor, Context};
use roster_domain::id::TokenId;
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::refusal::Refusal;
use roster_domain::text::TokenName;
use roster_domain::token::ApiToken;
use roster_domain::token::lifecycle::{self, LONGEST_OVERLAP, NewToken, Rotation, TokenWish};
use roster_domain::token::value::TokenHash;
use time::Duration;
use uuid::Uuid;

use crate::support::{NOW, by, by_okta};

const OLD: TokenHash = TokenHash::from_bytes([1; 32]);
const NEW: TokenHash = TokenHash::from_bytes([2; 32]);

fn set(permissions: &[Permission]) -> PermissionSet {
    permissions.iter().cloned().collect()
}

fn new_token(permissions: &[Permission]) -> NewToken {
    NewToken {
        id: TokenId::new(Uuid::from_u128(5)),
        name: TokenName::new("okta").unwrap(),
        permissions: set(permissions),
        allowed_networks: Vec::new(),
        expires_at: None,
        hash: OLD,
    }
}

fn token(permissions: &[Permission]) -> ApiToken {
    stored(
        lifecycle::create(new_token(permissions), &PermissionSet::all(), &by_okta())
            .unwrap()
            .write,
    )
}

fn stored(write: Write) -> ApiToken {
    match write {
        Write::CreateToken(token) | Write::UpdateToken { token, .. } => token,
        other => panic!("not a token: {other:?}"),
    }
}

fn rotation(overlap: Duration) -> Rotation {
    Rotation {
        hash: NEW,
        overlap,
        by_superseded_value: false,
    }
}

fn by_itself(token: &ApiToken) -> Context {
    by(token.actor())
}

#[test]
fn nobody_hands_out_more_than_they_have() {
    let own = set(&[Permission::TOKEN_MODIFY]);
    let refusal =
        lifecycle::create(new_token(&[Permission::USER_MODIFY]), &own, &by_okta()).unwrap_err();
    let missing = vec![Permission::USER_MODIFY, Permission::USER_READ];
    assert_eq!(
        refusal,
        Refusal::BeyondOwnPermissions {
            missing: missing.clone()
        }
    );
    let strong = token(&[Permission::USER_MODIFY]);
    let rotated = lifecycle::rotate(&strong, rotation(Duration::ZERO), &own, &by_okta());
    assert_eq!(
        rotated,
        Err(Refusal::BeyondOwnPermissions {
            missing: missing.clone()
        })
    );
    let weak = token(&[Permission::AUDIT_LOG_READ]);
    let wish = TokenWish {
        permissions: Some(set(&[Permission::USER_MODIFY])),
        ..TokenWish::default()
    };
    assert_eq!(
        lifecycle::update(&weak, wish, &own, &by_okta()),
        Err(Refusal::BeyondOwnPermissions { missing })
    );
}

#[test]
fn what_a_token_has_already_may_stay() {
    let strong = token(&[Permission::USER_MODIFY, Permission::AUDIT_LOG_READ]);
    let wish = TokenWish {
        permissions: Some(set(&[Permission::USER_READ])),
        ..TokenWish::default()
    };
    let own = set(&[Permission::TOKEN_MODIFY]);
    let weaker = stored(
        lifecycle::update(&strong, wish, &own, &by_okta())
            .unwrap()
            .unwrap()
            .write,
    );
    assert_eq!(weaker.permissions.names(), ["UserRead"]);
}

#[test]
fn a_token_may_rotate_itself_and_the_old_value_lives_for_the_overlap() {
    let weak = token(&[Permission::USER_READ]);
    let overlap = Duration::hours(1);
    let change = lifecycle::rotate(
        &weak,
        rotation(overlap),
        &weak.permissions,
        &by_itself(&weak),
    )
    .unwrap();
    let rotated = stored(change.write);
    assert!(rotated.accepts(&NEW, NOW) && rotated.accepts(&OLD, NOW + overlap - Duration::SECOND));
    assert!(!rotated.accepts(&OLD, NOW + overlap));
    assert!(rotated.accepts(&NEW, NOW + overlap));
    let at_once = lifecycle::rotate(
        &weak,
        rotation(Duration::ZERO),
        &weak.permissions,
        &by_itself(&weak),
    )
    .unwrap();
    assert!(!stored(at_once.write).accepts(&OLD, NOW));
}

#[test]
fn an_overlap_has_a_limit() {
    let weak = token(&[]);
    let longer = LONGEST_OVERLAP + Duration::SECOND;
    let refused = lifecycle::rotate(&weak, rotation(longer), &PermissionSet::all(), &by_okta());
    assert_eq!(refused, Err(Refusal::OverlapTooLong { limit_hours: 168 }));
}

#[test]
fn a_revoked_token_opens_nothing_and_stays_revoked() {
    let revoked = stored(lifecycle::revoke(&token(&[]), &by_okta()).unwrap().write);
    assert!(!revoked.accepts(&OLD, NOW));
    assert_eq!(
        lifecycle::revoke(&revoked, &by_okta()),
        Err(Refusal::TokenRevoked)
    );
    let again = lifecycle::rotate(
        &revoked,
        rotation(Duration::ZERO),
        &PermissionSet::all(),
        &by_okta(),
    );
    assert_eq!(again, Err(Refusal::TokenRevoked));
}

#[test]
fn an_expired_token_opens_nothing_and_an_expiry_must_lie_ahead() {
    let token = ApiToken {
        expires_at: Some(NOW),
        ..token(&[])
    };
    assert!(!token.accepts(&OLD, NOW));
    assert!(token.accepts(&OLD, NOW - Duration::SECOND));
    let late = NewToken {
        expires_at: Some(NOW),
        ..new_token(&[])
    };
    assert_eq!(
        lifecycle::create(late, &PermissionSet::all(), &by_okta()),
        Err(Refusal::ExpiryInThePast)
    );
}

#[test]
fn a_token_with_networks_is_good_from_there_only() {
    let networks = ["10.0.0.0/8", "2001:db8::/32"]
        .map(|network| network.parse().unwrap())
        .to_vec();
    let token = ApiToken {
        allowed_networks: networks,
        ..token(&[])
    };
    for (address, allowed) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("2001:db8::1", true),
        ("11.0.0.1", false),
        ("::1", false),
    ] {
        assert_eq!(
            token.allows_address(Some(address.parse().unwrap())),
            allowed,
            "{address}"
        );
    }
    assert!(!token.allows_address(None));
}

#[test]
fn no_audit_record_of_a_token_holds_a_hash() {
    let token = token(&[Permission::USER_READ]);
    let change = lifecycle::rotate(
        &token,
        rotation(Duration::HOUR),
        &PermissionSet::all(),
        &by_okta(),
    )
    .unwrap();
    let attributes = change.audit.changes.iter().map(|change| &change.attribute);
    for attribute in attributes {
        assert!(!attribute.to_lowercase().contains("hash"), "{attribute}");
    }
    // Neither the old hash nor the new one, whose bytes are all 1 and all 2.
    let shown = format!("{:?}", change.audit).to_lowercase();
    for part in [
        "01".repeat(8),
        "02".repeat(8),
        "aqeb".repeat(3),
        "agic".repeat(3),
    ] {
        assert!(!shown.contains(&part), "{shown}");
    }
    assert!(matches!(change.audit.actor, Actor::Token { .. }));
}

#[test]
fn a_replaced_value_can_not_rotate_its_token_again() {
    let token = token(&[Permission::TOKEN_MODIFY]);
    let stolen = Rotation {
        by_superseded_value: true,
        ..rotation(Duration::HOUR)
    };
    let refused = lifecycle::rotate(&token, stolen, &token.permissions, &by_itself(&token));
    assert_eq!(refused, Err(Refusal::Superseded));
}

#[test]
fn a_stronger_token_can_not_be_opened_to_other_networks_or_for_longer() {
    let strong = ApiToken {
        allowed_networks: vec!["192.0.2.0/24".parse().unwrap()],
        expires_at: Some(NOW + Duration::HOUR),
        ..token(&[Permission::USER_MODIFY])
    };
    let own = set(&[Permission::TOKEN_MODIFY]);
    let wider = TokenWish {
        allowed_networks: Some(Vec::new()),
        ..TokenWish::default()
    };
    let longer = TokenWish {
        expires_at: Some(None),
        ..TokenWish::default()
    };
    for wish in [wider, longer] {
        let refused = lifecycle::update(&strong, wish, &own, &by_okta());
        assert!(
            matches!(refused, Err(Refusal::BeyondOwnPermissions { .. })),
            "{refused:?}"
        );
    }
    // What stays as it is, is no wish.
    let as_it_is = TokenWish {
        allowed_networks: Some(strong.allowed_networks.clone()),
        expires_at: Some(strong.expires_at),
        ..TokenWish::default()
    };
    assert_eq!(
        lifecycle::update(&strong, as_it_is, &own, &by_okta()),
        Ok(None)
    );
}

#[test]
fn nobody_reads_a_list_without_end() {
    let networks: Vec<_> = (0..=255)
        .map(|n| format!("10.0.{n}.0/24").parse().unwrap())
        .collect();
    let wish = TokenWish {
        allowed_networks: Some(networks),
        ..TokenWish::default()
    };
    let refused = lifecycle::update(&token(&[]), wish, &PermissionSet::all(), &by_okta());
    let limit = lifecycle::MOST_NETWORKS;
    let what = "allowed networks";
    assert_eq!(
        refused,
        Err(Refusal::TooMany {
            what,
            given: 256,
            limit
        })
    );
}
