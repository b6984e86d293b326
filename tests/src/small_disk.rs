//! A file system so small that a test can fill it: a tmpfs of its own.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A small file system, gone when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    directory: TempDir,
}

impl SmallDisk {
    /// Mounts one of so many MiB, and gives it to `owner` (user and group), if not to the present one.
    ///
    /// # Panics
    /// When it can't be mounted, which takes root: nothing else is as full as a full disk.
    #[must_use]
    pub fn of(mebibytes: u32, owner: Option<(u32, u32)>) -> Self {
        let prefix = "roster-small-disk-";
        let directory = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
        let size = format!("size={mebibytes}m,mode=0700");
        let mount = ["mount", "-t", "tmpfs", "-o", &size, "none"];
        let (code, said) = as_root(&mount, directory.path());
        assert!(
            code,
            "a file system of {mebibytes} MiB can't be mounted. Run the tests as root (in a container: \
             with CAP_SYS_ADMIN) or as somebody who may call `sudo -n mount`: {said}"
        );
        let disk = Self { directory };
        if let Some((user, group)) = owner.or_else(myself)
            && chown(disk.path(), Some(user), Some(group)).is_err()
        {
            let owner = format!("{user}:{group}");
            let (given, said) = as_root(&["chown", &owner], disk.path());
            assert!(given, "{said}");
        }
        disk
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Leaves no byte free.
    ///
    /// # Panics
    /// When the file that takes the room can't be made.
    pub fn fill(&self) {
        let mut ballast = File::options()
            .create(true)
            .append(true)
            .open(self.ballast())
            .unwrap();
        for size in [64 * 1024, 4 * 1024] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Makes room again.
    ///
    /// # Panics
    /// When it was not filled.
    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that is just ending may still have a file open.
        let _ = as_root(&["umount", "-l"], self.path());
    }
}

/// User and group of this process, when it is not root.
fn myself() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let me = fs::metadata("/proc/self").ok()?;
    Some((me.uid(), me.gid()))
}

fn as_root(command: &[&str], path: &Path) -> (bool, String) {
    let root = myself().is_some_and(|(user, _)| user == 0);
    let sudo: &[&str] = if root { &[] } else { &["sudo", "-n"] };
    let words: Vec<&str> = sudo.iter().chain(command).copied().collect();
    match Command::new(words[0]).args(&words[1..]).arg(path).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            (output.status.success(), said)
        }
        Err(error) => (false, error.to_string()),
    }
}
