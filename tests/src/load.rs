//! The load: several clients that do what Okta does, each with a person of its own, and keep book of
//! what was acknowledged. The audit log is held against the book at the end.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::client::{Answer, Client, assert_scim_error, patch_of};
use crate::tenant::Tenant;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// The pause between the requests of one client: the machine has other things to do, too.
const PAUSE: Duration = Duration::from_millis(5);

/// What came of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A success.
    Answered,
    /// 503, as it should look.
    Refused,
    /// No answer, since the process was killed.
    Cut,
}

/// One request of the load.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// When it was answered.
    pub at: Instant,
    /// How long that took.
    pub took: Duration,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it was to change something.
    pub writes: bool,
}

impl Event {
    /// When it was asked.
    fn begun(&self) -> Instant {
        self.at - self.took
    }
}

/// The person that one client is about.
#[derive(Debug)]
struct Book {
    id: String,
    user_name: String,
    /// The numbers of the writes that were acknowledged, and of those of which nobody can say.
    acknowledged: Vec<u64>,
    uncertain: HashSet<u64>,
}

/// What the clients share.
#[derive(Debug)]
struct Shared {
    places: Vec<Client>,
    next_place: AtomicUsize,
    stop: AtomicBool,
    /// Whether a connection may fail, since a process was killed.
    killed: AtomicBool,
    events: Mutex<Vec<Event>>,
    complaints: Mutex<Vec<String>>,
}

/// Clients at work.
pub struct Load {
    shared: Arc<Shared>,
    clients: JoinSet<Book>,
}

impl Load {
    /// Starts so many clients, which go to all of `places` (the tenant at each server) by turns.
    pub fn start(places: &[&Tenant], clients: usize) -> Self {
        let here = places[0];
        let token = here.administrator_token();
        let client = |place: &&Tenant| Client::new(place.scim_url()).with_token(token);
        let shared = Arc::new(Shared {
            places: places.iter().map(client).collect(),
            next_place: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            killed: AtomicBool::new(false),
            events: Mutex::default(),
            complaints: Mutex::default(),
        });
        let mut set = JoinSet::new();
        for number in 0..clients {
            let name = format!("person{number}");
            let book = Book {
                id: here.user(&name, "Analyst"),
                user_name: format!("{name}@example.com"),
                acknowledged: Vec::new(),
                uncertain: HashSet::new(),
            };
            set.spawn(book.keep(shared.clone()));
        }
        Self {
            shared,
            clients: set,
        }
    }

    /// From now on a connection may fail, or may not any more.
    pub fn connections_may_fail(&self, killed: bool) {
        self.shared.killed.store(killed, Ordering::Relaxed);
    }

    /// What was done since a moment.
    pub fn since(&self, moment: Instant) -> Vec<Event> {
        let events = self.shared.events.lock().unwrap();
        events.iter().filter(|e| e.at >= moment).copied().collect()
    }

    /// What was begun since a moment, and is done.
    pub fn begun_since(&self, moment: Instant) -> Vec<Event> {
        let mut events = self.since(moment);
        events.retain(|event| event.begun() >= moment);
        events
    }

    /// Waits until a write that was begun after `moment` was acknowledged, and answers how long after
    /// it that was.
    pub async fn written_after(&self, moment: Instant) -> Duration {
        loop {
            let written = |event: &&Event| {
                event.writes && event.outcome == Outcome::Answered && event.begun() >= moment
            };
            if let Some(event) = self.since(moment).iter().find(written) {
                return event.at - moment;
            }
            assert!(
                moment.elapsed() < Duration::from_secs(60),
                "nothing is written any more"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends the load, holds the audit log at `place` against the books, and answers what it was.
    pub async fn settle(self, place: &Tenant) -> Settled {
        self.shared.stop.store(true, Ordering::Relaxed);
        let books = self.clients.join_all().await;
        let complaints = std::mem::take(&mut *self.shared.complaints.lock().unwrap());
        assert!(
            complaints.is_empty(),
            "{} answers were not as promised:\n{}\n{}",
            complaints.len(),
            complaints[..complaints.len().min(10)].join("\n"),
            place.server.worries(),
        );
        let mut acknowledged = 0;
        for book in &books {
            book.check(place).await;
            acknowledged += book.acknowledged.len();
        }
        assert!(acknowledged > 0, "the clients did write");
        let events = std::mem::take(&mut *self.shared.events.lock().unwrap());
        Settled {
            acknowledged,
            events,
        }
    }
}

/// A load that has ended, and of which nothing was lost.
#[derive(Debug)]
pub struct Settled {
    /// How many writes were acknowledged.
    pub acknowledged: usize,
    /// All requests.
    pub events: Vec<Event>,
}

impl Settled {
    /// How many requests came to that.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.events.iter().filter(|e| e.outcome == outcome).count()
    }

    /// How long the slowest request took.
    pub fn slowest(&self) -> Duration {
        self.events.iter().map(|e| e.took).max().unwrap_or_default()
    }

    /// In words: what was asked, refused, cut, and lost.
    pub fn figures(&self) -> String {
        format!(
            "{} requests, {} writes acknowledged, 0 lost, {} refused, {} cut, slowest {} ms",
            self.events.len(),
            self.acknowledged,
            self.count(Outcome::Refused),
            self.count(Outcome::Cut),
            self.slowest().as_millis(),
        )
    }
}

impl Shared {
    /// Sends a request to the next place; the body of a success.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Outcome> {
        let place = self.next_place.fetch_add(1, Ordering::Relaxed) % self.places.len();
        let writes = body.is_some();
        let mut request = self.places[place].request(method, path);
        if let Some(body) = body {
            let request_with = request.header("Content-Type", "application/scim+json");
            request = request_with.body(body.to_string());
        }
        let begun = Instant::now();
        let answer = Answer::try_of(request.timeout(Duration::from_secs(45))).await;
        let took = begun.elapsed();
        let result = match answer {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(answer.json()),
            Ok(answer) if answer.status == 503 && is_well_refused(&answer) => Err(Outcome::Refused),
            Ok(answer) => {
                let text = answer.text();
                self.complain(format!("{path}: {} after {took:?}: {text}", answer.status));
                Err(Outcome::Refused)
            }
            Err(error) => {
                if error.is_timeout() || !self.killed.load(Ordering::Relaxed) {
                    self.complain(format!("{path}: {error:?} after {took:?}"));
                }
                Err(Outcome::Cut)
            }
        };
        let outcome = result.as_ref().err().copied();
        self.events.lock().unwrap().push(Event {
            at: Instant::now(),
            took,
            outcome: outcome.unwrap_or(Outcome::Answered),
            writes,
        });
        // Who is refused comes back, though not as late as it is told to.
        tokio::time::sleep(if outcome.is_some() { PAUSE * 10 } else { PAUSE }).await;
        result
    }

    fn complain(&self, complaint: String) {
        self.complaints.lock().unwrap().push(complaint);
    }
}

/// Whether a 503 tells when to come back, in the form of a SCIM Error.
fn is_well_refused(answer: &Answer) -> bool {
    let seconds = answer.header("retry-after").map(str::parse::<u32>);
    let error = serde_json::from_str::<Value>(&answer.text());
    matches!(seconds, Some(Ok(_)))
        && answer.header("content-type") == Some("application/scim+json")
        && error.is_ok_and(|error| {
            assert_scim_error(&error, 503);
            true
        })
}

impl Book {
    /// Does what Okta does until told to stop: looks the person up, reads, and writes in turns by PUT
    /// and PATCH. Each write has a number of its own, and stands in two attributes.
    async fn keep(mut self, shared: Arc<Shared>) -> Self {
        let path = format!("/Users/{}", self.id);
        let lookup = format!("/Users?filter=userName%20eq%20%22{}%22", self.user_name);
        for number in 1_u64.. {
            if shared.stop.load(Ordering::Relaxed) {
                break;
            }
            if let Ok(found) = shared.ask(Method::GET, &lookup, None).await
                && found["Resources"][0]["id"] != self.id.as_str()
            {
                shared.complain(format!("{lookup} finds {found}"));
            }
            if let Ok(user) = shared.ask(Method::GET, &path, None).await {
                self.compare(&user, &shared);
            }
            let (external, family) = (number.to_string(), format!("N{number}"));
            let active = !number.is_multiple_of(5);
            let (method, body) = if number % 2 == 0 {
                let body = json!({ "externalId": external, "name": { "familyName": family }, "active": active });
                (Method::PUT, body)
            } else {
                let operation = json!({ "op": "replace", "value":
                    { "externalId": external, "name.familyName": family, "active": active } });
                (Method::PATCH, patch_of(json!([operation])))
            };
            match shared.ask(method, &path, Some(body)).await {
                Ok(_) => self.acknowledged.push(number),
                Err(_) => drop(self.uncertain.insert(number)),
            }
        }
        self
    }

    /// What is read is never older than what was acknowledged, and never two halves.
    fn compare(&self, user: &Value, shared: &Shared) {
        let external = user["externalId"].as_str().unwrap_or("0");
        let number: u64 = external.parse().unwrap();
        let last = self.acknowledged.last().copied().unwrap_or(0);
        let whole = number == 0 || user["name"]["familyName"] == format!("N{number}");
        if number < last || !whole {
            shared.complain(format!("acknowledged {last}, read {user}"));
        }
    }

    /// Every acknowledged write has its audit record, each record is one version, and the records lead
    /// to what is there now without a gap.
    async fn check(&self, place: &Tenant) {
        let (api, mut records, mut cursor) = (place.api(), Vec::new(), None::<String>);
        loop {
            let mut parameters = vec![("target", self.id.as_str()), ("result", "SUCCEEDED")];
            parameters.push(("limit", "200"));
            parameters.extend(cursor.iter().map(|cursor| ("cursor", cursor.as_str())));
            let page = api.query("/audit-log", &parameters).await.api(200);
            records.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        // From what each change found to what it left. Not by the order of the log, which is that of the
        // clock: one that was put back has mixed it up.
        let number = |value: &Value| value.as_str().map_or(0_u64, |text| text.parse().unwrap());
        let changes = records
            .iter()
            .flat_map(|record| record["changes"].as_array().unwrap());
        let of_number = |change: &&Value| change["attribute"] == "externalId";
        let steps: HashMap<u64, u64> = changes
            .filter(of_number)
            .map(|change| (number(&change["before"]), number(&change["after"])))
            .collect();
        let (mut present, mut written) = (0, HashSet::new());
        while let Some(next) = steps.get(&present) {
            assert!(written.insert(*next), "{next} was written twice");
            present = *next;
        }
        let user = place.record(&self.id).await;
        assert_eq!(
            number(&user["externalId"]),
            present,
            "a change was lost: {user}"
        );
        assert_eq!(
            user["version"],
            steps.len() + 1,
            "each change is one version: {user}"
        );
        assert_eq!(written.len(), steps.len(), "a change was lost: {steps:?}");
        for number in &self.acknowledged {
            assert!(
                written.contains(number),
                "the acknowledged write {number} is lost"
            );
        }
        for number in &written {
            let known = self.uncertain.contains(number) || self.acknowledged.contains(number);
            assert!(known, "nobody wrote {number}");
        }
    }
}
