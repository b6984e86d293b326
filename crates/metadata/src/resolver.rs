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
            let found = found.map_err(|_| Failure::UnknownHost)?;
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
