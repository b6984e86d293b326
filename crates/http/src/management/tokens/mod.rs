//! API tokens: list, create, read, change, rotate, revoke. [`token`] is what is shown of one,
//! [`bodies`] what is sent.

mod bodies;
mod token;

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use roster_application::Application;
use roster_application::administration::tokens::SELF;
use roster_application::caller::Caller;
use roster_domain::permission::Permission;

use super::wire::answer::{Answer, Created, Gone, Shown};
use super::wire::body::Body;
use super::wire::failure::{WhenActing, WhenChanging, WhenReading, WhenReadingOne, WhenSending};
use super::{Tag, location};
use crate::authenticated::Authenticated;
use crate::options::Options;
use bodies::{ApiTokenCreation, ApiTokenPatch, ApiTokenRotation};
use token::{ApiToken, ApiTokenList, IssuedApiToken};

/// The operations on API tokens.
pub(crate) struct ApiTokens;

#[OpenApi(tag = "Tag::ApiTokens")]
impl ApiTokens {
    /// List API tokens
    ///
    /// All that were not revoked, in the order of creation; never their values. Needs the
    /// permission `OrganizationAPITokenRead`.
    #[oai(path = "/api-tokens", method = "get", operation_id = "listApiTokens")]
    async fn list(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
    ) -> Answer<Shown<ApiTokenList>, WhenReading> {
        let tokens = application.list_tokens(&caller).await?;
        Ok(Shown(ApiTokenList {
            items: tokens.iter().map(ApiToken::from).collect(),
        }))
    }

    /// Create an API token
    ///
    /// The answer holds the value, which is never shown again; the token works from that moment
    /// on. Nobody can give a token permissions that they don't have. Needs the permission
    /// `OrganizationAPITokenModify`.
    #[oai(path = "/api-tokens", method = "post", operation_id = "createApiToken")]
    async fn create(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        body: Body<ApiTokenCreation>,
    ) -> Answer<Created<IssuedApiToken>, WhenSending> {
        let request = body.accept(&caller, &Permission::TOKEN_MODIFY)?;
        let issued = application.create_token(&caller, request).await?;
        let location = location(options, &caller, "api-tokens", &issued.token.id);
        Ok(Created {
            location,
            body: IssuedApiToken::from(&issued),
        })
    }

    /// Read an API token
    ///
    /// Never its value. Needs the permission `OrganizationAPITokenRead`, except to read the calling
    /// token itself.
    #[oai(path = "/api-tokens/:id", method = "get", operation_id = "getApiToken")]
    async fn read(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The token's id, or `self` for the calling token.
        id: Path<String>,
    ) -> Answer<Shown<ApiToken>, WhenReadingOne> {
        let token = application.read_token(&caller, &id).await?;
        Ok(Shown(ApiToken::from(&token)))
    }

    /// Change an API token
    ///
    /// What is left out keeps its value; lists are replaced whole. Needs the permission
    /// `OrganizationAPITokenModify`.
    #[oai(
        path = "/api-tokens/:id",
        method = "patch",
        operation_id = "updateApiToken"
    )]
    async fn update(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The token's id, or `self` for the calling token.
        id: Path<String>,
        body: Body<ApiTokenPatch>,
    ) -> Answer<Shown<ApiToken>, WhenChanging> {
        let wish = body.accept(&caller, &Permission::TOKEN_MODIFY)?;
        let token = application.update_token(&caller, &id, &wish, None).await?;
        Ok(Shown(ApiToken::from(&token)))
    }

    /// Rotate an API token
    ///
    /// Gives it a new value, which only this answer shows. The old value stays valid for
    /// `overlapSeconds` (7 days at most), so that a client can be moved over without a gap; without
    /// it, the old value is invalid at once. Needs the permission `OrganizationAPITokenModify`,
    /// except for the calling token itself.
    #[oai(
        path = "/api-tokens/:id/rotate",
        method = "post",
        operation_id = "rotateApiToken"
    )]
    async fn rotate(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The token's id, or `self` for the calling token.
        id: Path<String>,
        body: Body<ApiTokenRotation>,
    ) -> Answer<Shown<IssuedApiToken>, WhenChanging> {
        let overlap = if is_itself(&caller, &id) {
            body.judge()?
        } else {
            body.accept(&caller, &Permission::TOKEN_MODIFY)?
        };
        let issued = application
            .rotate_token(&caller, &id, overlap, None)
            .await?;
        Ok(Shown(IssuedApiToken::from(&issued)))
    }

    /// Revoke an API token
    ///
    /// For good: it is refused from this moment on, with its previous value too. Needs the
    /// permission `OrganizationAPITokenModify`.
    #[oai(
        path = "/api-tokens/:id",
        method = "delete",
        operation_id = "revokeApiToken"
    )]
    async fn revoke(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The token's id, or `self` for the calling token.
        id: Path<String>,
    ) -> Answer<Gone, WhenActing> {
        application.revoke_token(&caller, &id).await?;
        Ok(Gone)
    }
}

/// Whether `id` means the calling token, which may rotate itself whatever its permissions.
fn is_itself(caller: &Caller, id: &str) -> bool {
    id == SELF
        || caller
            .actor
            .id()
            .is_some_and(|own| own.to_string().eq_ignore_ascii_case(id))
}
