//! `roster serve` with no settings: what a newcomer meets.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use roster_tests::binary::{binary, text};
use roster_tests::client::Client;
use tempfile::TempDir;

struct Newcomer {
    directory: TempDir,
    process: Child,
    banner: Vec<String>,
}

impl Newcomer {
    /// Starts the server in an empty directory, with nothing set but a free port.
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary());
        command
            .env_clear()
            .env("ROSTER_LISTEN", "127.0.0.1:0")
            .current_dir(directory.path())
            .arg("serve");
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut banner = Vec::new();
        // The command that adds a user is what the banner says last.
        while !banner.iter().any(|line: &String| line.contains("user add")) {
            banner.push(
                lines
                    .next()
                    .expect("the server ended before its banner")
                    .unwrap(),
            );
        }
        Self {
            directory,
            process,
            banner,
        }
    }

    fn url_with(&self, part: &str) -> &str {
        let words = self.banner.iter().flat_map(|line| line.split_whitespace());
        words
            .into_iter()
            .find(|word| word.starts_with("http") && word.contains(part))
            .unwrap_or_else(|| panic!("no {part} in {:?}", self.banner))
    }

    /// Runs a command as the banner prints it.
    fn paste(&self, part: &str) -> String {
        let line = self.banner.iter().find(|line| line.contains(part)).unwrap();
        let output = Command::new("sh")
            .env_clear()
            .arg("-c")
            .arg(line.trim())
            .current_dir(self.directory.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_newcomer_pastes_what_is_printed_and_it_works() {
    let newcomer = Newcomer::start();
    let scim = Client::new(newcomer.url_with("/t/default/scim/v2").to_owned());
    let token = newcomer.paste("token create");
    let id = newcomer.paste("user add");
    let list = scim.with_token(&token).get("/Users").await.scim(200);
    assert_eq!(list["Resources"][0]["id"], id.as_str());
    assert!(
        list["Resources"][0]["meta"]["location"]
            .as_str()
            .unwrap()
            .starts_with(scim.base())
    );
    let link = newcomer.paste("admin link");
    assert!(link.contains("/t/default/admin-link?link="), "{link}");
    let sign_in = newcomer
        .banner
        .iter()
        .find(|line| line.contains("Sign in "));
    let page = sign_in.and_then(|line| line.split_whitespace().last());
    assert_eq!(
        Client::new(page.unwrap().to_owned()).get("").await.status,
        200
    );
    let docs = Client::new(newcomer.url_with("/docs").to_owned())
        .get("")
        .await;
    assert_eq!(docs.status, 200);
    assert!(
        newcomer
            .directory
            .path()
            .join("roster-data/roster.db")
            .is_file()
    );
}

#[test]
fn an_address_that_is_taken_is_said_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(binary());
    let output = command
        .env_clear()
        .env("ROSTER_LISTEN", &address)
        .current_dir(directory.path())
        .arg("serve")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&address) && said.contains("ROSTER_LISTEN"),
        "{said}"
    );
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
}
