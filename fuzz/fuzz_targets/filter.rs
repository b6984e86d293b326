//! Any text, read as a filter and as a PATCH path: no panic; what is read is written back as the
//! same tree, and can be evaluated and reduced to a lookup.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_scim::filter::FilterPath;
use roster_scim::{Filter, FilterLimits, Resource, eq_lookup, user_schema};
use serde_json::json;

fuzz_target!(|text: &str| {
    let unbounded = FilterLimits {
        max_bytes: 1 << 20,
        ..FilterLimits::default()
    };
    if let Ok(filter) = Filter::parse(text) {
        // Writing it back may add parentheses and escapes, hence the larger limit.
        let written = filter.to_string();
        assert_eq!(
            Filter::parse_within(&written, unbounded),
            Ok(filter.clone()),
            "{written}"
        );
        let _ = filter.matches(&ada(), &user_schema("pantherRole"));
        if let Ok(lookup) = eq_lookup(&filter) {
            assert!(["userName", "email", "externalId", "id"].contains(&lookup.attribute.as_str()));
        }
    }
    if let Ok(path) = FilterPath::parse(text) {
        let written = path.to_string();
        if written.len() <= FilterPath::LIMITS.max_bytes {
            assert_eq!(FilterPath::parse(&written), Ok(path), "{written}");
        }
    }
});

fn ada() -> Resource {
    Resource::from_iter([
        ("userName".to_owned(), json!("ada@example.com")),
        ("name".to_owned(), json!({"givenName": "Ada"})),
        (
            "emails".to_owned(),
            json!([{"value": "ada@example.com", "type": "work"}, "x"]),
        ),
        ("active".to_owned(), json!(true)),
        (
            "meta".to_owned(),
            json!({"lastModified": "2026-01-31T12:00:00Z"}),
        ),
    ])
}
