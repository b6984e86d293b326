//! Decisions on API tokens: create, update, rotate, revoke. Nobody hands out more than they have:
//! a token's maker, or whoever gets its value by rotation, must hold all of its permissions.

use ipnet::IpNet;
use time::{Duration, OffsetDateTime};

use super::value::TokenHash;
use super::{ApiToken, Creator, PreviousValue};
use crate::audit::{AuditAction, AuditRecord, Diff};
use crate::change::{Change, Event, Write};
use crate::context::{Actor, Context};
use crate::id::{TokenId, Version};
use crate::permission::PermissionSet;
use crate::refusal::Refusal;
use crate::text::TokenName;

/// The most networks that a token's use may be kept to.
pub const MOST_NETWORKS: usize = 200;

/// The longest overlap of a rotation.
pub const LONGEST_OVERLAP: Duration = Duration::days(7);

/// What a new token shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: TokenName,
    /// What it may do.
    pub permissions: PermissionSet,
    /// From where it may be used; empty: from anywhere.
    pub allowed_networks: Vec<IpNet>,
    /// When it stops working.
    pub expires_at: Option<OffsetDateTime>,
    /// The hash of its value.
    pub hash: TokenHash,
}

/// What shall change about a token. `None` keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenWish {
    /// Another name.
    pub name: Option<TokenName>,
    /// Other permissions.
    pub permissions: Option<PermissionSet>,
    /// Other networks; empty: from anywhere.
    pub allowed_networks: Option<Vec<IpNet>>,
    /// Another expiry; `Some(None)`: none.
    pub expires_at: Option<Option<OffsetDateTime>>,
}

/// How a token gets a new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The hash of the new value.
    pub hash: TokenHash,
    /// How long the old value stays valid.
    pub overlap: Duration,
    /// Whether the caller was let in by a value that an earlier rotation replaced. Whoever found
    /// an old value must not be able to shut the owner out with a new one.
    pub by_superseded_value: bool,
}

fn within(wanted: &PermissionSet, own: &PermissionSet) -> Result<(), Refusal> {
    let missing = wanted.missing_from(own);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::BeyondOwnPermissions { missing })
    }
}

/// Longer lists are nobody's wish, and would make every page and record that shows them unreadable.
fn few_enough(
    permissions: Option<&PermissionSet>,
    networks: Option<&[IpNet]>,
) -> Result<(), Refusal> {
    permissions.map_or(Ok(()), PermissionSet::check_size)?;
    let given = networks.map_or(0, <[IpNet]>::len);
    if given > MOST_NETWORKS {
        return Err(Refusal::TooMany {
            what: "allowed networks",
            given,
            limit: MOST_NETWORKS,
        });
    }
    Ok(())
}

fn in_future(expiry: Option<OffsetDateTime>, now: OffsetDateTime) -> Result<(), Refusal> {
    if expiry.is_some_and(|at| at <= now) {
        Err(Refusal::ExpiryInThePast)
    } else {
        Ok(())
    }
}

fn networks(list: &[IpNet]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn diff(old: Option<&ApiToken>, new: Option<&ApiToken>) -> Diff {
    let expiry = |token: &ApiToken| {
        token
            .expires_at
            .map(|at| vec![at.to_string()])
            .unwrap_or_default()
    };
    Diff::default()
        .of(
            "name",
            old.map(|t| t.name.as_str()),
            new.map(|t| t.name.as_str()),
        )
        .of(
            "permissions",
            old.map(|t| t.permissions.names()),
            new.map(|t| t.permissions.names()),
        )
        .of(
            "allowedNetworks",
            old.map(|t| networks(&t.allowed_networks)),
            new.map(|t| networks(&t.allowed_networks)),
        )
        .of("expiresAt", old.map(expiry), new.map(expiry))
}

/// Decides on a new token. `own` are the permissions of whoever asks.
///
/// # Errors
/// [`Refusal::BeyondOwnPermissions`], [`Refusal::ExpiryInThePast`].
pub fn create(new: NewToken, own: &PermissionSet, context: &Context) -> Result<Change, Refusal> {
    within(&new.permissions, own)?;
    few_enough(Some(&new.permissions), Some(&new.allowed_networks))?;
    in_future(new.expires_at, context.now)?;
    let token = ApiToken {
        id: new.id,
        name: new.name,
        permissions: new.permissions,
        allowed_networks: new.allowed_networks,
        expires_at: new.expires_at,
        hash: new.hash,
        previous: None,
        created_by: Creator::from(&context.actor),
        created_at: context.now,
        updated_at: context.now,
        revoked_at: None,
        last_used: None,
        version: Version::FIRST,
    };
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::CreateApiToken,
        token.target(),
        "API token created.",
        diff(None, Some(&token)),
    );
    Ok(Change {
        events: vec![Event::TokenChanged(token.id)],
        write: Write::CreateToken(token),
        requires: Vec::new(),
        audit,
    })
}

fn replace(
    old: &ApiToken,
    new: ApiToken,
    action: AuditAction,
    description: String,
    context: &Context,
) -> Change {
    let revoked = new.revoked_at.is_some();
    let diff = diff(Some(old), (!revoked).then_some(&new));
    let audit = AuditRecord::succeeded(context, action, new.target(), description, diff);
    let token = ApiToken {
        version: old.version.next(),
        updated_at: context.now,
        ..new
    };
    Change {
        events: vec![Event::TokenChanged(token.id)],
        write: Write::UpdateToken {
            token,
            decided_on: old.version,
        },
        requires: Vec::new(),
        audit,
    }
}

/// Decides on changing a token. `None`: there is nothing to change.
///
/// # Errors
/// [`Refusal::TokenRevoked`], [`Refusal::BeyondOwnPermissions`], [`Refusal::ExpiryInThePast`].
pub fn update(
    token: &ApiToken,
    wish: TokenWish,
    own: &PermissionSet,
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    alive(token)?;
    let networks = wish.allowed_networks.as_ref();
    let other_networks = networks.is_some_and(|wished| *wished != token.allowed_networks);
    let other_expiry = wish.expires_at.filter(|wished| *wished != token.expires_at);
    if other_networks || other_expiry.is_some() {
        // Who may use a token, and for how long, is as good as its permissions.
        within(&token.permissions, own)?;
    }
    few_enough(wish.permissions.as_ref(), networks.map(Vec::as_slice))?;
    if let Some(permissions) = &wish.permissions {
        // What the token has already may stay: only what is added must be the caller's own.
        let kept: PermissionSet = own
            .iter()
            .chain(token.permissions.iter())
            .cloned()
            .collect();
        within(permissions, &kept)?;
    }
    if let Some(expiry) = other_expiry {
        in_future(expiry, context.now)?;
    }
    let new = ApiToken {
        name: wish.name.unwrap_or_else(|| token.name.clone()),
        permissions: wish
            .permissions
            .unwrap_or_else(|| token.permissions.clone()),
        allowed_networks: wish
            .allowed_networks
            .unwrap_or_else(|| token.allowed_networks.clone()),
        expires_at: wish.expires_at.unwrap_or(token.expires_at),
        ..token.clone()
    };
    if new == *token {
        return Ok(None);
    }
    Ok(Some(replace(
        token,
        new,
        AuditAction::UpdateApiToken,
        "API token updated.".to_owned(),
        context,
    )))
}

/// Decides on giving a token a new value. The old one stays valid for the overlap.
///
/// # Errors
/// [`Refusal::TokenRevoked`], [`Refusal::OverlapTooLong`]; [`Refusal::BeyondOwnPermissions`] unless
/// the token rotates itself, and [`Refusal::Superseded`] if it does so by a replaced value.
pub fn rotate(
    token: &ApiToken,
    rotation: Rotation,
    own: &PermissionSet,
    context: &Context,
) -> Result<Change, Refusal> {
    alive(token)?;
    let Rotation {
        hash,
        overlap,
        by_superseded_value,
    } = rotation;
    let itself = matches!(context.actor, Actor::Token { id, .. } if id == token.id);
    if !itself {
        within(&token.permissions, own)?;
    } else if by_superseded_value {
        return Err(Refusal::Superseded);
    }
    if overlap > LONGEST_OVERLAP {
        return Err(Refusal::OverlapTooLong {
            limit_hours: LONGEST_OVERLAP.whole_hours(),
        });
    }
    let previous = overlap.is_positive().then(|| PreviousValue {
        hash: token.hash,
        valid_until: context.now.saturating_add(overlap),
    });
    let mut description = match &previous {
        Some(old) => format!(
            "API token rotated; the old value is valid until {}.",
            old.valid_until
        ),
        None => "API token rotated; the old value is invalid at once.".to_owned(),
    };
    let older = token.previous.as_ref();
    if older.is_some_and(|older| context.now < older.valid_until) {
        description.push_str(" The value before that is invalid at once.");
    }
    let new = ApiToken {
        hash,
        previous,
        ..token.clone()
    };
    Ok(replace(
        token,
        new,
        AuditAction::RotateApiToken,
        description,
        context,
    ))
}

/// Decides on revoking a token, for good.
///
/// # Errors
/// [`Refusal::TokenRevoked`] when it is already.
pub fn revoke(token: &ApiToken, context: &Context) -> Result<Change, Refusal> {
    alive(token)?;
    let new = ApiToken {
        revoked_at: Some(context.now),
        previous: None,
        ..token.clone()
    };
    Ok(replace(
        token,
        new,
        AuditAction::DeleteApiToken,
        "API token revoked.".to_owned(),
        context,
    ))
}

fn alive(token: &ApiToken) -> Result<(), Refusal> {
    if token.revoked_at.is_some() {
        Err(Refusal::TokenRevoked)
    } else {
        Ok(())
    }
}
