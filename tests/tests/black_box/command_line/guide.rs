//! The commands that the documents tell to type are ones that there are, with the options that they
//! have.

use std::fs;
use std::path::Path;
use std::process::Command;

use roster_tests::binary::{binary, text};

/// The commands of a page: lines of its blocks, and what stands between backticks, which may go on in
/// the next line.
fn commands(page: &str) -> Vec<String> {
    let (mut found, mut paragraph, mut in_block) = (Vec::new(), String::new(), false);
    for line in page.lines().chain([""]) {
        let line = line.trim_start();
        let turns = line.contains("```");
        if in_block && !turns {
            found.push(line.to_owned());
        } else if !turns && !line.is_empty() {
            paragraph.push_str(line);
            paragraph.push(' ');
            continue;
        }
        let between = paragraph.split('`').skip(1).step_by(2);
        found.extend(between.map(str::to_owned));
        paragraph.clear();
        in_block ^= turns;
    }
    let of_ours =
        |line: &String| line.starts_with("roster ") || line.starts_with("target/debug/roster ");
    found.into_iter().filter(of_ours).collect()
}

/// The arguments, without what the shell takes for itself.
fn arguments(command: &str) -> Vec<String> {
    let command = command.split(['>', '|', '#']).next().unwrap_or_default();
    let words = command.split_whitespace().skip(1);
    let words = words.filter(|word| *word != "\\");
    // What is left out of an address differs for everybody.
    let words = words.map(|word| {
        word.trim_matches(['"', '[', ']'])
            .replace("https://….", "https://acme.")
            .replace('…', "https://acme.example")
    });
    words.collect()
}

#[test]
fn every_command_of_the_documents_is_one_that_there_is() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut pages = vec![root.join("README.md"), root.join("SECURITY.md")];
    let guide = fs::read_dir(root.join("docs")).unwrap();
    pages.extend(guide.map(|entry| entry.unwrap().path()));
    let mut tried = 0;
    for page in pages
        .iter()
        .filter(|page| page.extension().is_some_and(|kind| kind == "md"))
    {
        for command in commands(&fs::read_to_string(page).unwrap()) {
            // A table that names several at once; a word for all of them.
            if command.contains("\\|") || command == "roster …" {
                continue;
            }
            let arguments = arguments(&command);
            // Whatever comes before is read first.
            let output = Command::new(binary())
                .args(&arguments)
                .arg("--help")
                .output()
                .unwrap();
            let said = text(&output.stderr);
            assert!(
                output.status.success(),
                "{}: {command}\n{said}",
                page.display()
            );
            tried += 1;
        }
    }
    assert!(tried > 30, "only {tried} commands were found");
}

#[test]
fn what_there_is_not_would_be_noticed() {
    for command in ["roster user delete", "roster audit prune --older 400d"] {
        let arguments = arguments(command);
        let output = Command::new(binary())
            .args(&arguments)
            .arg("--help")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}");
    }
}
