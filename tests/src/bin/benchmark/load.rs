//! Load from outside: `wrk` for HTTP, `pgbench` for the database.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Command;

use tempfile::NamedTempFile;

use crate::population::Population;
use crate::subject::Subject;

/// What a client does again and again, each time with another user.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    Read,
    Lookup,
    Write,
    Page,
}

impl Load {
    /// Method, path and body of one request; `number` is the user's number, `word` varies.
    pub(crate) fn request(self, number: &str, word: &str) -> (&'static str, String, String) {
        let users = "/t/default/scim/v2/Users";
        let id = format!("{users}/00000000-0000-7000-8000-{number}");
        match self {
            Self::Read => ("GET", id, String::new()),
            Self::Lookup => {
                let unpadded = number.trim_start_matches('0');
                let filter = format!("userName%20eq%20%22{unpadded}%22");
                (
                    "GET",
                    format!("{users}?filter={filter}&startIndex=1&count=100"),
                    String::new(),
                )
            }
            Self::Write => ("PATCH", id, PATCH.replace("WORD", word)),
            Self::Page => (
                "GET",
                format!("{users}?startIndex=1&count=100"),
                String::new(),
            ),
        }
    }
}

const PATCH: &str = concat!(
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"#,
    r#""Operations":[{"op":"replace","value":{"name":{"givenName":"WORD"}}}]}"#
);

/// What one measurement gave.
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    pub(crate) requests: f64,
    pub(crate) median_micros: f64,
}

/// Loads the server.
pub(crate) fn http(
    subject: &Subject,
    population: &Population,
    load: Load,
    connections: u32,
    seconds: u64,
) -> Result<Rate, Box<dyn Error>> {
    // Lua fills in the user's number, and a word that makes every write a change.
    let (method, path, body) = load.request("NUMBER", "WORD");
    let (path, body) = (
        path.replace("NUMBER", "\" .. number .. \""),
        body.replace("WORD", "]] .. word .. [["),
    );
    let width = if load == Load::Lookup { "%d" } else { "%012d" };
    let mut script = NamedTempFile::with_suffix(".lua")?;
    write!(
        script,
        r#"
math.randomseed(os.time())
wrk.headers["Authorization"] = "Bearer {token}"
wrk.headers["Content-Type"] = "application/scim+json; charset=utf-8"
local count = 0
request = function()
  local number = string.format("{width}", math.random({first}, {last}))
  count = count + 1
  local word = "Ada" .. os.time() .. count
  return wrk.format("{method}", "{path}", nil, [[{body}]])
end
"#,
        token = subject.token(),
        first = population.first,
        last = population.last(),
    )?;
    wrk(
        &format!("http://{}/", subject.address()),
        Some(&script),
        connections,
        seconds,
    )
}

/// Loads the empty handler.
pub(crate) fn http_empty(
    address: &SocketAddr,
    connections: u32,
    seconds: u64,
) -> Result<Rate, Box<dyn Error>> {
    wrk(&format!("http://{address}/"), None, connections, seconds)
}

fn wrk(
    url: &str,
    script: Option<&NamedTempFile>,
    connections: u32,
    seconds: u64,
) -> Result<Rate, Box<dyn Error>> {
    let mut command = Command::new("wrk");
    command.args([
        "-t1",
        "--latency",
        &format!("-c{connections}"),
        &format!("-d{seconds}s"),
    ]);
    if let Some(script) = script {
        command.arg("-s").arg(script.path());
    }
    let output = command
        .arg(url)
        .output()
        .map_err(|error| format!("wrk: {error}; apt-get install wrk"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if let Some(line) = text
        .lines()
        .find(|line| line.contains("Non-2xx") || line.contains("Socket errors"))
    {
        return Err(format!("the server did not answer well: {}", line.trim()).into());
    }
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(name))
            .map(str::trim)
            .ok_or_else(|| format!("wrk said nothing of {name}: {text}"))
    };
    // As in `48712 requests in 3.00s, 24.11MB read`.
    let requests = text
        .lines()
        .find_map(|line| line.split_once(" requests in "));
    let (requests, _) = requests.ok_or_else(|| format!("wrk counted no requests: {text}"))?;
    Ok(Rate {
        per_second: field("Requests/sec:")?.parse()?,
        requests: requests.trim().parse()?,
        median_micros: micros(field("50%")?)?,
    })
}

fn micros(text: &str) -> Result<f64, Box<dyn Error>> {
    for (unit, factor) in [("us", 1.0), ("ms", 1e3), ("s", 1e6)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    Err(format!("not a duration: {text}").into())
}

/// Loads the database with a script of statements.
pub(crate) fn pgbench(
    database: &str,
    script: &str,
    clients: u32,
    seconds: u64,
) -> Result<f64, Box<dyn Error>> {
    let mut file = NamedTempFile::with_suffix(".sql")?;
    file.write_all(script.as_bytes())?;
    let output = Command::new("pgbench")
        // As the server's connections have it.
        .env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan")
        .args([
            "-n",
            "-M",
            "prepared",
            "-j",
            "1",
            "-c",
            &clients.to_string(),
            "-T",
            &seconds.to_string(),
            "-f",
        ])
        .arg(file.path())
        .arg(database)
        .output()
        .map_err(|error| format!("pgbench: {error}; apt-get install postgresql"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = rate.and_then(|line| line.split_whitespace().next());
    rate.ok_or_else(|| {
        let mut message = String::from("pgbench failed: ");
        // Writing to a text does not fail.
        let _ = write!(
            message,
            "{}\n{script}",
            String::from_utf8_lossy(&output.stderr)
        );
        message.into()
    })
    .and_then(|rate: &str| rate.parse().map_err(Into::into))
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
