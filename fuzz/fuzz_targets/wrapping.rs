//! Changes to a document that leave it XML: elements moved, repeated, wrapped, and copied under
//! another name or id. Attacks by signature wrapping are made of these, and changing bytes at random
//! doesn't come upon them.

use std::ops::Range;

/// The person in the genuine response, and whom an attacker would rather be.
const NAMES: (&[u8], &[u8]) = (b"ada@example.com", b"admin@example.com");

/// The document after a few changes that follow from `seed`; as it was if it has no element.
pub(crate) fn changed(document: &[u8], seed: u32) -> Vec<u8> {
    let mut chance = Chance(u64::from(seed));
    let mut document = document.to_vec();
    for _ in 0..=chance.below(4) {
        let elements = elements(&document);
        if elements.is_empty() {
            break;
        }
        let element = elements[chance.below(elements.len())].clone();
        let place = place(
            &document,
            &elements[chance.below(elements.len())],
            &mut chance,
        );
        let text = document[element.clone()].to_vec();
        match chance.below(8) {
            0 => insert(&mut document, place, &text),
            1 => {
                // Whichever stands later first, so that the other's position still holds.
                if place >= element.end {
                    insert(&mut document, place, &text);
                    document.drain(element);
                } else if place <= element.start {
                    document.drain(element);
                    insert(&mut document, place, &text);
                }
            }
            2 => drop(document.drain(element)),
            3 => {
                const AROUND: [&str; 6] = [
                    "ds:Object",
                    "saml2p:Extensions",
                    "saml2:Advice",
                    "saml2:Assertion",
                    "saml2p:Response",
                    "x",
                ];
                let name = AROUND[chance.below(AROUND.len())];
                insert(&mut document, element.end, format!("</{name}>").as_bytes());
                insert(&mut document, element.start, format!("<{name}>").as_bytes());
            }
            4 => another_id(&mut document, &mut chance),
            _ => {
                let mut forged = replaced(&text, NAMES.0, NAMES.1);
                if chance.below(2) == 0 {
                    another_id(&mut forged, &mut chance);
                }
                if chance.below(2) == 0 {
                    without_signature(&mut forged);
                }
                if chance.below(2) == 0 {
                    insert(&mut document, place, &forged);
                } else {
                    document.splice(element, forged);
                }
            }
        }
    }
    document
}

/// A small generator of numbers that follow from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Where the elements are, as far as the tags match by their number.
fn elements(document: &[u8]) -> Vec<Range<usize>> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = find(document, at, b"<") {
        let Some(end) = find(document, start, b">").map(|end| end + 1) else {
            break;
        };
        match document[start + 1] {
            b'/' => found.extend(open.pop().map(|start| start..end)),
            b'?' | b'!' => (),
            _ if document[..end].ends_with(b"/>") => found.push(start..end),
            _ => open.push(start),
        }
        at = end;
    }
    found
}

/// A place beside an element, or first in it.
fn place(document: &[u8], element: &Range<usize>, chance: &mut Chance) -> usize {
    match chance.below(3) {
        0 => element.start,
        1 => element.end,
        _ => find(document, element.start, b">").map_or(element.end, |end| end + 1),
    }
}

/// Gives one element another id: one that is in the document already, or a new one.
fn another_id(document: &mut Vec<u8>, chance: &mut Chance) {
    let mut ids = Vec::new();
    let mut at = 0;
    while let Some(start) = find(document, at, b" ID=\"").map(|start| start + 5) {
        let Some(end) = find(document, start, b"\"") else {
            break;
        };
        ids.push(start..end);
        at = end;
    }
    if ids.is_empty() {
        return;
    }
    let other = ids[chance.below(ids.len())].clone();
    let other = if chance.below(2) == 0 {
        b"other".to_vec()
    } else {
        document[other].to_vec()
    };
    document.splice(ids[chance.below(ids.len())].clone(), other);
}

/// Takes the first signature away.
fn without_signature(document: &mut Vec<u8>) {
    const CLOSE: &[u8] = b"</ds:Signature>";
    if let Some(start) = find(document, 0, b"<ds:Signature ")
        && let Some(end) = find(document, start, CLOSE)
    {
        document.drain(start..end + CLOSE.len());
    }
}

fn insert(document: &mut Vec<u8>, place: usize, text: &[u8]) {
    document.splice(place..place, text.iter().copied());
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = find(text, at, from) {
        out.extend_from_slice(&text[at..start]);
        out.extend_from_slice(to);
        at = start + from.len();
    }
    out.extend_from_slice(&text[at..]);
    out
}

fn find(text: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(what.len())
        .position(|window| window == what)
        .map(|at| from + at)
}
