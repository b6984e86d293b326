//! What a URL says about TLS.

use super::*;

fn check(parameters: &str) -> Result<Check, String> {
    let url = format!("postgres://a:b@db.example/c?{parameters}");
    Tls::taken_from(&url)
        .map(|(_, tls)| tls.check)
        .map_err(|error| error.to_string())
}

#[test]
fn the_modes_are_those_of_libpq() {
    let file = || PathBuf::from("/etc/ca.pem");
    for (parameters, expected) in [
        ("", Check::Preferred),
        ("application_name=x", Check::Preferred),
        ("sslmode=disable", Check::Disabled),
        ("sslmode=prefer", Check::Preferred),
        ("sslmode=require", Check::Nothing),
        (
            "sslmode=require&sslrootcert=/etc/ca.pem",
            Check::Authority(file()),
        ),
        (
            "sslrootcert=%2Fetc%2Fca.pem&sslmode=verify-ca",
            Check::Authority(file()),
        ),
        (
            "sslmode=verify-full",
            Check::Everything(Authorities::System),
        ),
        ("sslrootcert=system", Check::Everything(Authorities::System)),
        (
            "sslmode=verify-full&sslrootcert=/etc/ca.pem",
            Check::Everything(Authorities::File(file())),
        ),
    ] {
        assert_eq!(check(parameters), Ok(expected), "{parameters}");
    }
}

#[test]
fn what_can_not_be_meant_is_refused_with_what_to_say_instead() {
    for (parameters, told) in [
        ("sslmode=allow", "must be disable, prefer, require"),
        ("sslmode=", "must be disable, prefer, require"),
        ("sslmode=VERIFY-FULL", "must be disable, prefer, require"),
        ("sslmode=verify-ca", "needs sslrootcert=FILE"),
        (
            "sslmode=verify-ca&sslrootcert=system",
            "take sslmode=verify-full",
        ),
        (
            "sslmode=require&sslrootcert=system",
            "take sslmode=verify-full",
        ),
        ("sslcert=/etc/client.pem", "go together"),
        ("sslkey=/etc/client.key&sslmode=require", "go together"),
    ] {
        let refused = check(parameters).unwrap_err();
        assert!(refused.contains(told), "{parameters}: {refused}");
    }
}

#[test]
fn the_rest_of_the_url_stays_as_it_is() {
    for (url, rest) in [
        ("postgres://a:b@h/c", "postgres://a:b@h/c"),
        ("postgres://a:b@h/c?sslmode=disable", "postgres://a:b@h/c"),
        (
            "postgres://a:b%3F@h/c?x=1&sslmode=require&options=-c%20y%3D2&sslrootcert=/f",
            "postgres://a:b%3F@h/c?x=1&options=-c%20y%3D2",
        ),
        // What is in the password is the password's.
        (
            "postgres://a:b?sslmode=disable@h/c",
            "postgres://a:b?sslmode=disable@h/c",
        ),
        (
            "postgres:///c?host=/run&sslmode=disable",
            "postgres:///c?host=/run",
        ),
        ("nonsense", "nonsense"),
    ] {
        assert_eq!(Tls::taken_from(url).unwrap().0, rest);
    }
}
