//! A file system so small that a test can fill it: a tmpfs of its own, or, in a container that may not
//! mount one, the small tmpfs for shared memory that every container has.

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
    is_mounted: bool,
}

/// What containers have for shared memory, unless they were given more.
const SHARED_MEMORY: &str = "/dev/shm";

/// The largest file system that is filled though it is not the test's own, in KiB.
const SMALL: u64 = 256 * 1024;

impl SmallDisk {
    /// Mounts one of so many MiB, and gives it to `owner` (user and group), if not to the present one.
    ///
    /// # Panics
    /// When there is none: nothing else is as full as a full disk.
    #[must_use]
    pub fn of(mebibytes: u32, owner: Option<(u32, u32)>) -> Self {
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix("roster-small-disk-");
        let directory = builder.tempdir().unwrap();
        let size = format!("size={mebibytes}m,mode=0700");
        let mount = ["mount", "-t", "tmpfs", "-o", &size, "none"];
        let (is_mounted, said) = as_root(&mount, directory.path());
        let directory = if is_mounted {
            directory
        } else {
            assert!(
                size_of(SHARED_MEMORY).is_some_and(|size| size <= SMALL),
                "no small file system can be had: {SHARED_MEMORY} is not small, and to mount one takes root \
                 (in a container: with CAP_SYS_ADMIN) or `sudo -n mount`, which says: {said}"
            );
            builder.tempdir_in(SHARED_MEMORY).unwrap()
        };
        let disk = Self {
            directory,
            is_mounted,
        };
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
        if self.is_mounted {
            // Lazily: a process that is just ending may still have a file open.
            let _ = as_root(&["umount", "-l"], self.path());
        }
    }
}

/// The size of a file system in KiB.
fn size_of(mount: &str) -> Option<u64> {
    let df = Command::new("df")
        .args(["-k", "--output=size", mount])
        .output();
    let said = String::from_utf8(df.ok()?.stdout).ok()?;
    said.lines().nth(1)?.trim().parse().ok()
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
