//! The statements that the server sends for one request, captured from PostgreSQL's log and made
//! into a `pgbench` script in which the user's number is random.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use roster_tests::postgres::Cluster;

use crate::load::Load;
use crate::population::{Population, VERSION};
use crate::subject::Subject;

/// Captures what `load` sends, as a `pgbench` script.
pub(crate) fn capture(
    cluster: &Cluster,
    database: &str,
    subject: &Subject,
    population: &Population,
    load: Load,
) -> Result<String, Box<dyn Error>> {
    // Twice unlogged: the token and the tenant are remembered then, and every statement is
    // prepared on the connection that will be used again.
    // Every load has users of its own, so that one log serves all.
    let mut number = population.first + 10 * (1 + load as u64);
    for _ in 0..2 {
        send(subject, load, number)?;
        number += 1;
    }
    let logging = |on: &str| -> Result<(), Box<dyn Error>> {
        cluster.sql(
            database,
            &format!("ALTER SYSTEM SET log_statement = '{on}'"),
        )?;
        cluster.sql(database, "SELECT pg_reload_conf()")?;
        std::thread::sleep(Duration::from_millis(150));
        Ok(())
    };
    logging("all")?;
    // The second's memory of the token is over by now, so it is renewed first.
    send(subject, load, number)?;
    let marked = number + 1;
    send(subject, load, marked)?;
    let log = cluster.sql(
        database,
        "SELECT pg_read_file(current_setting('data_directory') || '/../log')",
    )?;
    logging("none")?;
    let statements = statements_about(&log, load, marked);
    if statements.is_empty() {
        return Err(format!("PostgreSQL's log shows no statement for user {marked}").into());
    }
    let mut script = format!(
        "\\set n random({}, {})\n",
        population.first,
        population.last()
    );
    for (text, parameters) in statements {
        script.push_str(&with_parameters(&text, &parameters, marked));
        script.push_str(";\n");
    }
    Ok(script)
}

fn send(subject: &Subject, load: Load, number: u64) -> Result<(), Box<dyn Error>> {
    let (method, path, body) = load.request(&format!("{number:012}"), "Augusta");
    let mut stream = TcpStream::connect(subject.address())?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/scim+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        subject.token(),
        body.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(format!("{method} {path}: {answer}").into())
    }
}

/// One logged statement and its parameters.
type Statement = (String, Vec<Option<String>>);

/// The statements of the last request. Those of a page name no user, so there it is the last two.
fn statements_about(log: &str, load: Load, number: u64) -> Vec<Statement> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        // The log breaks a statement's own lines with a tab.
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(rest), Some(entry)) => {
                entry.push('\n');
                entry.push_str(rest);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let mut found: Vec<Statement> = Vec::new();
    for pair in entries.windows(2) {
        let [statement, detail] = pair else { continue };
        let Some((_, text)) = statement.split_once("LOG:  execute ") else {
            continue;
        };
        let Some((_, text)) = text.split_once(": ") else {
            continue;
        };
        let Some((_, list)) = detail.split_once("DETAIL:  parameters: ") else {
            continue;
        };
        let wanted = match load {
            Load::Page => text.contains("user_count") || text.contains("OFFSET"),
            _ => list.contains(&number.to_string()),
        };
        if wanted {
            found.push((text.to_owned(), parameters(list)));
        }
    }
    if load == Load::Page {
        let surplus = found.len().saturating_sub(2);
        found.drain(..surplus);
    }
    found
}

/// Reads `$1 = 'a', $2 = NULL, …`.
fn parameters(list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = list;
    while let Some((_, after)) = rest.split_once(" = ") {
        if let Some(quoted) = after.strip_prefix('\'') {
            let mut value = String::new();
            let mut characters = quoted.char_indices().peekable();
            let mut end = quoted.len();
            while let Some((at, character)) = characters.next() {
                if character != '\'' {
                    value.push(character);
                } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
                    value.push('\'');
                } else {
                    end = at + 1;
                    break;
                }
            }
            found.push(Some(value));
            rest = quoted.get(end..).unwrap_or_default();
        } else {
            found.push(None);
            rest = after.strip_prefix("NULL").unwrap_or(after);
        }
    }
    found
}

fn with_parameters(text: &str, parameters: &[Option<String>], number: u64) -> String {
    let mut script = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        script.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (index, tail) = after.split_at(digits);
        let value = index
            .parse::<usize>()
            .ok()
            .and_then(|index| parameters.get(index.checked_sub(1)?));
        match value {
            Some(value) => script.push_str(&literal(value.as_deref(), number)),
            None => script.push('$'),
        }
        rest = if value.is_some() { tail } else { after };
    }
    script.push_str(rest);
    script.replace('\n', " ")
}

/// A parameter as SQL: the user's number becomes the random one, the version counts on from
/// whatever is stored, and the audit record gets an id of its own.
fn literal(value: Option<&str>, number: u64) -> String {
    let Some(value) = value else {
        return "NULL".to_owned();
    };
    if value == VERSION.to_string() {
        return "users.version".to_owned();
    }
    if value == (VERSION + 1).to_string() {
        return "users.version + 1".to_owned();
    }
    let (number, cast) = (number.to_string(), cast(value));
    let fixed = format!(
        "'{}'",
        value.replace('\'', "''").replace('\n', "' || chr(10) || '")
    );
    if value == number {
        ":n::text".to_owned()
    } else if value.contains(&number) {
        format!("({}){cast}", fixed.replace(&number, "' || :n::text || '"))
    } else if is_recent_id(value) {
        NEW_ID.to_owned()
    } else if fixed.contains("chr(10)") {
        format!("({fixed}){cast}")
    } else {
        format!("{fixed}{cast}")
    }
}

/// An id in the order of time, as the server makes them.
const NEW_ID: &str = "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid";

fn cast(value: &str) -> &'static str {
    if is_id(value) {
        "::uuid"
    } else if value.starts_with('[') || value.starts_with('{') {
        "::jsonb"
    } else {
        ""
    }
}

fn is_id(value: &str) -> bool {
    uuid::Uuid::try_parse(value).is_ok() && value.len() == 36
}

/// Whether it is an id made within the last seconds: the audit record's. All others are older.
fn is_recent_id(value: &str) -> bool {
    let made = uuid::Uuid::try_parse(value)
        .ok()
        .and_then(|id| id.get_timestamp());
    made.is_some_and(|at| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        now.saturating_sub(at.to_unix().0) < 2
    })
}
