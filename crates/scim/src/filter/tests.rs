//! The grammar, its limits, and what filters mean, by example.

use serde_json::{Value, json};

use super::*;
use crate::ScimError;
use crate::schema::user_schema;

pub(super) fn ada() -> Resource {
    let ada = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "018f",
        "externalId": "00uA",
        "userName": "Ada@Example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [
            {"value": "ada@example.com", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"},
        ],
        "active": true,
        "meta": {"lastModified": "2026-01-31T12:00:00Z"},
    });
    match ada {
        Value::Object(ada) => ada,
        _ => Resource::new(),
    }
}

pub(super) fn holds(text: &str) -> bool {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    filter.matches(&ada(), &user_schema("pantherRole"))
}

#[test]
fn every_operator_compares_as_the_rfc_says() {
    for text in [
        "userName eq \"ada@EXAMPLE.com\"",
        "userName ne \"grace\"",
        "userName co \"@example\"",
        "userName sw \"ADA\"",
        "userName ew \".com\"",
        "name.familyName gt \"Adams\"",
        "name.familyName ge \"byron\"",
        "name.familyName lt \"Cantor\"",
        "name.familyName le \"BYRON\"",
        "name pr",
        "emails pr",
        "title eq null",
        "userName ne null",
        "title ne \"Countess\"",
        "active eq true",
        "active eq \"True\"",
        "active ne false",
        "meta.lastModified gt \"2026-01-31T11:00:00-00:30\"",
        "meta.lastModified eq \"2026-01-31T13:00:00+01:00\"",
        "id eq \"018f\"",
    ] {
        let expected = text != "name pr";
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn what_does_not_hold_is_not_matched() {
    for text in [
        "externalId eq \"00ua\"",
        "id eq \"018F\"",
        "userName eq \"ada\"",
        "title pr",
        "title eq \"x\"",
        "userName gt null",
        "active gt false",
        "userName eq 7",
        "urn:example:2.0:User:userName pr",
        "not (userName pr)",
        "emails[type eq \"home\" and primary eq true]",
        "emails[type eq \"home\"].value eq \"ada@example.com\"",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn multi_valued_attributes_match_when_any_value_does() {
    for text in [
        "emails eq \"ada@home.example\"",
        "emails.value ew \"home.example\"",
        "email eq \"ADA@example.com\"",
        "emails.type eq \"work\"",
        "emails[type eq \"work\" and value co \"@example.com\"]",
        "emails[not (type eq \"work\")].value eq \"ada@home.example\"",
        "emails[primary eq true].value pr",
        "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
    ] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    assert!(holds("active eq true or active eq false and title pr"));
    assert!(!holds("(active eq true or active eq false) and title pr"));
    assert!(holds("not (title pr) and active eq true"));
    assert_eq!(
        Filter::parse("a pr or b pr and not (c pr)"),
        Filter::parse("(a pr) OR ((b pr) AND (NOT (c pr)))")
    );
}

#[test]
fn json_escapes_are_read() {
    let filter = Filter::parse(r#"userName eq "a\"b\\\u00e9\ud83d\ude00""#).unwrap();
    let Filter::Compare { value, .. } = filter else {
        panic!("no comparison")
    };
    assert_eq!(value, FilterValue::String("a\"b\\é😀".to_owned()));
}

#[test]
fn an_error_says_where_what_was_found_and_what_is_allowed() {
    for (text, detail) in [
        (
            "userName xx \"a\"",
            "The filter is malformed at character 10: found \"xx\", expected an operator (eq, ne, \
             co, sw, ew, gt, ge, lt, le or pr).",
        ),
        (
            "userName eq",
            "The filter is malformed at character 12: found the end of the text, expected a value: \
             a string in double quotes, a number, true, false or null.",
        ),
        (
            "userName eq 'é'",
            "The filter is malformed at character 13: found \"'\", expected an attribute name, an \
             operator, a value or a parenthesis.",
        ),
        (
            "id eq \"é\" x",
            "The filter is malformed at character 11: found \"x\", expected \"and\", \"or\" or the \
             end of the filter.",
        ),
    ] {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!(error.to_string(), detail);
        assert_eq!(
            ScimError::from(error).scim_type,
            Some(crate::ScimType::InvalidFilter)
        );
    }
}

#[test]
fn what_the_grammar_does_not_have_is_refused() {
    for text in [
        "",
        " ",
        "userName",
        "userName eq x",
        "userName eq 'x'",
        "userName eq \"x",
        "userName eq 01",
        "userName eq \"\\x\"",
        "userName eq \"x\" and",
        "and",
        "not userName pr",
        "(userName pr",
        "userName pr)",
        "emails[type pr",
        "emails[]",
        "emails[type pr] pr",
        "a[b[c pr]]",
        "name.x[type pr]",
        "emails[type pr]. pr",
        "emails[type pr].a.b pr",
        "user:name pr",
        "1 eq 1",
        "userName eq 1e999",
        "userName eq \u{e9}",
        "userName eq \"\u{7}\"",
    ] {
        assert!(Filter::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn nesting_is_limited_and_ten_thousand_parentheses_are_refused() {
    let nested = |depth: usize| format!("{}id pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(32)).is_ok());
    assert!(matches!(
        Filter::parse(&nested(33)),
        Err(FilterError::TooDeep {
            position: 33,
            limit: 32
        })
    ));
    let deep = nested(10_000);
    assert!(matches!(
        Filter::parse(&deep),
        Err(FilterError::TooLong { .. })
    ));
    let limits = FilterLimits {
        max_bytes: 1 << 20,
        max_depth: 32,
    };
    assert!(matches!(
        Filter::parse_within(&deep, limits),
        Err(FilterError::TooDeep { .. })
    ));
    let nots = "not (".repeat(10_000);
    assert!(matches!(
        Filter::parse_within(&nots, limits),
        Err(FilterError::TooDeep { .. })
    ));
}

#[test]
fn the_longest_chain_that_fits_is_answered() {
    let chain = vec!["a pr"; 4096 / 8].join(" or ");
    let filter = Filter::parse(&chain).unwrap();
    assert_eq!(filter.to_string(), chain);
    assert!(!filter.matches(&ada(), &user_schema("pantherRole")));
}
