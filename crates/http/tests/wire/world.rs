//! What the application stands on in these tests: a real store, real keys, a clock that can be
//! turned, and an identity provider whose protocol is plain JSON, so that a test says in one line
//! what it answers. (SAML itself is tested where it is implemented, and from end to end.)

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use roster_application::Adapters;
use roster_application::ports::metadata::{FetchError, MetadataSource};
use roster_application::ports::saml::{
    Expectations, KeyPair, KeyUse, LogoutSubject, NameIdKind, ResponseRefused, SamlFault,
    SamlProtocol, ServiceProvider, VerifiedIdentity,
};
use roster_application::ports::world::{Clock, Ids};
use roster_domain::saml_settings::{AttributeNames, CertificateInfo, IdpTrust, MetadataUrl};
use roster_keys::{AesVault, Es256Signer, SecretKey};
use roster_store_sqlite::SqliteStore;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Time and chance.
#[derive(Clone, Default)]
pub(crate) struct World {
    ahead: Arc<AtomicI64>,
}

impl World {
    /// Turns the clock forward.
    pub(crate) fn pass(&self, time: Duration) {
        self.ahead
            .fetch_add(time.whole_seconds(), Ordering::Relaxed);
    }

    /// The adapters, with a new database.
    pub(crate) async fn adapters(&self, database: &Path) -> Adapters {
        let store = SqliteStore::open(database).await.unwrap();
        store.migrate().await.unwrap();
        Adapters {
            store: Box::new(store),
            clock: Box::new(self.clone()),
            ids: Box::new(self.clone()),
            saml: Box::new(PlainProvider),
            metadata: Box::new(NoMetadata),
            vault: Box::new(AesVault::new(&SecretKey::generate())),
            signer: Box::new(Es256Signer::generated()),
        }
    }
}

impl Clock for World {
    fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        let now = now.replace_microsecond(now.microsecond()).unwrap();
        now + Duration::seconds(self.ahead.load(Ordering::Relaxed))
    }
}

impl Ids for World {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let random = std::iter::repeat_with(|| Uuid::new_v4().into_bytes()).flatten();
        bytes
            .iter_mut()
            .zip(random)
            .for_each(|(byte, random)| *byte = random);
    }
}

/// Where the provider is.
pub(crate) const PROVIDER: &str = "https://idp.example.com";

/// The identity provider. It answers `{"nameId", "email", "firstName", "lastName", "role",
/// "inResponseTo"}`; what is no JSON is not signed, as it were.
struct PlainProvider;

impl SamlProtocol for PlainProvider {
    fn message_id(&self, chance: u128) -> String {
        format!("_{chance:032x}")
    }

    fn authn_request(
        &self,
        _: &ServiceProvider,
        idp: &IdpTrust,
        id: &str,
        relay_state: &str,
        _: OffsetDateTime,
    ) -> Result<String, SamlFault> {
        let sso = &idp.sso_url;
        Ok(format!("{sso}?SAMLRequest={id}&RelayState={relay_state}"))
    }

    fn verify(
        &self,
        _: &ServiceProvider,
        idp: &IdpTrust,
        _: &AttributeNames,
        expectations: &Expectations<'_>,
        posted: &str,
    ) -> Result<VerifiedIdentity, ResponseRefused> {
        let refused = |reason: &str, start_again| ResponseRefused {
            reason: reason.to_owned(),
            start_again,
        };
        let answer: Value = serde_json::from_str(posted)
            .map_err(|_| refused("nothing in it is signed by the secret provider", false))?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        let in_response_to = text("inResponseTo");
        if in_response_to.as_deref() != expectations.outstanding
            || (in_response_to.is_none() && !expectations.idp_initiated)
        {
            return Err(refused("it answers another request", true));
        }
        Ok(VerifiedIdentity {
            idp_entity_id: idp.entity_id.clone(),
            name_id: text("nameId").unwrap(),
            name_id_kind: NameIdKind::Name,
            name_id_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned(),
            session_index: None,
            assertion_id: text("id").unwrap_or_else(|| Uuid::new_v4().to_string()),
            assertion_expires_at: expectations.now + Duration::minutes(5),
            in_response_to,
            email: text("email"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            role: text("role"),
        })
    }

    fn logout_request(
        &self,
        _: &ServiceProvider,
        idp: &IdpTrust,
        _: LogoutSubject<'_>,
        id: &str,
        _: OffsetDateTime,
    ) -> Result<Option<String>, SamlFault> {
        let slo = idp.slo_url.as_ref();
        Ok(slo.map(|slo| format!("{slo}?SAMLRequest={id}")))
    }

    fn sp_metadata(&self, sp: &ServiceProvider) -> Result<String, SamlFault> {
        Ok(format!("<sp id='{}' slo='{}'/>", sp.entity_id, sp.slo_url))
    }

    /// The document is the provider's address.
    fn read_metadata(&self, document: &[u8], now: OffsetDateTime) -> Result<IdpTrust, SamlFault> {
        let provider = String::from_utf8(document.to_vec()).unwrap();
        Ok(IdpTrust {
            entity_id: "http://www.okta.com/exk1".to_owned(),
            sso_url: format!("{provider}/sso"),
            slo_url: Some(format!("{provider}/slo")),
            certificates: vec![CertificateInfo {
                pem: "pem".to_owned(),
                fingerprint: "00".repeat(32),
                subject: "CN=idp".to_owned(),
                not_after: now + Duration::days(365),
            }],
            want_signed_requests: false,
            valid_until: None,
        })
    }

    fn check_key(&self, _: &KeyPair, _: KeyUse) -> Result<CertificateInfo, SamlFault> {
        Err(SamlFault("not in these tests".to_owned()))
    }
}

struct NoMetadata;

#[async_trait::async_trait]
impl MetadataSource for NoMetadata {
    async fn fetch(&self, _: &MetadataUrl) -> Result<Vec<u8>, FetchError> {
        Err(FetchError("not in these tests".to_owned()))
    }
}
