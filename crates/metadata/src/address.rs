//! Which addresses are public: what is left when the special-purpose blocks of IANA's registries
//! (RFC 6890 and its successors) are taken out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::IpNet;
use url::{Host, Url};

/// The blocks of IPv4 that are not the public Internet: first address and length of the prefix.
const SPECIAL_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// The blocks within 2000::/3 that are not: protocol assignments with Teredo, documentation, 6to4.
const SPECIAL_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The prefix 64:ff9b::/96, under which a network without IPv4 shows the whole of it (NAT64, RFC
/// 6052), shifted to the right.
const TRANSLATED_V4: u128 = 0x0064_ff9b << 64;

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            let within = |&(first, length): &(Ipv4Addr, u8)| {
                (bits ^ first.to_bits()) >> (32 - u32::from(length)) == 0
            };
            !SPECIAL_V4.iter().any(within)
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let within = |&(first, length): &(Ipv6Addr, u8)| {
                (bits ^ first.to_bits()) >> (128 - u32::from(length)) == 0
            };
            if bits >> 32 == TRANSLATED_V4 {
                let [.., a, b, c, d] = address.octets();
                return is_public(Ipv4Addr::new(a, b, c, d).into());
            }
            // Only 2000::/3 is given out; other embedded IPv4 addresses are outside of it, or special.
            bits >> 125 == 1 && !SPECIAL_V6.iter().any(within)
        }
    }
}

/// The addresses that may be asked: public ones, and the operator's exceptions.
#[derive(Debug, Clone)]
pub(crate) struct Allowed(Arc<[IpNet]>);

impl Allowed {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    pub(crate) fn address(&self, address: IpAddr) -> bool {
        let canonical = address.to_canonical();
        is_public(address) || self.0.iter().any(|network| network.contains(&canonical))
    }

    /// Whether the host of a URL may be asked, as far as its text tells: a name is looked up later,
    /// an address in the text never is.
    pub(crate) fn host(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(address)) => self.address(address.into()),
            Some(Host::Ipv6(address)) => self.address(address.into()),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_public_internet_is_refused() {
        let none = Allowed::new(Vec::new());
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::169.254.169.254",
            "64:ff9b::1:101:101",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!none.address(special.parse().unwrap()), "{special}");
        }
        for public in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1",
            "64:ff9b::1.1.1.1",
            "2a00:1450::1",
            "2001:4860::1",
        ] {
            assert!(none.address(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn the_operator_can_allow_a_network() {
        let allowed = Allowed::new(vec!["10.1.0.0/16".parse().unwrap()]);
        assert!(allowed.address("10.1.2.3".parse().unwrap()));
        assert!(allowed.address("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!allowed.address("10.2.0.1".parse().unwrap()));
    }

    #[test]
    fn every_spelling_of_an_address_is_seen_through() {
        let none = Allowed::new(Vec::new());
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/",
            "https://１２７.0.0.1/",
        ] {
            assert!(!none.host(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
