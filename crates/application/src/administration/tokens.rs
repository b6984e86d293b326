//! Administrators and API tokens: create, list, read, update, rotate, revoke. `self` stands for
//! the calling token, which may read and rotate itself whatever its permissions.

use ipnet::IpNet;
use roster_domain::audit::{AuditAction, TargetKind};
use roster_domain::change::{Change, Write};
use roster_domain::context::{Actor, Context};
use roster_domain::id::{TokenId, Version};
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::refusal::Refusal;
use roster_domain::text::TokenName;
use roster_domain::token::ApiToken;
use roster_domain::token::lifecycle::{self, NewToken, Rotation, TokenWish};
use roster_domain::token::value::{ENTROPY_LENGTH, TokenValue};
use time::{Duration, OffsetDateTime};

use super::unseen;
use crate::Application;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::settle::{Settled, Subject, require_version};

/// The word that stands for the calling token's id.
pub const SELF: &str = "self";

/// What a new token shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Its name.
    pub name: TokenName,
    /// What it may do; no more than its maker may.
    pub permissions: PermissionSet,
    /// From where it may be used; empty: from anywhere.
    pub allowed_networks: Vec<IpNet>,
    /// When it stops working, in UTC; `None`: never.
    pub expires_at: Option<OffsetDateTime>,
}

/// A token with its value, which is shown this once.
#[derive(Debug)]
pub struct IssuedToken {
    /// The record.
    pub token: ApiToken,
    /// The secret.
    pub value: TokenValue,
}

impl Application {
    /// Every token that was not revoked.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `OrganizationAPITokenRead`.
    pub async fn list_tokens(&self, caller: &Caller) -> Result<Vec<ApiToken>, Error> {
        caller.require(&Permission::TOKEN_READ)?;
        Ok(self.store(caller.tenant.id()).tokens().await?)
    }

    /// One token. The calling token may always read itself.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`] (also for a revoked one).
    pub async fn read_token(&self, caller: &Caller, id: &str) -> Result<ApiToken, Error> {
        let (token_id, itself) = token_id(caller, id);
        if !itself {
            caller.require(&Permission::TOKEN_READ)?;
        }
        self.load_token(caller, token_id, id).await
    }

    /// A new token, with its value.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn create_token(
        &self,
        caller: &Caller,
        request: TokenRequest,
    ) -> Result<IssuedToken, Error> {
        let action = AuditAction::CreateApiToken;
        let name = request.name.clone();
        let target = || unseen(TargetKind::ApiToken, None, name.as_str());
        self.require_to_write(caller, &Permission::TOKEN_MODIFY, action, target)
            .await?;
        let value = self.new_token_value();
        let new = NewToken {
            id: TokenId::new(self.shared.adapters.ids.id()),
            name: request.name,
            permissions: request.permissions,
            allowed_networks: request.allowed_networks,
            expires_at: request.expires_at,
            hash: value.hash(),
        };
        let tenant = caller.tenant.id();
        let store = self.store(tenant);
        let context = self.context(&caller.actor, &caller.origin);
        let decision = lifecycle::create(new, &caller.permissions, &context).map(Some);
        let subject = Subject {
            tenant,
            store: store.as_ref(),
            context: &context,
            action,
            target: target(),
        };
        match self.settle(subject, decision).await? {
            Settled::Committed(Change {
                write: Write::CreateToken(token),
                ..
            }) => Ok(IssuedToken { token, value }),
            _ => Err(Error::Contended),
        }
    }

    /// Changes a token's name, permissions, networks or expiry. `expected`: only if that is its
    /// present version.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn update_token(
        &self,
        caller: &Caller,
        id: &str,
        wish: &TokenWish,
        expected: Option<Version>,
    ) -> Result<ApiToken, Error> {
        let action = AuditAction::UpdateApiToken;
        self.change_token(caller, id, action, expected, |token, context| {
            lifecycle::update(token, wish.clone(), &caller.permissions, context)
        })
        .await
    }

    /// Gives a token a new value; the old one stays valid for `overlap`. The calling token may
    /// always rotate itself.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn rotate_token(
        &self,
        caller: &Caller,
        id: &str,
        overlap: Duration,
        expected: Option<Version>,
    ) -> Result<IssuedToken, Error> {
        let value = self.new_token_value();
        let rotation = Rotation {
            hash: value.hash(),
            overlap,
            by_superseded_value: caller.superseded,
        };
        let action = AuditAction::RotateApiToken;
        let token = self
            .change_token(caller, id, action, expected, |token, context| {
                lifecycle::rotate(token, rotation, &caller.permissions, context).map(Some)
            })
            .await?;
        Ok(IssuedToken { token, value })
    }

    /// Revokes a token, for good.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn revoke_token(&self, caller: &Caller, id: &str) -> Result<(), Error> {
        let action = AuditAction::DeleteApiToken;
        self.change_token(caller, id, action, None, |token, context| {
            lifecycle::revoke(token, context).map(Some)
        })
        .await
        .map(drop)
    }

    async fn change_token(
        &self,
        caller: &Caller,
        id: &str,
        action: AuditAction,
        expected: Option<Version>,
        decide: impl Fn(&ApiToken, &Context) -> Result<Option<Change>, Refusal> + Send,
    ) -> Result<ApiToken, Error> {
        let (token_id, itself) = token_id(caller, id);
        let target = || unseen(TargetKind::ApiToken, token_id.map(TokenId::uuid), id);
        if !(itself && action == AuditAction::RotateApiToken) {
            self.require_to_write(caller, &Permission::TOKEN_MODIFY, action, target)
                .await?;
        }
        let outcome: Result<ApiToken, Error> = async {
            let tenant = caller.tenant.id();
            let store = self.store(tenant);
            let mut attempts = self.attempts(token_id.map(TokenId::uuid).unwrap_or_default());
            loop {
                let token = self.load_token(caller, token_id, id).await?;
                require_version(expected, token.version)?;
                let context = self.context(&caller.actor, &caller.origin);
                let decision = decide(&token, &context);
                let subject = Subject {
                    tenant,
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: token.target(),
                };
                match self.settle(subject, decision).await? {
                    Settled::Committed(change) => {
                        return Ok(match change.write {
                            Write::UpdateToken { token, .. } => token,
                            _ => token,
                        });
                    }
                    Settled::Unchanged => return Ok(token),
                    Settled::Raced => attempts.again().await?,
                }
            }
        }
        .await;
        self.audited(caller, action, target, outcome).await
    }

    async fn load_token(
        &self,
        caller: &Caller,
        id: Option<TokenId>,
        as_sent: &str,
    ) -> Result<ApiToken, Error> {
        let not_found = || Error::not_found(Thing::ApiToken, &as_sent);
        let token = self
            .store(caller.tenant.id())
            .token(id.ok_or_else(not_found)?)
            .await?;
        token
            .filter(|token| token.revoked_at.is_none())
            .ok_or_else(not_found)
    }

    pub(crate) fn new_token_value(&self) -> TokenValue {
        let mut entropy = [0; ENTROPY_LENGTH];
        self.shared.adapters.ids.fill(&mut entropy);
        TokenValue::from_entropy(&entropy)
    }
}

/// The id that was meant, and whether it is the calling token's own.
fn token_id(caller: &Caller, id: &str) -> (Option<TokenId>, bool) {
    let own = match caller.actor {
        Actor::Token { id, .. } => Some(id),
        _ => None,
    };
    let meant = if id == SELF { own } else { id.parse().ok() };
    (meant, meant.is_some() && meant == own)
}
