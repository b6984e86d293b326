//! Documents changed at random: whatever happens to a genuine response, it is refused or still says
//! exactly what the provider signed.

use std::sync::OnceLock;

use proptest::prelude::*;
use roster_saml::{AttributeNames, Expectations, RequestId, VerifiedIdentity, verify_response};

use crate::support::okta::{self, PERSON, VICTIM};
use crate::support::{NOW, REQUEST, idp, post, sp, verify};

/// A change to a document. Positions are taken modulo what there is.
#[derive(Debug, Clone)]
enum Change {
    Byte {
        at: usize,
        to: u8,
    },
    Cut {
        at: usize,
        length: usize,
    },
    Insert {
        at: usize,
        what: &'static str,
    },
    Remove {
        element: usize,
    },
    Repeat {
        element: usize,
    },
    Move {
        element: usize,
        to: usize,
    },
    Wrap {
        element: usize,
        name: &'static str,
    },
    /// A copy of an element says that it is somebody else, and stands where it is put.
    Forge {
        element: usize,
        to: usize,
    },
    Reassign {
        occurrence: usize,
    },
}

fn change() -> impl Strategy<Value = Change> {
    let at = || any::<usize>();
    let what = prop::sample::select(vec![
        "<!-- -->",
        "<![CDATA[x]]>",
        "<?x?>",
        "&#0;",
        "&amp;",
        " ",
        "x",
        "<x/>",
        "</saml2:NameID>",
        " ID=\"x\"",
        "admin",
        "xmlns=\"urn:x\" ",
        "\u{feff}",
        "]]>",
        "\"",
        "<saml2:NameID>admin@example.com</saml2:NameID>",
    ]);
    let name = prop::sample::select(vec![
        "ds:Object",
        "saml2p:Extensions",
        "saml2:Advice",
        "saml2:Assertion",
        "saml2p:Response",
        "x",
    ]);
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, to)| Change::Byte { at, to }),
        1 => (at(), 1..200usize).prop_map(|(at, length)| Change::Cut { at, length }),
        3 => (at(), what).prop_map(|(at, what)| Change::Insert { at, what }),
        1 => at().prop_map(|element| Change::Remove { element }),
        2 => at().prop_map(|element| Change::Repeat { element }),
        3 => (at(), at()).prop_map(|(element, to)| Change::Move { element, to }),
        2 => (at(), name).prop_map(|(element, name)| Change::Wrap { element, name }),
        3 => (at(), at()).prop_map(|(element, to)| Change::Forge { element, to }),
        2 => at().prop_map(|occurrence| Change::Reassign { occurrence }),
    ]
}

/// The byte ranges of all elements, if the document still has any.
fn elements(xml: &[u8]) -> Vec<std::ops::Range<usize>> {
    let Ok(text) = std::str::from_utf8(xml) else {
        return Vec::new();
    };
    let Ok(document) = uppsala::parse(text) else {
        return Vec::new();
    };
    let nodes = document.descendants(document.root());
    nodes
        .into_iter()
        .filter(|node| document.element(*node).is_some())
        .filter_map(|node| document.node_range(node))
        .collect()
}

fn apply(change: &Change, xml: &mut Vec<u8>) {
    let elements = elements(xml);
    let pick = |n: usize| elements.get(n % elements.len().max(1)).cloned();
    let length = xml.len();
    let put = |xml: &mut Vec<u8>, at: usize, what: &[u8]| {
        xml.splice(at..at, what.iter().copied());
    };
    match change {
        _ if length == 0 => {}
        Change::Byte { at, to } => xml[at % length] = *to,
        Change::Cut { at, length: cut } => {
            let start = at % length;
            xml.drain(start..(start + cut).min(length));
        }
        Change::Insert { at, what } => put(xml, at % length, what.as_bytes()),
        Change::Remove { element } => {
            if let Some(range) = pick(*element) {
                xml.drain(range);
            }
        }
        Change::Repeat { element } => {
            if let Some(range) = pick(*element) {
                let copy = xml[range.clone()].to_vec();
                put(xml, range.end, &copy);
            }
        }
        Change::Move { element, to } => {
            if let (Some(range), Some(to)) = (pick(*element), pick(*to)) {
                let copy = xml[range.clone()].to_vec();
                if to.start >= range.end {
                    put(xml, to.start, &copy);
                    xml.drain(range);
                } else if to.start <= range.start {
                    xml.drain(range);
                    put(xml, to.start, &copy);
                }
            }
        }
        Change::Wrap { element, name } => {
            if let Some(range) = pick(*element) {
                put(xml, range.end, format!("</{name}>").as_bytes());
                put(xml, range.start, format!("<{name}>").as_bytes());
            }
        }
        Change::Forge { element, to } => {
            if let (Some(range), Some(to)) = (pick(*element), pick(*to)) {
                let copy = String::from_utf8_lossy(&xml[range])
                    .replace(PERSON, VICTIM)
                    .replace("Analyst", "Admin");
                put(xml, to.start, copy.as_bytes());
            }
        }
        Change::Reassign { occurrence } => {
            let text = String::from_utf8_lossy(xml).into_owned();
            let places: Vec<_> = text.match_indices(PERSON).collect();
            if let Some((at, _)) = places.get(occurrence % places.len().max(1)) {
                xml.splice(*at..at + PERSON.len(), VICTIM.bytes());
            }
        }
    }
}

fn documents() -> &'static [String; 3] {
    static XML: OnceLock<[String; 3]> = OnceLock::new();
    XML.get_or_init(|| {
        let unsigned = okta::unsigned();
        [
            okta::sign_both(&unsigned),
            okta::sign_assertion(&unsigned),
            okta::sign_response(&unsigned),
        ]
    })
}

fn genuine() -> &'static VerifiedIdentity {
    static IDENTITY: OnceLock<VerifiedIdentity> = OnceLock::new();
    IDENTITY.get_or_init(|| verify(&okta::signed()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_response_never_says_anything_else(
        document in 0..3usize,
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut xml = documents()[document].clone().into_bytes();
        for change in &changes {
            apply(change, &mut xml);
        }
        let request = RequestId::parse(REQUEST).unwrap();
        let expectations =
            Expectations { now: NOW, outstanding: Some(&request), idp_initiated_allowed: true, decryption_key: None };
        let posted = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &xml);
        if let Ok(identity) = verify_response(&sp(), &idp(), &AttributeNames::default(), &expectations, &posted) {
            prop_assert_eq!(&identity, genuine());
        }
    }

    #[test]
    fn nothing_that_is_posted_makes_it_panic(posted in prop_oneof![
        "\\PC{0,200}",
        "[<>/a!?\\[\\]\"'= &;-]{0,200}".prop_map(|xml| post(&xml)),
    ]) {
        let expectations =
            Expectations { now: NOW, outstanding: None, idp_initiated_allowed: true, decryption_key: None };
        prop_assert!(verify_response(&sp(), &idp(), &AttributeNames::default(), &expectations, &posted).is_err());
    }

    #[test]
    fn whatever_a_provider_signs_is_read_as_it_was_meant(
        name in "[!-~\u{a0}-\u{24ff}]{1,40}",
        role in "[ -~\u{a1}-\u{24ff}]{0,40}",
    ) {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&#62;");
        prop_assume!(name.trim() == name);
        let xml = okta::unsigned()
            .replacen(&format!(">{PERSON}</saml2:NameID>"), &format!(">{}</saml2:NameID>", escape(&name)), 1)
            .replacen(">Analyst<", &format!(">{}<", escape(&role)), 1);
        let identity = verify(&okta::sign_both(&xml)).unwrap();
        prop_assert_eq!(identity.name_id, name);
        let role = role.trim();
        prop_assert_eq!(identity.role.as_deref(), (!role.is_empty()).then_some(role));
    }
}
