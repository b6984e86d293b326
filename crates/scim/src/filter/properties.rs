//! What holds for every filter, whatever a client sends.

use proptest::prelude::*;
use serde_json::Number;

use super::tests::{ada, holds};
use super::*;
use crate::schema::user_schema;

/// An attribute path; names that are keywords would read as such.
fn attribute_path() -> BoxedStrategy<AttributePath> {
    let name = "[a-zA-Z][a-zA-Z0-9_-]{0,8}".prop_filter("a keyword", |name| {
        !["not", "and", "or"]
            .iter()
            .any(|keyword| keyword.eq_ignore_ascii_case(name))
    });
    let urn = proptest::option::of("urn:[a-z]{1,6}:[a-z]{1,6}:2\\.0:[A-Z][a-z]{1,5}");
    (urn, name.clone(), proptest::option::of(name))
        .prop_map(|(schema, attribute, sub_attribute)| AttributePath {
            schema,
            attribute,
            sub_attribute,
        })
        .boxed()
}

fn literal() -> impl Strategy<Value = FilterValue> {
    prop_oneof![
        any::<String>().prop_map(FilterValue::String),
        any::<i64>().prop_map(|number| FilterValue::Number(number.into())),
        any::<f64>()
            .prop_filter_map("finite", Number::from_f64)
            .prop_map(FilterValue::Number),
        any::<bool>().prop_map(FilterValue::Boolean),
        Just(FilterValue::Null),
    ]
}

fn expression(path: impl Strategy<Value = FilterPath>) -> impl Strategy<Value = Filter> {
    (
        path,
        proptest::sample::select(&CompareOp::ALL[..]),
        proptest::option::of(literal()),
    )
        .prop_map(|(path, op, value)| match value {
            Some(value) => Filter::Compare { path, op, value },
            None => Filter::Present(path),
        })
}

fn combined(leaf: BoxedStrategy<Filter>) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(4, 24, 2, |inner| {
        let pair = (
            inner.clone().prop_map(Box::new),
            inner.clone().prop_map(Box::new),
        );
        prop_oneof![
            pair.clone()
                .prop_map(|(left, right)| Filter::And(left, right)),
            pair.prop_map(|(left, right)| Filter::Or(left, right)),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

fn filter() -> BoxedStrategy<Filter> {
    let in_brackets = combined(expression(attribute_path().prop_map(FilterPath::from)).boxed());
    let with_element =
        (attribute_path(), in_brackets).prop_map(|(attribute, element)| FilterPath {
            attribute,
            element: Some(Box::new(element)),
        });
    let value_path = with_element.clone().prop_filter_map("brackets", |path| {
        let attribute = AttributePath {
            sub_attribute: None,
            ..path.attribute
        };
        path.element.map(|filter| Filter::ValuePath {
            path: attribute,
            filter,
        })
    });
    let sub_of_element = with_element.prop_map(|path| {
        let sub = path
            .attribute
            .sub_attribute
            .clone()
            .unwrap_or_else(|| "value".to_owned());
        let attribute = AttributePath {
            sub_attribute: Some(sub),
            ..path.attribute
        };
        FilterPath { attribute, ..path }
    });
    combined(
        prop_oneof![
            4 => expression(attribute_path().prop_map(FilterPath::from)),
            1 => expression(sub_of_element),
            1 => value_path,
        ]
        .boxed(),
    )
}

proptest! {
    #[test]
    fn a_filter_written_and_read_again_is_the_same(filter in filter()) {
        let limits = FilterLimits { max_bytes: 1 << 20, max_depth: 64 };
        let text = filter.to_string();
        let again = Filter::parse_within(&text, limits);
        prop_assert_eq!(again.as_ref(), Ok(&filter), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in any::<String>()) {
        if let Ok(filter) = Filter::parse(&text) {
            let _ = filter.matches(&ada(), &user_schema("pantherRole"));
        }
    }

    #[test]
    fn any_sequence_of_tokens_is_read_or_refused_without_panic(
        tokens in proptest::collection::vec(proptest::sample::select(vec![
            "(", ")", "[", "]", "not", "and", "or", "eq", "pr", "a", "emails", ".value", "\"x\"", "1",
            "-", "true", "null", "\\", "\"", "é", "urn:x:y", ".",
        ]), 0..24),
        separator in "[ \t]?",
    ) {
        let text = tokens.join(&separator);
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
        let _ = FilterPath::parse(&text);
    }

    #[test]
    fn the_letter_case_of_names_and_operators_makes_no_difference(
        upper in proptest::collection::vec(any::<bool>(), 64),
    ) {
        let recased = |text: &str| -> String {
            text.chars()
                .zip(upper.iter().cycle())
                .map(|(c, up)| if *up { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                .collect()
        };
        let prefix = "urn:ietf:params:scim:schemas:core:2.0:User:";
        let text = format!(
            "{}{} \"ada@example.com\" {} {} {}",
            recased(prefix), recased("userName eq"), recased("and"), recased("name.givenName pr"),
            recased("and not (emails[type ew \"x\"].value pr)"),
        );
        prop_assert!(holds(&text), "{}", text);
    }
}
