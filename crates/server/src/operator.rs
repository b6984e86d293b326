//! Who types the commands: the name under which the audit log knows the operator.

use roster_domain::context::Actor;

/// The longest name that is kept.
const LIMIT: usize = 128;

/// `ada@host`, by `$USER`, or `uid 1000@host` where that is not set. A hint, not a proof: who
/// can run the command can set the variable.
pub(crate) fn name() -> String {
    let user = std::env::var("USER")
        .ok()
        .filter(|user| !user.trim().is_empty());
    let user = user.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
    let system = rustix::system::uname();
    legible(&format!(
        "{}@{}",
        user.trim(),
        system.nodename().to_string_lossy()
    ))
}

/// The operator as the actor of a change.
pub(crate) fn actor() -> Actor {
    Actor::Operator { name: name() }
}

/// Without what would break a log line.
fn legible(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control())
        .take(LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_has_a_name_that_fits_a_line() {
        let name = name();
        assert!(name.contains('@') && !name.starts_with('@'), "{name}");
        assert_eq!(legible("ada\n\u{1b}[31m@host"), "ada[31m@host");
        assert_eq!(legible(&"x".repeat(1_000)).len(), LIMIT);
    }
}
