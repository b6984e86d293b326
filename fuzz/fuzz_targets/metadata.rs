//! Any document imported as an identity provider's metadata: no panic; what is taken over has
//! addresses that a browser can be sent to safely, something to trust, and is not over yet; a
//! request can be sent to it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_saml::metadata::parse_idp_metadata;
use roster_saml::request::authn_request;
use roster_saml::{RequestId, ServiceProvider, TrustedIdp};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2030-06-15 12:00:00 UTC);

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = parse_idp_metadata(bytes, NOW) else {
        return;
    };
    assert!(read.valid_until.is_none_or(|until| until > NOW));
    assert!((1..=8).contains(&read.idp.signing_certificates.len()));
    assert!((1..=1024).contains(&read.idp.entity_id.chars().count()));
    for url in std::iter::once(&read.idp.sso_url).chain(&read.idp.slo_url) {
        // In clear on this machine only.
        let safe = [
            "https://",
            "http://localhost",
            "http://127.",
            "http://[::1]",
        ];
        assert!(safe.iter().any(|start| url.starts_with(start)), "{url}");
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
    }
    let idp = TrustedIdp {
        want_signed_requests: false,
        ..read.idp
    };
    let id = RequestId::from_random(1);
    let sent = authn_request(&us(), &idp, &id, NOW, "state").expect("a request can be sent");
    assert!(sent.as_str().starts_with(&idp.sso_url), "{sent}");
});

fn us() -> ServiceProvider {
    ServiceProvider {
        entity_id: "https://roster.example/t/default/saml/metadata".to_owned(),
        acs_url: "https://roster.example/t/default/saml/acs".to_owned(),
        slo_url: None,
        signing_key: None,
        encryption_certificate: None,
    }
}
