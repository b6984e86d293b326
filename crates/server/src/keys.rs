//! The keys of this process: the secret key, under which secrets are sealed in the database, and
//! the keys that sign session tokens, if they come from files.

use std::fs;
use std::path::Path;

use roster_keys::{AesVault, Es256Signer, SecretKey};

use crate::configuration::{Configuration, SecretKeyPlace};
use crate::failure::Failure;

/// What seals and what signs.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Seals secrets.
    pub(crate) vault: AesVault,
    /// Signs session tokens.
    pub(crate) signer: Es256Signer,
}

impl Keys {
    /// A server's keys. Its first start makes the secret key, unless the settings name one.
    ///
    /// # Errors
    /// [`Failure`] about the first one that can't be used.
    pub(crate) fn of_server(configuration: &Configuration) -> Result<Self, Failure> {
        let secret = match &configuration.secret_key {
            SecretKeyPlace::DataDir(path) => SecretKey::load_or_create(path)?,
            given => existing(given)?,
        };
        Ok(Self {
            vault: AesVault::new(&secret),
            signer: signer(configuration)?,
        })
    }

    /// The keys of a command that seals as the server does. It never makes a secret key: another
    /// one than the server's would be of no use.
    ///
    /// # Errors
    /// As [`Keys::of_server`]; [`Failure::NoSecretKey`].
    pub(crate) fn of_command(configuration: &Configuration) -> Result<Self, Failure> {
        Ok(Self {
            vault: AesVault::new(&existing(&configuration.secret_key)?),
            signer: signer(configuration)?,
        })
    }

    /// The keys of a command that has nothing to seal, open or sign: made up, and forgotten.
    pub(crate) fn none() -> Self {
        Self {
            vault: AesVault::new(&SecretKey::generate()),
            signer: Es256Signer::generated(),
        }
    }
}

/// The secret key, if somebody has made it.
fn existing(place: &SecretKeyPlace) -> Result<SecretKey, Failure> {
    // A file that may not be looked at is left to whoever opens it, who says so.
    let missing = |path: &Path| matches!(path.try_exists(), Ok(false));
    match place {
        SecretKeyPlace::Settings(key) => Ok(key.clone()),
        SecretKeyPlace::File(path) if missing(path) => {
            Err(Failure::NoSecretKeyFile { path: path.clone() })
        }
        SecretKeyPlace::DataDir(path) if missing(path) => Err(Failure::NoSecretKey(path.clone())),
        SecretKeyPlace::File(path) | SecretKeyPlace::DataDir(path) => {
            Ok(SecretKey::load_or_create(path)?)
        }
    }
}

fn signer(configuration: &Configuration) -> Result<Es256Signer, Failure> {
    let paths = &configuration.session_key_files;
    let mut files = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).map_err(|problem| Failure::Read {
            path: path.clone(),
            problem,
        })?;
        files.push(text);
    }
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    Es256Signer::from_pem(&texts).map_err(|problem| Failure::SessionKey {
        path: paths
            .get(problem.position.saturating_sub(1))
            .cloned()
            .unwrap_or_default(),
        problem,
    })
}

#[cfg(test)]
mod tests;
