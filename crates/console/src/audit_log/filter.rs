//! Which records are asked for.

use maud::{Markup, html};
use roster_application::error::Error;
use roster_application::ports::store::AuditQuery;
use roster_domain::audit::{AuditAction, AuditResult};
use roster_domain::context::ActorKind;
use roster_domain::id::AuditId;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::desk::{Desk, with_parameters};
use crate::parts::day::{self, midnight};
use crate::parts::draft::Draft;
use crate::parts::field::{self, Field};

const ACTION: &str = "action";
const RESULT: &str = "result";
const ACTOR: &str = "actor";
const ACTOR_KIND: &str = "by";
const TARGET: &str = "target";
const FROM: &str = "from";
const TO: &str = "to";
pub(super) const BEFORE: &str = "before";

const FIELDS: [&str; 7] = [ACTION, RESULT, ACTOR_KIND, ACTOR, TARGET, FROM, TO];

/// The filter as it was sent, and what it asks for.
pub(super) struct Filter {
    pub(super) draft: Draft,
    /// `None`: something is wrong with it.
    pub(super) query: Option<AuditQuery>,
}

impl Filter {
    pub(super) async fn read(desk: &Desk) -> Result<Self, Error> {
        let mut draft = Draft::stored(FIELDS.map(|name| {
            let value = desk.query.field(name).trim();
            (name, value.to_owned())
        }));
        let action = draft.read(ACTION, "The action", |name| {
            optional(name, AuditAction::from_name)
        });
        let result = draft.read(RESULT, "The result", |name| {
            optional(name, AuditResult::from_name)
        });
        let actor_kind = draft.read(ACTOR_KIND, "The kind of actor", |name| {
            optional(name, ActorKind::from_name)
        });
        let actors = called(desk, &mut draft, ACTOR).await?;
        let targets = called(desk, &mut draft, TARGET).await?;
        let from = draft.read(FROM, "The first day", day_begun);
        let until = draft.read(TO, "The last day", |text| {
            day_begun(text).map(|day| day.and_then(|day| day.date().next_day()).map(midnight))
        });
        let query = draft.is_sound().then(|| AuditQuery {
            before: desk.query.field(BEFORE).parse().ok(),
            limit: 0,
            action: action.flatten(),
            result: result.flatten(),
            actor_kind: actor_kind.flatten(),
            actors,
            targets,
            from: from.flatten(),
            until: until.flatten(),
        });
        Ok(Self { draft, query })
    }

    /// The address of a page of the same filter.
    pub(super) fn page(&self, desk: &Desk, before: Option<AuditId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let mut parameters = FIELDS.map(|name| (name, self.draft.text(name))).to_vec();
        parameters.push((BEFORE, &before));
        desk.to_with("/audit-log", &parameters)
    }

    /// Where the management API gives out all of it.
    pub(super) fn export(&self, desk: &Desk) -> String {
        let Some(query) = &self.query else {
            return String::new();
        };
        let ids = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<_>>();
        let (actors, targets) = (ids(&query.actors), ids(&query.targets));
        let moment = |at: Option<OffsetDateTime>| at.map(roster_web_kit::page::time::exact);
        let (from, until) = (
            moment(query.from).unwrap_or_default(),
            moment(query.until).unwrap_or_default(),
        );
        let mut parameters = vec![
            ("action", self.draft.text(ACTION)),
            ("result", self.draft.text(RESULT)),
            ("actorType", self.draft.text(ACTOR_KIND)),
            ("from", &from),
            ("until", &until),
        ];
        parameters.extend(actors.iter().map(|id| ("actor", id.as_str())));
        parameters.extend(targets.iter().map(|id| ("target", id.as_str())));
        with_parameters(desk.beside("/api/v1/audit-log/export"), &parameters)
    }

    pub(super) fn form(&self, desk: &Desk) -> Markup {
        let any = |label: &str| (String::new(), label.to_owned());
        let same = |name: &str| (name.to_owned(), name.to_owned());
        let actions = AuditAction::ALL.iter().map(|action| same(action.as_str()));
        let mut actions: Vec<_> = std::iter::once(any("Any action")).chain(actions).collect();
        actions.sort();
        let results = [
            any("Any result"),
            ("SUCCEEDED".to_owned(), "Succeeded".to_owned()),
            ("FAILED".to_owned(), "Failed".to_owned()),
        ];
        let kinds = [
            any("Anybody"),
            ("USER".to_owned(), "Users".to_owned()),
            ("TOKEN".to_owned(), "API tokens".to_owned()),
            ("OPERATOR".to_owned(), "Operators".to_owned()),
            ("SYSTEM".to_owned(), "Roster itself".to_owned()),
        ];
        let draft = &self.draft;
        html! {
            form.filter method="get" action=(desk.to("/audit-log")) {
                (field::select(draft, Field::new(ACTION, "Action", ""), &actions))
                (field::select(draft, Field::new(RESULT, "Result", ""), &results))
                (field::select(draft, Field::new(ACTOR_KIND, "By", ""), &kinds))
                (field::text(draft, Field::new(ACTOR, "Actor", "User name, e-mail, API token or id.")))
                (field::text(draft, Field::new(TARGET, "Target", "User name, e-mail, role, API token or id.")))
                (field::date(draft, Field::new(FROM, "From", "In UTC.")))
                (field::date(draft, Field::new(TO, "To", "That day included.")))
                div.buttons {
                    button type="submit" { "Filter" }
                    a href=(desk.to("/audit-log")) { "Reset" }
                }
            }
        }
    }
}

/// The ids of what is called so; that nothing is, is noted in the draft.
async fn called(desk: &Desk, draft: &mut Draft, name: &str) -> Result<Vec<Uuid>, Error> {
    let text = draft.text(name);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let ids = desk.application.audited_as(desk.caller(), text).await?;
    if ids.is_empty() {
        let text = roster_domain::refusal::excerpt(text);
        let problem = format!(
            "Nothing here is called \"{text}\". Give a whole user name, e-mail, role or token name, or an id."
        );
        draft.refuse(name, problem);
    }
    Ok(ids)
}

fn optional<T>(name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, &'static str> {
    match name {
        "" => Ok(None),
        name => parse(name).map(Some).ok_or("is not one of those offered"),
    }
}

fn day_begun(text: &str) -> Result<Option<OffsetDateTime>, &'static str> {
    match text {
        "" => Ok(None),
        text => day::read(text)
            .map(|day| Some(midnight(day)))
            .ok_or("is not a day such as 2026-11-30"),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_nonsense_is_refused() {
        assert_eq!(day_begun(""), Ok(None));
        assert_eq!(
            day_begun("2026-11-30"),
            Ok(Some(datetime!(2026-11-30 00:00 UTC)))
        );
        for nonsense in ["30.11.2026", "2026-02-30", "-0001-01-01", "x"] {
            assert!(day_begun(nonsense).is_err(), "{nonsense}");
        }
    }
}
