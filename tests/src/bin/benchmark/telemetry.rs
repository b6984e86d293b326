//! What telemetry costs: servers that measure beside one that doesn't, on one database, in turns. What
//! is compared is the processor time that a server itself uses for a request, so that whoever takes
//! the measurements, on the same processors, is not counted.

use std::error::Error;

use crate::load::{self, Load};
use crate::population::Population;
use crate::subject::Subject;
use crate::{CONNECTIONS, OPERATIONS, empty};

/// Prints, for each operation, the processor time of a request without telemetry, and the ratio with it.
pub(crate) fn compare(
    plain: &Subject,
    population: &Population,
    rounds: usize,
    seconds: u64,
) -> Result<(), Box<dyn Error>> {
    // Takes whatever it is sent.
    let collector = format!("http://{}", empty::start()?);
    let scraped = ("ROSTER_METRICS_LISTEN", "127.0.0.1:0".to_owned());
    let sent = ("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
    let sampler = |name: &str| ("OTEL_TRACES_SAMPLER", name.to_owned());
    let share = |share: &str| ("OTEL_TRACES_SAMPLER_ARG", share.to_owned());
    let measuring = [
        ("metrics, scraped", vec![scraped.clone()]),
        (
            "and one trace in 20",
            vec![
                scraped.clone(),
                sent.clone(),
                sampler("parentbased_traceidratio"),
                share("0.05"),
            ],
        ),
        ("and every trace", vec![scraped, sent]),
    ];
    let mut subjects = Vec::new();
    for (name, settings) in measuring {
        subjects.push((name, plain.beside(settings)?));
    }

    println!(
        "\n{:<20} {:<22} {:>10} {:>7}",
        "operation", "telemetry", "µs/request", "ratio"
    );
    for (operation, load) in OPERATIONS {
        // A turn that isn't counted, so that none begins cold.
        for subject in subjects.iter().map(|(_, subject)| subject).chain([plain]) {
            let _ = micros(subject, population, load, 1)?;
        }
        let mut turns: Vec<Vec<f64>> = Vec::new();
        for _ in 0..rounds {
            let mut turn = vec![micros(plain, population, load, seconds)?];
            for (_, subject) in &subjects {
                turn.push(micros(subject, population, load, seconds)?);
            }
            turns.push(turn);
        }
        let names = ["none"]
            .into_iter()
            .chain(subjects.iter().map(|(name, _)| *name));
        for (place, name) in names.enumerate() {
            let of = |turn: &Vec<f64>| turn.get(place).copied().unwrap_or_default();
            let first = |turn: &Vec<f64>| turn.first().copied().unwrap_or(f64::NAN);
            println!(
                "{operation:<20} {name:<22} {:>10.1} {:>7.3}",
                load::median(turns.iter().map(of).collect()),
                load::median(turns.iter().map(|turn| of(turn) / first(turn)).collect()),
            );
        }
    }
    Ok(())
}

/// The processor time of a request, in microseconds.
fn micros(
    subject: &Subject,
    population: &Population,
    load: Load,
    seconds: u64,
) -> Result<f64, Box<dyn Error>> {
    let before = subject.processor_seconds()?;
    let rate = load::http(subject, population, load, CONNECTIONS, seconds)?;
    let used = subject.processor_seconds()? - before;
    Ok(used * 1e6 / rate.requests)
}
