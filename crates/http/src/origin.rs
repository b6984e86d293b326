//! Where a request comes from: the client's address behind trusted proxies, what it calls itself,
//! and the id under which it stands in the logs.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use poem::Request;
use poem::http::HeaderMap;
use poem::http::header::USER_AGENT;
use roster_domain::context::Origin;
use uuid::Uuid;

/// The header that carries a request's id, in both directions.
pub(crate) const REQUEST_ID: &str = "x-request-id";

const FORWARDED_FOR: &str = "x-forwarded-for";
const LONGEST_REQUEST_ID: usize = 64;
const LONGEST_USER_AGENT: usize = 256;

/// Reads where a request comes from.
pub(crate) fn of(request: &Request, trusted_proxies: &[IpNet]) -> Origin {
    let peer = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
    let headers = request.headers();
    Origin {
        source_ip: peer.map(|peer| client_address(peer, headers, trusted_proxies)),
        user_agent: headers.get(USER_AGENT).map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.chars().take(LONGEST_USER_AGENT).collect()
        }),
        request_id: Some(request_id(headers)),
    }
}

/// The caller's own id if it is fit to stand in a log, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let fit = |id: &&str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        (1..=LONGEST_REQUEST_ID).contains(&id.len()) && id.chars().all(known)
    };
    sent.filter(fit)
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

/// The peer, or, when it is a trusted proxy, the rightmost address of `X-Forwarded-For` that is
/// none: whatever stands further left was written by somebody whom nobody vouches for.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let hops = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .rev()
        .flat_map(|value| {
            // A value that is no text can't be looked through.
            let hops: Vec<_> = value.to_str().unwrap_or("?").rsplit(',').collect();
            hops
        });
    for hop in hops {
        if !trusted.iter().any(|network| network.contains(&address)) {
            break;
        }
        let Some(next) = parse_hop(hop.trim()) else {
            break;
        };
        address = next;
    }
    address
}

/// One entry of `X-Forwarded-For`: an address, perhaps with a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(hop)
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(address("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(address("192.0.2.1", &[]), "192.0.2.1");
    }

    #[test]
    fn behind_trusted_proxies_the_rightmost_stranger_is_the_client() {
        assert_eq!(address("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        let spoofed = ["203.0.113.9, 198.51.100.7, 10.0.0.2"];
        assert_eq!(address("10.0.0.1", &spoofed), "198.51.100.7");
        let two_headers = ["203.0.113.9", "198.51.100.7,10.0.0.2"];
        assert_eq!(address("10.0.0.1", &two_headers), "198.51.100.7");
        assert_eq!(address("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        assert_eq!(address("10.0.0.1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(address("fd00::1", &["[2001:db8::7]:443"]), "2001:db8::7");
        assert_eq!(address("fd00::1", &["[2001:db8::7]"]), "2001:db8::7");
        assert_eq!(
            address("::ffff:10.0.0.1", &["::ffff:198.51.100.7"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn what_can_not_be_read_ends_the_search_at_the_last_known_hop() {
        assert_eq!(address("10.0.0.1", &["198.51.100.7, unknown"]), "10.0.0.1");
        assert_eq!(
            address("10.0.0.1", &["198.51.100.7, , 10.0.0.2"]),
            "10.0.0.2"
        );
    }

    #[test]
    fn only_a_short_plain_request_id_is_kept() {
        let id = |sent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, sent.parse().unwrap());
            request_id(&headers)
        };
        assert_eq!(id("abc-123_4.5:6"), "abc-123_4.5:6");
        for unfit in ["", "a b", "\"", &"x".repeat(65)] {
            assert_eq!(
                Uuid::parse_str(&id(unfit)).unwrap().get_version_num(),
                4,
                "{unfit}"
            );
        }
    }
}
