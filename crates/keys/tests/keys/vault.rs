//! Sealed secrets: they open as they were, for their purpose and under their key, or not at all.

use std::collections::HashSet;

use proptest::prelude::*;
use roster_application::ports::keys::Vault;
use roster_domain::secret::Sealed;
use roster_keys::{AesVault, SecretKey};

/// What there is beside the ciphertext: version, nonce, tag.
const AROUND: usize = 1 + 12 + 16;

fn vault(byte: u8) -> AesVault {
    AesVault::new(&SecretKey::parse(&format!("{byte:02x}").repeat(32)).unwrap())
}

fn anything() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_again(text in anything(), purpose in "\\PC{0,40}") {
        let sealed = vault(1).seal(&purpose, &text);
        prop_assert_eq!(sealed.as_bytes().len(), text.len() + AROUND);
        prop_assert_eq!(vault(1).open(&purpose, &sealed), Some(text));
    }

    #[test]
    fn nothing_opens_for_another_purpose_or_under_another_key(
        text in anything(),
        purpose in "\\PC{0,40}",
        other in "\\PC{0,40}",
    ) {
        prop_assume!(purpose != other);
        let sealed = vault(1).seal(&purpose, &text);
        prop_assert_eq!(vault(1).open(&other, &sealed), None);
        prop_assert_eq!(vault(2).open(&purpose, &sealed), None);
    }

    #[test]
    fn nothing_else_opens(bytes in anything(), version in 0..3_u8) {
        prop_assert_eq!(vault(1).open("test", &Sealed::new(bytes.clone())), None);
        let mut bytes = bytes;
        bytes.insert(0, version);
        prop_assert_eq!(vault(1).open("test", &Sealed::new(bytes)), None);
    }
}

#[test]
fn no_change_of_a_bit_and_no_cut_opens() {
    let vault = vault(1);
    for text in [&b""[..], b"a private key"] {
        let sealed = vault.seal("test", text).as_bytes().to_vec();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(vault.open("test", &Sealed::new(changed)), None, "bit {bit}");
        }
        for length in 0..sealed.len() {
            let cut = sealed[..length].to_vec();
            assert_eq!(
                vault.open("test", &Sealed::new(cut)),
                None,
                "{length} bytes"
            );
        }
        let longer = [&sealed[..], &[0]].concat();
        assert_eq!(vault.open("test", &Sealed::new(longer)), None);
    }
}

#[test]
fn the_same_text_is_never_sealed_the_same() {
    let vault = vault(1);
    let sealed: HashSet<Vec<u8>> = (0..1000)
        .map(|_| vault.seal("test", b"text").as_bytes()[1..13].to_vec())
        .collect();
    assert_eq!(sealed.len(), 1000, "every nonce is another");
}

/// Sealed with Python's `cryptography`: HKDF with SHA-256, then AES-256-GCM. It has to open for
/// ever, since databases are full of such secrets.
#[test]
fn what_was_sealed_elsewhere_in_this_format_opens() {
    const SEALED: &str =
        "016465666768696a6b6c6d6e6faada26276a6ae88768b23b097dc5d5308bb3bce93b8d7e645f65319975";
    let secret: Vec<u8> = (0..32).collect();
    let vault = AesVault::new(&SecretKey::parse(&super::hexadecimal(&secret)).unwrap());
    let sealed = (0..SEALED.len() / 2)
        .map(|at| u8::from_str_radix(&SEALED[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let opened = vault.open("session token key", &Sealed::new(sealed));
    assert_eq!(opened.as_deref(), Some(&b"a private key"[..]));
}

#[test]
fn a_vault_is_hidden() {
    assert_eq!(format!("{:?}", vault(0xa7)), "AesVault(hidden)");
}
