//! Any document imported as an identity provider's metadata: no panic; what is taken over has an
//! address for browsers that is https, and something to trust.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_saml::metadata::parse_idp_metadata;
use time::macros::datetime;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = parse_idp_metadata(bytes, datetime!(2030-06-15 12:00:00 UTC)) {
        assert!(read.idp.sso_url.starts_with("https://"), "{}", read.idp.sso_url);
        assert!((1..=8).contains(&read.idp.signing_certificates.len()));
        assert!(!read.idp.entity_id.is_empty());
    }
});
