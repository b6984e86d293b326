//! The secret key's file: made once, whole, and for its owner alone.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use roster_keys::{SecretFileAction, SecretFileError, SecretKey, SecretKeyError};
use tempfile::TempDir;

use super::{hexadecimal, same};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn write(path: &Path, text: &[u8], mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_first_start_makes_the_file_and_the_next_reads_it() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("new").join("data").join("secret-key");
    let made = SecretKey::load_or_create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert!(text.len() == 65 && text.ends_with('\n'));
    assert!(same(&made, &SecretKey::parse(&text).unwrap()));
    assert!(same(&made, &SecretKey::load_or_create(&path).unwrap()));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn all_who_start_at_once_have_one_key() {
    for _ in 0..20 {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("secret-key");
        let start = Barrier::new(8);
        let keys: Vec<SecretKey> = thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        SecretKey::load_or_create(&path).unwrap()
                    })
                })
                .collect();
            starts.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let kept = SecretKey::load_or_create(&path).unwrap();
        assert!(keys.iter().all(|key| same(key, &kept)));
        // Whoever came second has left nothing behind.
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_file_from_elsewhere_is_read_in_any_form_and_through_a_link() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key");
    write(
        &path,
        format!("\n{}\r\n", hexadecimal(&[7; 32])).as_bytes(),
        0o400,
    );
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    let expected = SecretKey::parse(&"07".repeat(32)).unwrap();
    assert!(same(&SecretKey::load_or_create(&path).unwrap(), &expected));
    assert!(same(&SecretKey::load_or_create(&link).unwrap(), &expected));
}

#[test]
fn a_file_that_others_may_touch_is_refused_with_the_command_that_mends_it() {
    let directory = TempDir::new().unwrap();
    for bits in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o777] {
        let path = directory.path().join(format!("key-{bits:o}"));
        write(&path, "a7".repeat(32).as_bytes(), bits);
        let error = SecretKey::load_or_create(&path).unwrap_err();
        assert!(
            matches!(&error, SecretFileError::Exposed { mode, .. } if *mode == bits),
            "{error}"
        );
        let command = format!("chmod 600 {}", path.display());
        assert!(error.to_string().contains(&command), "{error}");
        assert_eq!(mode(&path), bits, "the file is left as it was");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        SecretKey::load_or_create(&path).unwrap();
    }
}

#[test]
fn a_file_with_something_else_is_refused_and_kept() {
    let directory = TempDir::new().unwrap();
    let long = "a7".repeat(1_000_000);
    let cases: [(&[u8], Option<SecretKeyError>); 4] = [
        (b"", Some(SecretKeyError::Length(0))),
        (b"hunter2\n", Some(SecretKeyError::Length(7))),
        (&[0xff; 64], None),
        (long.as_bytes(), None),
    ];
    for (index, (text, expected)) in cases.into_iter().enumerate() {
        let path = directory.path().join(format!("key-{index}"));
        write(&path, text, 0o600);
        let error = SecretKey::load_or_create(&path).unwrap_err();
        let SecretFileError::Malformed { problem, .. } = &error else {
            panic!("{error}");
        };
        assert!(
            expected.is_none_or(|expected| *problem == expected),
            "{error}"
        );
        let message = error.to_string();
        assert!(message.contains(path.to_str().unwrap()), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), text, "the file is left as it was");
    }
}

#[test]
fn what_the_system_refuses_is_told_with_the_path() {
    let directory = TempDir::new().unwrap();
    let error = SecretKey::load_or_create(directory.path()).unwrap_err();
    assert!(
        matches!(
            &error,
            SecretFileError::Io {
                action: SecretFileAction::Read,
                ..
            }
        ),
        "{error}"
    );
    // A link to nowhere is neither read nor replaced.
    let link = directory.path().join("link");
    symlink(directory.path().join("nowhere"), &link).unwrap();
    let error = SecretKey::load_or_create(&link).unwrap_err();
    assert!(matches!(&error, SecretFileError::Io { .. }), "{error}");
    assert!(
        error.to_string().contains(link.to_str().unwrap()),
        "{error}"
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // A file where the directory should be.
    let file = directory.path().join("file");
    write(&file, b"", 0o600);
    let error = SecretKey::load_or_create(&file.join("key")).unwrap_err();
    assert!(matches!(&error, SecretFileError::Io { .. }), "{error}");
}
