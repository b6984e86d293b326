//! The secret key's text.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use roster_keys::{SecretKey, SecretKeyError};

use super::{hexadecimal, same};

proptest! {
    #[test]
    fn each_form_of_the_same_bytes_is_the_same_key(bytes: [u8; 32], other: [u8; 32]) {
        let key = SecretKey::parse(&hexadecimal(&bytes)).unwrap();
        let forms = [
            hexadecimal(&bytes).to_uppercase(),
            format!(" {}\r\n", hexadecimal(&bytes)),
            STANDARD.encode(bytes),
            STANDARD_NO_PAD.encode(bytes),
            URL_SAFE.encode(bytes),
            URL_SAFE_NO_PAD.encode(bytes),
        ];
        for form in forms {
            prop_assert!(same(&key, &SecretKey::parse(&form).unwrap()), "{form}");
        }
        let other_key = SecretKey::parse(&STANDARD.encode(other)).unwrap();
        prop_assert_eq!(same(&key, &other_key), bytes == other);
    }

    #[test]
    fn bytes_of_another_number_are_no_key(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assume!(bytes.len() != 32);
        for text in [hexadecimal(&bytes), STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            // 64 characters of base64 that are all hexadecimal digits would be a key.
            prop_assume!(text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()));
            prop_assert!(SecretKey::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_being_repeated(text in "[!-~]{10,70}") {
        if let Err(error) = SecretKey::parse(&text) {
            prop_assert!(!error.to_string().contains(&text));
        }
    }
}

#[test]
fn a_refusal_tells_what_is_wrong_and_how_to_make_a_key() {
    let cases = [
        ("", SecretKeyError::Length(0)),
        ("changeme", SecretKeyError::Length(8)),
        (&"a7".repeat(31), SecretKeyError::Length(62)),
        (&"a7".repeat(33), SecretKeyError::Length(66)),
        (&"ä".repeat(21), SecretKeyError::Length(21)),
        (&"g7".repeat(32), SecretKeyError::Characters),
        (&"+7".repeat(32), SecretKeyError::Characters),
        // 43 characters, of which the last says more than the last of 32 bytes can.
        (&"_".repeat(43), SecretKeyError::Characters),
        // Both alphabets at once.
        (
            &format!("+-{}=", "A".repeat(41)),
            SecretKeyError::Characters,
        ),
        (&"ä".repeat(32), SecretKeyError::Characters),
    ];
    for (text, expected) in cases {
        let error = SecretKey::parse(text).unwrap_err();
        assert_eq!(error, expected, "{text}");
        assert!(
            error.to_string().contains("openssl rand -hex 32"),
            "{error}"
        );
        assert!(
            error.to_string().contains("64 hexadecimal digits"),
            "{error}"
        );
    }
}

#[test]
fn generated_keys_differ_and_are_hidden() {
    assert!(!same(&SecretKey::generate(), &SecretKey::generate()));
    let key = SecretKey::parse(&"a7".repeat(32)).unwrap();
    assert_eq!(format!("{key:?}"), "SecretKey(hidden)");
}
