//! What can be typed, and what is said when it can't.

use super::*;
use clap::CommandFactory;

#[test]
fn the_command_line_is_well_formed() {
    CommandLine::command().debug_assert();
}

#[test]
fn durations_have_a_unit() {
    const DAY: u64 = 24 * 60 * 60;
    for (text, seconds) in [
        ("90d", 90 * DAY),
        ("12h", DAY / 2),
        ("30m", 1_800),
        (" 1h 30m ", 5_400),
        ("45s", 45),
    ] {
        assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
    }
    for bad in [
        "",
        "90",
        "0d",
        "-1d",
        "ninety days",
        "101y",
        "99999999999999999999d",
        "18446744073709551615y",
    ] {
        assert!(duration(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_token_may_have_several_permissions_and_networks() {
    let arguments = "roster token create --name okta --permission UserModify --permission AuditLogRead \
                     --expires-in 90d --cidr 10.0.0.0/8 --cidr 2001:db8::1";
    let CommandLine {
        command: Command::Token(TokenCommand::Create(create)),
        ..
    } = CommandLine::try_parse_from(arguments.split_whitespace()).unwrap()
    else {
        panic!("another command")
    };
    assert_eq!(create.tenant.tenant, "default");
    assert_eq!(create.permissions.len(), 2);
    assert_eq!(
        create
            .networks
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["10.0.0.0/8", "2001:db8::1/128"]
    );
}

#[test]
fn a_mistyped_value_is_a_usage_error_that_says_what_is_allowed() {
    let cases = [
        (
            "roster token create --name okta --permission user-modify",
            "such as UserModify",
        ),
        ("roster token create --name okta", "--permission"),
        (
            "roster token create --name okta --permission UserRead --cidr 10.0.0.0/99",
            "such as 10.0.0.0/8",
        ),
        (
            "roster token create --name okta --permission UserRead --expires-in 90",
            "such as 90d",
        ),
        ("roster tenant create Acme_EU", "lower-case letters"),
        ("roster saml import", "--metadata-file"),
        (
            "roster saml import --metadata-file a --metadata-url https://idp.example",
            "cannot be used with",
        ),
        (
            "roster saml import --metadata-url http://idp.example",
            "https",
        ),
        (
            "roster user add --user-name ada --email ada",
            "such as ada@example.com",
        ),
    ];
    for (arguments, expected) in cases {
        let error = CommandLine::try_parse_from(arguments.split_whitespace()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{arguments}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}
