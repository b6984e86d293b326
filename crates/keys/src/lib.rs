//! Keys: the installation's secret key, under which every secret that has to be read again is
//! sealed, and the keys that sign the tokens of sessions.
//!
//! Both are adapters of `application::ports::keys`, on AWS-LC: [`AesVault`] is its `Vault`,
//! [`Es256Signer`] its `TokenSigner`. Nothing here prints a secret: neither `Debug` nor an error.

mod hexadecimal;
mod jwk;
mod pem;
mod secret_file;
mod secret_key;
mod signer;
mod vault;

pub use pem::{PemError, PemProblem};
pub use secret_file::{SecretFileAction, SecretFileError};
pub use secret_key::{SecretKey, SecretKeyError};
pub use signer::Es256Signer;
pub use vault::AesVault;
