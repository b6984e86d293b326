//! The settings of sign-in, sessions and keys.

use super::load;
use crate::configuration::*;

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

#[test]
fn the_secret_key_is_never_shown() {
    let configuration = load(None, &[("ROSTER_SECRET_KEY", SECRET)]).unwrap();
    assert!(matches!(
        configuration.secret_key,
        SecretKeyPlace::Settings(_)
    ));
    assert!(!format!("{configuration:?}").contains("0011"));
    let shown = configuration
        .effective
        .iter()
        .find(|setting| setting.key == "secret_key")
        .unwrap();
    assert_eq!(shown.value.as_deref(), Some("****"));
    for bad in ["hunter2", &SECRET[1..], &SECRET.replace('f', "g")] {
        let error = load(None, &[("ROSTER_SECRET_KEY", bad)]).unwrap_err();
        assert_eq!(
            error,
            "The setting ROSTER_SECRET_KEY is a value that is not shown here; it must be 32 random bytes, written as 64 hexadecimal digits or as base64 (43 or 44 characters); make them with: openssl rand -hex 32."
        );
    }
}

#[test]
fn the_secret_key_has_one_place() {
    let file = load(None, &[("ROSTER_SECRET_KEY_FILE", "/run/key")]).unwrap();
    assert!(matches!(file.secret_key, SecretKeyPlace::File(path) if path == Path::new("/run/key")));
    let data_dir = load(None, &[("ROSTER_DATA_DIR", "/data")]).unwrap();
    assert!(
        matches!(data_dir.secret_key, SecretKeyPlace::DataDir(path) if path == Path::new("/data/secret.key"))
    );
    let both = load(
        Some("secret_key_file = '/run/key'"),
        &[("ROSTER_SECRET_KEY", SECRET)],
    );
    assert_eq!(
        both.unwrap_err(),
        "ROSTER_SECRET_KEY and secret_key_file in roster.toml are both set, and only one may be. Unset one of them."
    );
}

#[test]
fn lifetimes_reach_the_application_in_their_units() {
    let configuration = load(
        None,
        &[
            ("ROSTER_SESSION_IDLE_MINUTES", "15"),
            ("ROSTER_SESSION_ABSOLUTE_HOURS", "12"),
            ("ROSTER_SESSION_TOKEN_SECONDS", "60"),
        ],
    )
    .unwrap();
    let settings = configuration.application("https://roster.example.com".to_owned());
    assert_eq!(settings.public_url, "https://roster.example.com");
    assert_eq!(settings.lifetimes.idle, time::Duration::minutes(15));
    assert_eq!(settings.lifetimes.absolute, time::Duration::hours(12));
    assert_eq!(settings.token_lifetime, time::Duration::minutes(1));
}

#[test]
fn key_files_keep_their_order() {
    let expected = ["new.pem", "/keys/old.pem"].map(PathBuf::from);
    let of_file = load(
        Some("session_key_files = ['new.pem', '/keys/old.pem']"),
        &[],
    );
    assert_eq!(of_file.unwrap().session_key_files, expected);
    let of_variable = load(
        None,
        &[("ROSTER_SESSION_KEY_FILES", "new.pem ,/keys/old.pem,")],
    );
    assert_eq!(of_variable.unwrap().session_key_files, expected);
}

#[test]
fn plain_http_is_warned_of_unless_it_stays_on_this_machine() {
    let warnings = |url| {
        load(None, &[("ROSTER_PUBLIC_URL", url)])
            .unwrap()
            .warnings()
    };
    for url in [
        "https://roster.example.com",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://[::1]:1",
    ] {
        assert_eq!(warnings(url), Vec::<String>::new(), "{url}");
    }
    for url in ["http://roster.example.com", "http://10.0.0.1:8080"] {
        let warnings = warnings(url);
        assert_eq!(warnings.len(), 1, "{url}");
        assert!(
            warnings[0].starts_with(&format!("Nobody can sign in over {url}, ")),
            "{warnings:?}"
        );
    }
}

#[test]
fn servers_on_postgresql_are_warned_of_a_key_that_only_one_of_them_has() {
    const DATABASE: (&str, &str) = ("ROSTER_DATABASE_URL", "postgres://h/d");
    let warnings = load(None, &[DATABASE]).unwrap().warnings();
    assert_eq!(warnings.len(), 1);
    for told in [
        "./roster-data/secret.key",
        "ROSTER_SECRET_KEY",
        "ROSTER_SECRET_KEY_FILE",
    ] {
        assert!(warnings[0].contains(told), "{warnings:?}");
    }
    for given in [
        ("ROSTER_SECRET_KEY", SECRET),
        ("ROSTER_SECRET_KEY_FILE", "/run/key"),
    ] {
        let configuration = load(None, &[DATABASE, given]).unwrap();
        assert_eq!(configuration.warnings(), Vec::<String>::new());
    }
}
