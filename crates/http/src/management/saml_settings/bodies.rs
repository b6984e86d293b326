//! What is sent to change SAML settings, or to look at metadata before it is imported.

use std::convert::Infallible;

use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use roster_application::administration::saml_settings::{
    KeyWish, MetadataWish, SamlSettingsWish, field,
};
use roster_application::ports::saml::KeyPair;
use roster_domain::return_url::ReturnUrl;
use roster_domain::saml_settings::MetadataUrl;
use roster_domain::text::SamlAttributeName;
use roster_domain::user::Field;

use crate::management::wire::body::Shape;
use crate::management::wire::fields::Fields;

/// The largest body with metadata, in bytes: a document of 1 MiB, which is the most that is read,
/// as a JSON text with its quotes and line ends escaped, and two keys.
const LIMIT: usize = 3 << 20;

/// A private key with its certificate. Write-only: no answer, log or audit record shows the key.
#[derive(Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct SamlKey {
    /// The private key in PEM (PKCS #8 or PKCS #1), not encrypted.
    pub(crate) private_key: String,
    /// Its certificate in PEM.
    pub(crate) certificate: String,
}

/// What shall change about the SAML settings. What is left out keeps its value.
#[derive(Clone, PartialEq, Eq, Default, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct SamlSettingsPatch {
    /// Whether people can sign in by SAML. It takes an identity provider, and a signing key if that
    /// wants signed requests.
    pub(crate) enabled: Option<bool>,
    /// Whether a sign-in may start at the identity provider. Leave it off unless people need it: a
    /// response that answers no request can't be told from one that somebody else asked for.
    pub(crate) idp_initiated: Option<bool>,
    /// Whether the tenant's pages send whoever is not signed in straight to the identity provider.
    pub(crate) enforce_sso: Option<bool>,
    /// The identity provider's metadata, 1 MiB at most. It replaces the present provider and its
    /// metadata URL; `null` removes both.
    #[oai(nullable, validator(min_length = 1, max_length = 1_048_576))]
    pub(crate) metadata_xml: MaybeUndefined<String>,
    /// Where the identity provider's metadata is: an https URL that leads to public addresses. It is
    /// fetched now, and every day from then on. `null` removes it and the provider.
    #[oai(nullable, validator(min_length = 1, max_length = 2048))]
    pub(crate) metadata_url: MaybeUndefined<String>,
    /// Another SAML attribute for the e-mail address.
    #[oai(validator(min_length = 1, max_length = 256))]
    pub(crate) email_attribute: Option<String>,
    /// Another SAML attribute for the given name.
    #[oai(validator(min_length = 1, max_length = 256))]
    pub(crate) first_name_attribute: Option<String>,
    /// Another SAML attribute for the family name.
    #[oai(validator(min_length = 1, max_length = 256))]
    pub(crate) last_name_attribute: Option<String>,
    /// Another SAML attribute for the role.
    #[oai(validator(min_length = 1, max_length = 256))]
    pub(crate) role_attribute: Option<String>,
    /// Other addresses to return to after a sign-in, in place of all the present ones: https, or
    /// http on localhost. One that ends in a slash stands for everything below it.
    #[oai(validator(max_items = 200))]
    pub(crate) return_urls: Option<Vec<String>>,
    /// Another key to sign requests with; `null` removes it.
    #[oai(nullable)]
    pub(crate) signing_key: MaybeUndefined<SamlKey>,
    /// Another key to open encrypted assertions with; `null` removes it.
    #[oai(nullable)]
    pub(crate) decryption_key: MaybeUndefined<SamlKey>,
}

impl Example for SamlSettingsPatch {
    fn example() -> Self {
        let url = "https://acme.okta.com/app/exk1a2b3c4d5e6f7g8h9/sso/saml/metadata";
        Self {
            enabled: Some(true),
            metadata_url: MaybeUndefined::Value(url.to_owned()),
            return_urls: Some(vec!["https://app.example.com/".to_owned()]),
            ..Self::default()
        }
    }
}

impl Shape for SamlSettingsPatch {
    type Wish = SamlSettingsWish;

    const LIMIT: usize = LIMIT;

    fn read(fields: &mut Fields) -> Option<SamlSettingsWish> {
        Some(SamlSettingsWish {
            enabled: fields.flag("enabled"),
            idp_initiated: fields.flag("idpInitiated"),
            enforce_sso: fields.flag("enforceSso"),
            metadata: metadata(fields),
            email_attribute: fields.text("emailAttribute", SamlAttributeName::new),
            first_name_attribute: fields.text("firstNameAttribute", SamlAttributeName::new),
            last_name_attribute: fields.text("lastNameAttribute", SamlAttributeName::new),
            role_attribute: fields.text("roleAttribute", SamlAttributeName::new),
            return_urls: fields.texts("returnUrls", ReturnUrl::new),
            signing_key: key(fields, field::SIGNING_KEY),
            decryption_key: key(fields, field::DECRYPTION_KEY),
        })
    }
}

/// Metadata to be looked at: one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct MetadataSource {
    /// The metadata itself, 1 MiB at most.
    #[oai(validator(min_length = 1, max_length = 1_048_576))]
    pub(crate) metadata_xml: Option<String>,
    /// Where it is: an https URL that leads to public addresses.
    #[oai(validator(min_length = 1, max_length = 2048))]
    pub(crate) metadata_url: Option<String>,
}

impl Example for MetadataSource {
    fn example() -> Self {
        let url = "https://acme.okta.com/app/exk1a2b3c4d5e6f7g8h9/sso/saml/metadata";
        Self {
            metadata_xml: None,
            metadata_url: Some(url.to_owned()),
        }
    }
}

impl Shape for MetadataSource {
    type Wish = MetadataWish;

    const LIMIT: usize = LIMIT;

    fn read(fields: &mut Fields) -> Option<MetadataWish> {
        let wish = metadata(fields);
        if matches!(wish, MetadataWish::Keep | MetadataWish::Clear) {
            let problem = "or metadataUrl must be sent: it is what shall be looked at";
            fields.note(field::METADATA_XML, problem);
        }
        Some(wish)
    }
}

/// Where the metadata comes from. `null` beside a value is that value: whoever moves from one source
/// to the other may clear the one that they leave.
fn metadata(fields: &mut Fields) -> MetadataWish {
    let document = |text: &str| Ok::<_, Infallible>(text.to_owned());
    let document = fields.clearable(field::METADATA_XML, document);
    let url = fields.clearable(field::METADATA_URL, MetadataUrl::new);
    match (document, url) {
        (Field::Set(_), Field::Set(_)) => {
            let problem = "can't be sent beside metadataXml; send one of the two";
            fields.note(field::METADATA_URL, problem);
            MetadataWish::Keep
        }
        (Field::Set(document), _) => MetadataWish::Document(document),
        (_, Field::Set(url)) => MetadataWish::Url(url),
        (Field::Keep, Field::Keep) => MetadataWish::Keep,
        (Field::Clear, _) | (_, Field::Clear) => MetadataWish::Clear,
    }
}

fn key(fields: &mut Fields, name: &'static str) -> KeyWish {
    let pair = fields.object(name, |fields| {
        fields.require("privateKey");
        fields.require("certificate");
        let text = |text: &str| Ok::<_, Infallible>(text.to_owned());
        let private_key = fields.text("privateKey", text);
        let certificate = fields.text("certificate", text);
        Some(KeyPair {
            private_key: private_key?,
            certificate: certificate?,
        })
    });
    match pair {
        Field::Keep => KeyWish::Keep,
        Field::Clear => KeyWish::Clear,
        Field::Set(pair) => KeyWish::Set(pair),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: Shape>(body: Value) -> (Option<T::Wish>, Vec<String>) {
        let Value::Object(map) = body else {
            panic!("not an object: {body}")
        };
        let mut fields = Fields::new(map);
        let wish = T::read(&mut fields);
        let problems = fields.finish().into_iter();
        (wish, problems.map(|problem| problem.field).collect())
    }

    fn source(body: Value) -> (MetadataWish, Vec<String>) {
        let (wish, problems) = read::<SamlSettingsPatch>(body);
        (wish.unwrap().metadata, problems)
    }

    #[test]
    fn metadata_comes_from_one_source_or_is_removed() {
        let url = "https://idp.example.com/metadata";
        let at = || MetadataWish::Url(MetadataUrl::new(url).unwrap());
        let document = || MetadataWish::Document("<x/>".to_owned());
        for (body, expected) in [
            (json!({}), MetadataWish::Keep),
            (json!({"metadataXml": "<x/>"}), document()),
            (json!({"metadataUrl": url}), at()),
            (
                json!({"metadataXml": "<x/>", "metadataUrl": null}),
                document(),
            ),
            (json!({"metadataXml": null, "metadataUrl": url}), at()),
            (json!({"metadataXml": null}), MetadataWish::Clear),
            (json!({"metadataUrl": null}), MetadataWish::Clear),
            (
                json!({"metadataXml": null, "metadataUrl": null}),
                MetadataWish::Clear,
            ),
        ] {
            assert_eq!(source(body.clone()), (expected, Vec::new()), "{body}");
        }
        let both = json!({"metadataXml": "<x/>", "metadataUrl": url});
        assert_eq!(source(both).1, ["metadataUrl"]);
        let plain = json!({"metadataUrl": "http://idp.example.com/metadata"});
        assert_eq!(source(plain).1, ["metadataUrl"]);
    }

    #[test]
    fn a_look_at_nothing_is_refused() {
        for body in [json!({}), json!({"metadataXml": null})] {
            assert_eq!(read::<MetadataSource>(body).1, ["metadataXml"]);
        }
        let (wish, problems) = read::<MetadataSource>(json!({"metadataXml": "<x/>"}));
        assert_eq!(wish, Some(MetadataWish::Document("<x/>".to_owned())));
        assert!(problems.is_empty());
    }

    #[test]
    fn a_key_is_set_whole_or_cleared() {
        let whole = json!({"privateKey": "p", "certificate": "c"});
        let (wish, problems) =
            read::<SamlSettingsPatch>(json!({"signingKey": whole, "decryptionKey": null}));
        let wish = wish.unwrap();
        assert!(problems.is_empty());
        assert!(matches!(wish.signing_key, KeyWish::Set(pair) if pair.private_key == "p"));
        assert!(matches!(wish.decryption_key, KeyWish::Clear));
        for (sent, named) in [
            (
                json!({}),
                vec!["signingKey.privateKey", "signingKey.certificate"],
            ),
            (json!({"privateKey": "p"}), vec!["signingKey.certificate"]),
            (
                json!({"privateKey": 1, "certificate": "c"}),
                vec!["signingKey.privateKey"],
            ),
            (
                json!({"privateKey": "p", "certificate": "c", "x": 1}),
                vec!["signingKey.x"],
            ),
            (json!("p"), vec!["signingKey"]),
        ] {
            let (_, problems) = read::<SamlSettingsPatch>(json!({"signingKey": sent}));
            assert_eq!(problems, named, "{sent}");
        }
    }

    #[test]
    fn what_roster_decides_itself_can_not_be_sent() {
        for name in [
            "provider",
            "audience",
            "acsUrl",
            "signingCertificate",
            "defaultRole",
            "version",
        ] {
            let (_, problems) = read::<SamlSettingsPatch>(json!({ name: "x" }));
            assert_eq!(problems, [name]);
        }
    }
}
