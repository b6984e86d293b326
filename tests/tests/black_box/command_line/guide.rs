//! The commands that the documents tell to type are ones that there are, with the options that they
//! have; and what they tell to make is a target.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use roster_tests::binary::{binary, text};

/// The commands of a page: lines of its blocks, and what stands between backticks. Both may go on in
/// the next line.
fn commands(page: &str) -> Vec<String> {
    let (mut found, mut paragraph, mut in_block) = (Vec::<String>::new(), String::new(), false);
    for line in page.lines().chain([""]) {
        let line = line.trim_start();
        let turns = line.contains("```");
        if in_block && !turns {
            match found.last_mut().filter(|begun| begun.ends_with('\\')) {
                Some(begun) => {
                    begun.pop();
                    begun.push_str(line);
                }
                None => found.push(line.to_owned()),
            }
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
    let bare = found.iter().map(|command| without_variables(command));
    bare.map(str::to_owned).collect()
}

/// A command without the variables that are set for it alone.
fn without_variables(mut command: &str) -> &str {
    while let Some((word, rest)) = command.split_once(' ')
        && let Some((name, _)) = word.split_once('=')
        && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    {
        command = rest.trim_start();
    }
    command
}

/// Whether it runs our program.
fn is_ours(command: &str) -> bool {
    command.starts_with("roster ") || command.starts_with("target/debug/roster ")
}

/// The arguments, without what the shell takes for itself.
fn arguments(command: &str) -> Vec<String> {
    let command = command.split(['>', '|', '#', '&']).next();
    let words = command.unwrap_or_default().split_whitespace().skip(1);
    // What is left out of an address differs for everybody.
    let words = words.map(|word| {
        word.trim_matches(['"', '[', ']'])
            .replace("https://….", "https://acme.")
            .replace('…', "https://acme.example")
    });
    words.collect()
}

/// What the program says when it is asked for help after that command: whatever comes before is read
/// first.
fn help_for(command: &str) -> Output {
    let mut program = Command::new(binary());
    program.args(arguments(command)).arg("--help");
    program.output().unwrap()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The pages with their commands.
fn pages() -> Vec<(PathBuf, Vec<String>)> {
    let mut pages = vec![root().join("README.md"), root().join("SECURITY.md")];
    let guide = fs::read_dir(root().join("docs")).unwrap();
    pages.extend(guide.map(|entry| entry.unwrap().path()));
    pages.retain(|page| page.extension().is_some_and(|kind| kind == "md"));
    let with_commands = |page: PathBuf| {
        let commands = commands(&fs::read_to_string(&page).unwrap());
        (page, commands)
    };
    pages.into_iter().map(with_commands).collect()
}

#[test]
fn every_command_of_the_documents_is_one_that_there_is() {
    let mut tried = 0;
    for (page, commands) in pages() {
        for command in commands.iter().filter(|command| is_ours(command)) {
            // A table that names several at once; a word for all of them.
            if command.contains("\\|") || command == "roster …" {
                continue;
            }
            let output = help_for(command);
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
fn what_the_documents_tell_to_make_is_a_target() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter(|line| line.contains(": ") && line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(':'))
        .map(|(target, _)| target)
        .collect();
    let mut tried = 0;
    for (page, commands) in pages() {
        for command in commands.iter().filter(|line| line.starts_with("make ")) {
            let made = arguments(command);
            for target in made.iter().filter(|word| !word.contains('=')) {
                assert!(
                    targets.contains(target.as_str()),
                    "{}: {command}",
                    page.display()
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 10, "only {tried} targets were found");
}

#[test]
fn commands_are_found_whole() {
    let page = "Say `A_B=1 roster keys\nlist`:\n\n```sh\nX=… roster user add \\\n    --role Admin\nmake it && go\n```\n";
    let found = commands(page);
    assert_eq!(
        found,
        [
            "roster keys list",
            "roster user add --role Admin",
            "make it && go"
        ]
    );
    assert_eq!(arguments(&found[2]), ["it"]);
}

#[test]
fn what_there_is_not_would_be_noticed() {
    for command in ["roster user delete", "roster audit prune --older 400d"] {
        let output = help_for(command);
        assert_eq!(output.status.code(), Some(2), "{command}");
    }
}
