//! The keys through their public interface. The fixed values were computed with OpenSSL and Python's
//! `cryptography`, or stand in an RFC, so that no mistake of ours can cancel itself out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on must fail"
)]

mod pem;
mod secret_file;
mod secret_key;
mod tokens;
mod vault;

use roster_application::ports::keys::Vault;
use roster_keys::{AesVault, SecretKey};

/// Whether two keys are one: what is sealed under the first opens under the second.
fn same(one: &SecretKey, other: &SecretKey) -> bool {
    let sealed = AesVault::new(one).seal("test", b"text");
    AesVault::new(other).open("test", &sealed).is_some()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
