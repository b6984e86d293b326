use roster_domain::change::Write;
use roster_domain::context::{Actor, Context};
use roster_domain::secret::Sealed;
use roster_domain::signing_key::{
    LONGEST_TOKEN, NewKey, PUBLISHED_AHEAD, REMEMBERED, SigningKey, published, rotate, signer,
};
use time::{Duration, OffsetDateTime};

use crate::support::{NOW, by};

fn rotated(keys: &[SigningKey], id: &str, now: OffsetDateTime) -> (Vec<SigningKey>, Vec<String>) {
    let new = NewKey {
        id: id.to_owned(),
        public_jwk: "{}".to_owned(),
        private_key: Sealed::new(vec![1]),
    };
    let context = Context {
        now,
        ..by(Actor::System)
    };
    let Write::AddSigningKey { key, after, dead } = rotate(keys, new, &context).write else {
        panic!("not a key");
    };
    assert_eq!(after.as_deref(), keys.last().map(|key| key.id.as_str()));
    let kept = keys.iter().filter(|key| !dead.contains(&key.id)).cloned();
    (kept.chain([key]).collect(), dead)
}

fn ids(keys: &[&SigningKey]) -> Vec<String> {
    keys.iter().map(|key| key.id.clone()).collect()
}

#[test]
fn the_first_key_signs_at_once() {
    let (keys, _) = rotated(&[], "a", NOW);
    assert_eq!(signer(&keys, NOW).unwrap().id, "a");
    assert_eq!(ids(&published(&keys, NOW)), ["a"]);
    assert_eq!(signer(&[], NOW), None);
}

#[test]
fn a_new_key_is_known_to_everybody_before_it_signs_and_the_old_one_until_its_tokens_are_dead() {
    assert!(REMEMBERED < PUBLISHED_AHEAD);
    let (keys, _) = rotated(&[], "a", NOW);
    let later = NOW + Duration::hours(1);
    let (keys, dead) = rotated(&keys, "b", later);
    assert!(dead.is_empty());
    assert_eq!(signer(&keys, later).unwrap().id, "a");
    assert_eq!(ids(&published(&keys, later)), ["a", "b"]);
    let begins = later + PUBLISHED_AHEAD;
    assert_eq!(signer(&keys, begins).unwrap().id, "b");
    let last_token = begins + LONGEST_TOKEN;
    assert_eq!(
        ids(&published(&keys, last_token - Duration::seconds(1))),
        ["a", "b"]
    );
    assert_eq!(ids(&published(&keys, last_token)), ["b"]);
    let (keys, dead) = rotated(&keys, "c", last_token);
    assert_eq!(dead, ["a"]);
    assert_eq!(ids(&published(&keys, last_token)), ["b", "c"]);
}

#[test]
fn rotating_in_haste_leaves_no_gap() {
    let (mut keys, _) = rotated(&[], "a", NOW);
    let mut now = NOW;
    for n in 0..20 {
        now += Duration::minutes(3);
        keys = rotated(&keys, &format!("b{n:02}"), now).0;
        let signing = signer(&keys, now).unwrap();
        let known = published(&keys, now);
        assert!(known.contains(&signing));
        // Whoever signed within the longest life of a token is still known.
        for minutes in 0..60 {
            let then = now - Duration::minutes(minutes);
            if let Some(signed) = signer(&keys, then) {
                assert!(known.contains(&signed), "{n} {minutes}");
            }
        }
    }
}
