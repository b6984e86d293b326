//! Where keys come from, and what is said when they don't.

use std::os::unix::fs::PermissionsExt;

use roster_application::ports::keys::{TokenSigner, Vault};
use tempfile::TempDir;

use super::*;

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A configuration with those lines, in a directory of its own.
fn configuration(lines: &str) -> (TempDir, Configuration) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let file = directory.path().join("roster.toml");
    let lines = lines.replace("{dir}", &directory.path().display().to_string());
    fs::write(&file, format!("data_dir = '{}'\n{lines}", data.display())).unwrap();
    let configuration = Configuration::from_sources(Some(&file), []).unwrap();
    (directory, configuration)
}

/// A new signing key: its id and its file.
fn signing_key() -> (String, String) {
    let key = Es256Signer::generated().generate();
    let ending = pem_rfc7468::LineEnding::LF;
    let file = pem_rfc7468::encode_string("PRIVATE KEY", ending, &key.private_key);
    (key.id, file.unwrap())
}

fn opens_for_each_other(one: &Keys, other: &Keys) -> bool {
    let sealed = one.vault.seal("test", b"secret");
    other.vault.open("test", &sealed).is_some()
}

#[test]
fn the_first_start_makes_a_key_and_the_next_ones_keep_it() {
    let (directory, configuration) = configuration("");
    let path = directory.path().join("data/secret.key");
    let refused = Keys::of_command(&configuration).unwrap_err();
    assert!(refused.to_string().contains("Start `roster serve` first"));
    assert!(!path.exists(), "only a server makes the key");
    let first = Keys::of_server(&configuration).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(opens_for_each_other(
        &first,
        &Keys::of_server(&configuration).unwrap()
    ));
    assert!(opens_for_each_other(
        &first,
        &Keys::of_command(&configuration).unwrap()
    ));
    assert!(!opens_for_each_other(&first, &Keys::none()));
}

#[test]
fn a_key_in_the_settings_needs_no_file() {
    let (directory, configuration) = configuration(&format!("secret_key = '{SECRET}'"));
    let server = Keys::of_server(&configuration).unwrap();
    let command = Keys::of_command(&configuration).unwrap();
    assert!(opens_for_each_other(&server, &command));
    assert!(!directory.path().join("data").exists());
}

#[test]
fn a_file_that_the_operator_names_is_never_made() {
    let (directory, configuration) = configuration("secret_key_file = '{dir}/key'");
    let path = directory.path().join("key");
    let missing = Keys::of_server(&configuration).unwrap_err().to_string();
    let make = format!("(umask 077; openssl rand -hex 32 > {})", path.display());
    assert!(missing.contains(&make), "{missing}");
    assert!(!path.exists());
    fs::write(&path, SECRET).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = Keys::of_server(&configuration).unwrap_err().to_string();
    assert!(exposed.contains("chmod 600"), "{exposed}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let keys = Keys::of_server(&configuration).unwrap();
    let sealed = AesVault::new(&SecretKey::parse(SECRET).unwrap()).seal("test", b"secret");
    assert!(keys.vault.open("test", &sealed).is_some());
}

#[test]
fn signing_keys_come_from_the_files_in_their_order() {
    let lines =
        format!("secret_key = '{SECRET}'\nsession_key_files = '{{dir}}/a.pem, {{dir}}/b.pem'");
    let (directory, configuration) = configuration(&lines);
    let path = |name: &str| directory.path().join(name);
    let missing = Keys::of_server(&configuration).unwrap_err();
    assert!(
        matches!(missing, Failure::Read { path: at, .. } if at == path("a.pem")),
        "the file that is missing is named"
    );
    let write = |name: &str, text: &str| fs::write(path(name), text).unwrap();
    let [(first, first_file), (second, second_file)] = [(); 2].map(|()| signing_key());
    write("a.pem", &first_file);
    write("b.pem", "no key at all");
    let wrong = Keys::of_server(&configuration).unwrap_err().to_string();
    assert!(
        wrong.contains("b.pem") && wrong.contains("P-256"),
        "{wrong}"
    );
    assert!(!wrong.contains("no key at all"), "{wrong}");
    write("b.pem", &second_file);
    let keys = Keys::of_server(&configuration).unwrap();
    let given: Vec<_> = keys
        .signer
        .given()
        .iter()
        .map(|key| key.id.clone())
        .collect();
    assert_eq!(given, [first, second]);
}
