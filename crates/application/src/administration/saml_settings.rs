//! Administrators and SAML settings: read, import metadata, change. Private keys go in and never
//! come out.

use roster_domain::audit::AuditAction;
use roster_domain::change::Write;
use roster_domain::id::Version;
use roster_domain::permission::Permission;
use roster_domain::return_url::ReturnUrl;
use roster_domain::saml_settings::{self, IdpTrust, MetadataUrl, SamlSettings, SamlWish, SpKey};
use roster_domain::text::SamlAttributeName;
use roster_domain::user::Field;
use time::OffsetDateTime;

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::saml::{KeyPair, KeyUse};
use crate::ports::store::MetadataCheck;
use crate::settle::{Settled, Subject, require_version};
use crate::sign_in::provider::{Addresses, KEY_PURPOSE};

/// The fields of a request, by which a refusal names them.
pub mod field {
    /// The metadata itself.
    pub const METADATA_XML: &str = "metadataXml";
    /// Where the metadata is.
    pub const METADATA_URL: &str = "metadataUrl";
    /// The key that signs our requests.
    pub const SIGNING_KEY: &str = "signingKey";
    /// The key that opens encrypted assertions.
    pub const DECRYPTION_KEY: &str = "decryptionKey";
}

/// Where the identity provider's description shall come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MetadataWish {
    /// As it is.
    #[default]
    Keep,
    /// From nowhere: there is no provider any more.
    Clear,
    /// From this document.
    Document(String),
    /// From this address, now and every day.
    Url(MetadataUrl),
}

/// What shall change about SAML settings.
#[derive(Clone, Default)]
pub struct SamlSettingsWish {
    /// SAML on or off.
    pub enabled: Option<bool>,
    /// Sign-in that starts at the provider.
    pub idp_initiated: Option<bool>,
    /// Straight to the provider.
    pub enforce_sso: Option<bool>,
    /// Another provider.
    pub metadata: MetadataWish,
    /// Another attribute for the e-mail.
    pub email_attribute: Option<SamlAttributeName>,
    /// Another attribute for the given name.
    pub first_name_attribute: Option<SamlAttributeName>,
    /// Another attribute for the family name.
    pub last_name_attribute: Option<SamlAttributeName>,
    /// Another attribute for the role.
    pub role_attribute: Option<SamlAttributeName>,
    /// Other addresses to return to.
    pub return_urls: Option<Vec<ReturnUrl>>,
    /// Another key that signs.
    pub signing_key: KeyWish,
    /// Another key that decrypts.
    pub decryption_key: KeyWish,
}

/// What shall happen to a key.
#[derive(Clone, Default)]
pub enum KeyWish {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// This one takes its place.
    Set(KeyPair),
}

/// The settings with what belongs to them.
#[derive(Debug, Clone)]
pub struct SamlSettingsView {
    /// The settings.
    pub settings: SamlSettings,
    /// What an administrator copies to the identity provider.
    pub addresses: Addresses,
    /// What came of the last fetch of the metadata, if there is a URL.
    pub check: Option<MetadataCheck>,
    /// The moment of this view, by which a certificate has expired or not.
    pub now: OffsetDateTime,
}

impl Application {
    /// The SAML settings.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `GeneralSettingsRead`.
    pub async fn read_saml_settings(&self, caller: &Caller) -> Result<SamlSettingsView, Error> {
        caller.require(&Permission::SETTINGS_READ)?;
        let settings = self.store(caller.tenant.id()).saml_settings().await?;
        self.saml_view(caller, settings).await
    }

    /// What the metadata at an address, or in a document, says: the check before it is imported.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `GeneralSettingsModify`; [`Error::Invalid`] when it can't be
    /// fetched or used.
    pub async fn inspect_metadata(
        &self,
        caller: &Caller,
        metadata: &MetadataWish,
    ) -> Result<Option<IdpTrust>, Error> {
        caller.require(&Permission::SETTINGS_MODIFY)?;
        match self.import(metadata).await? {
            (Field::Set(provider), _) => Ok(Some(provider)),
            _ => Ok(None),
        }
    }

    /// Changes the settings; the next sign-in, in any process, goes by the new ones. `expected`: only
    /// if that is their present version.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn update_saml_settings(
        &self,
        caller: &Caller,
        wish: SamlSettingsWish,
        expected: Option<Version>,
    ) -> Result<SamlSettingsView, Error> {
        let action = AuditAction::UpdateSamlSettings;
        let target = || caller.tenant.tenant().target();
        self.require_to_write(caller, &Permission::SETTINGS_MODIFY, action, target)
            .await?;
        let store = self.store(caller.tenant.id());
        let wish = match self.prepared(wish).await {
            Ok(wish) => wish,
            Err(error) => {
                let context = self.context(&caller.actor, &caller.origin);
                let subject = Subject {
                    tenant: caller.tenant.id(),
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: target(),
                };
                return Err(self.refuse_as(subject, error, Vec::new()).await);
            }
        };
        let outcome: Result<SamlSettingsView, Error> = async {
            let mut attempts = self.attempts(caller.tenant.id().uuid());
            loop {
                let settings = store.saml_settings().await?;
                require_version(expected, settings.version)?;
                let context = self.context(&caller.actor, &caller.origin);
                let decision = saml_settings::update(
                    caller.tenant.tenant(),
                    &settings,
                    wish.clone(),
                    "SAML settings updated.",
                    &context,
                );
                let subject = Subject {
                    tenant: caller.tenant.id(),
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: target(),
                };
                let settings = match self.settle(subject, decision).await? {
                    Settled::Committed(change) => match change.write {
                        Write::UpdateSamlSettings { settings, .. } => *settings,
                        _ => settings,
                    },
                    Settled::Unchanged => settings,
                    Settled::Raced => {
                        attempts.again().await?;
                        continue;
                    }
                };
                if matches!(wish.metadata_url, Field::Set(_)) {
                    // It was fetched just now: the next time is tomorrow.
                    store.note_metadata_check(context.now, None).await?;
                }
                return self.saml_view(caller, settings).await;
            }
        }
        .await;
        self.audited(caller, action, target, outcome).await
    }

    async fn saml_view(
        &self,
        caller: &Caller,
        settings: SamlSettings,
    ) -> Result<SamlSettingsView, Error> {
        let check = match settings.metadata_url {
            Some(_) => self.store(caller.tenant.id()).metadata_check().await?,
            None => None,
        };
        let slug = caller.tenant.tenant().slug.as_str();
        Ok(SamlSettingsView {
            settings,
            addresses: Addresses::of(&self.shared.settings.public_url, slug),
            check,
            now: self.now(),
        })
    }

    /// Fetches, reads and checks whatever the wish brings from outside.
    async fn prepared(&self, wish: SamlSettingsWish) -> Result<SamlWish, Error> {
        let (provider, metadata_url) = self.import(&wish.metadata).await?;
        Ok(SamlWish {
            enabled: wish.enabled,
            idp_initiated: wish.idp_initiated,
            enforce_sso: wish.enforce_sso,
            provider,
            metadata_url,
            email_attribute: wish.email_attribute,
            first_name_attribute: wish.first_name_attribute,
            last_name_attribute: wish.last_name_attribute,
            role_attribute: wish.role_attribute,
            return_urls: wish.return_urls,
            signing: self.sealed(wish.signing_key, KeyUse::Signing, field::SIGNING_KEY)?,
            decryption: self.sealed(
                wish.decryption_key,
                KeyUse::Decryption,
                field::DECRYPTION_KEY,
            )?,
        })
    }

    async fn import(
        &self,
        metadata: &MetadataWish,
    ) -> Result<(Field<IdpTrust>, Field<MetadataUrl>), Error> {
        let saml = &self.shared.adapters.saml;
        match metadata {
            MetadataWish::Keep => Ok((Field::Keep, Field::Keep)),
            MetadataWish::Clear => Ok((Field::Clear, Field::Clear)),
            MetadataWish::Document(document) => {
                let provider = saml
                    .read_metadata(document.as_bytes(), self.now())
                    .map_err(|fault| unusable(field::METADATA_XML, &fault))?;
                Ok((Field::Set(provider), Field::Clear))
            }
            MetadataWish::Url(url) => {
                let provider = self.fetch_metadata(url).await?;
                Ok((Field::Set(provider), Field::Set(url.clone())))
            }
        }
    }

    pub(super) async fn fetch_metadata(&self, url: &MetadataUrl) -> Result<IdpTrust, Error> {
        let document = self.shared.adapters.metadata.fetch(url).await;
        let document = document.map_err(|problem| unusable(field::METADATA_URL, &problem))?;
        let saml = &self.shared.adapters.saml;
        saml.read_metadata(&document, self.now())
            .map_err(|fault| unusable(field::METADATA_URL, &fault))
    }

    fn sealed(
        &self,
        wish: KeyWish,
        usage: KeyUse,
        field: &'static str,
    ) -> Result<Field<SpKey>, Error> {
        let pair = match wish {
            KeyWish::Keep => return Ok(Field::Keep),
            KeyWish::Clear => return Ok(Field::Clear),
            KeyWish::Set(pair) => pair,
        };
        let adapters = &self.shared.adapters;
        let certificate = adapters
            .saml
            .check_key(&pair, usage)
            .map_err(|fault| unusable(field, &fault))?;
        let private_key = adapters
            .vault
            .seal(KEY_PURPOSE, pair.private_key.as_bytes());
        Ok(Field::Set(SpKey {
            private_key,
            certificate,
        }))
    }

    /// Our own metadata, which an identity provider can be set up from before SAML is on.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Invalid`] when a stored key can't be opened.
    pub async fn sp_metadata(
        &self,
        tenant: &crate::directory::TenantEntry,
    ) -> Result<String, Error> {
        let settings = self.store(tenant.id()).saml_settings().await?;
        let adapters = &self.shared.adapters;
        crate::sign_in::provider::service_provider(
            &self.shared.settings.public_url,
            tenant,
            &settings,
            adapters.vault.as_ref(),
        )
        .and_then(|sp| adapters.saml.sp_metadata(&sp))
        .map_err(|fault| unusable("samlSettings", &fault))
    }

    /// Whether the tenant's pages send whoever is not signed in straight to the identity provider.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sso_state(
        &self,
        tenant: &crate::directory::TenantEntry,
    ) -> Result<SsoState, Error> {
        let settings = self.store(tenant.id()).saml_settings().await?;
        Ok(match (settings.enabled, settings.enforce_sso) {
            (false, _) => SsoState::Off,
            (true, false) => SsoState::Offered,
            (true, true) => SsoState::Enforced,
        })
    }
}

/// What a tenant's pages offer to whoever is not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SsoState {
    /// SAML is off.
    Off,
    /// A way to sign in with SSO.
    Offered,
    /// Nothing but SSO, without asking.
    Enforced,
}

fn unusable(field: &str, problem: &impl ToString) -> Error {
    Error::invalid(field, &format!("can't be used: {}", problem.to_string()))
}
