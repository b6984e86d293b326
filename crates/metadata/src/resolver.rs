//! Looks names up, and hands on only the addresses that may be asked. The connection goes to one of
//! these very addresses, so a name can't be public when it is checked and private when it is used.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::Allowed;
use crate::failure::Failure;

pub(crate) struct PublicResolver {
    allowed: Allowed,
}

impl PublicResolver {
    pub(crate) const fn new(allowed: Allowed) -> Self {
        Self { allowed }
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            // The port is set by whoever connects.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            // A name that is unknown looks like one that is private, or somebody could find out which
            // names there are on the inside.
            let found = found.map_err(|_| Failure::NotPublic)?;
            let usable: Vec<SocketAddr> = found
                .filter(|address| allowed.address(address.ip()))
                .collect();
            if usable.is_empty() {
                return Err(Failure::NotPublic.into());
            }
            let usable: Addrs = Box::new(usable.into_iter());
            Ok(usable)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unknown_name_looks_like_a_private_one() {
        let resolver = PublicResolver::new(Allowed::new(Vec::new()));
        // Too long for a label: nobody can have that name, and no name server is asked.
        for name in ["x".repeat(64), "localhost".to_owned()] {
            let refused = resolver.resolve(name.parse().unwrap()).await;
            let failure = refused.err().unwrap();
            assert_eq!(failure.downcast_ref(), Some(&Failure::NotPublic), "{name}");
        }
    }
}
