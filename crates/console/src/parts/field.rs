//! The fields of a form. Each says beside itself what is wrong with it, and what is stored meanwhile;
//! screen readers are told of both with the field.

use maud::{Markup, html};

use super::draft::{Draft, TICKED, VERSION_FIELD};

/// How a field is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    /// What to type; may be empty.
    pub(crate) hint: &'a str,
}

impl<'a> Field<'a> {
    pub(crate) const fn new(name: &'a str, label: &'a str, hint: &'a str) -> Self {
        Self { name, label, hint }
    }

    /// The ids of what describes it.
    fn described_by(self, draft: &Draft) -> Option<String> {
        let parts = [
            (!self.hint.is_empty(), "hint"),
            (draft.problem(self.name).is_some(), "problem"),
            (draft.meanwhile(self.name).is_some(), "meanwhile"),
        ];
        let ids: Vec<String> = parts
            .iter()
            .filter(|(there, _)| *there)
            .map(|(_, part)| format!("{}-{part}", self.name))
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn around(self, draft: &Draft, input: &Markup, beside: &Markup) -> Markup {
        html! {
            div.field.bad[draft.problem(self.name).is_some()] {
                label for=(self.name) { (self.label) }
                @if !self.hint.is_empty() {
                    p.hint id={ (self.name) "-hint" } { (self.hint) }
                }
                (input)
                (beside)
            }
        }
    }
}

/// What stands below a field: its problem, and what is stored meanwhile.
pub(crate) fn beside(draft: &Draft, name: &str) -> Markup {
    below(draft, name, |stored| {
        html! { @if stored.is_empty() { "nothing." } @else { bdi { (stored) } } }
    })
}

/// The same below a box to tick.
pub(crate) fn beside_box(draft: &Draft, name: &str) -> Markup {
    below(draft, name, |stored| {
        html! { @if stored.is_empty() { "not ticked." } @else { "ticked." } }
    })
}

fn below(draft: &Draft, name: &str, shown: impl Fn(&str) -> Markup) -> Markup {
    html! {
        @if let Some(problem) = draft.problem(name) {
            p.problem id={ (name) "-problem" } { (problem) }
        }
        @if let Some(stored) = draft.meanwhile(name) {
            p.meanwhile id={ (name) "-meanwhile" } { "Stored now: " (shown(stored)) }
        }
    }
}

/// A line of text.
pub(crate) fn text(draft: &Draft, field: Field<'_>) -> Markup {
    input(draft, field, "text", false)
}

/// A line of text that must not be empty.
pub(crate) fn required(draft: &Draft, field: Field<'_>) -> Markup {
    input(draft, field, "text", true)
}

/// A day.
pub(crate) fn date(draft: &Draft, field: Field<'_>) -> Markup {
    input(draft, field, "date", false)
}

fn input(draft: &Draft, field: Field<'_>, kind: &str, required: bool) -> Markup {
    let invalid = draft.problem(field.name).map(|_| "true");
    let input = html! {
        input type=(kind) id=(field.name) name=(field.name) value=(draft.text(field.name)) dir="auto"
            autocomplete="off" spellcheck="false" required[required] aria-invalid=[invalid]
            aria-describedby=[field.described_by(draft)];
    };
    field.around(draft, &input, &beside(draft, field.name))
}

/// Several lines of text.
pub(crate) fn area(draft: &Draft, field: Field<'_>, rows: u8) -> Markup {
    let invalid = draft.problem(field.name).map(|_| "true");
    let input = html! {
        textarea id=(field.name) name=(field.name) rows=(rows) spellcheck="false" aria-invalid=[invalid]
            aria-describedby=[field.described_by(draft)] { "\n" (draft.text(field.name)) }
    };
    field.around(draft, &input, &beside(draft, field.name))
}

/// A file.
pub(crate) fn file(draft: &Draft, field: Field<'_>, accept: &str) -> Markup {
    let invalid = draft.problem(field.name).map(|_| "true");
    let input = html! {
        input type="file" id=(field.name) name=(field.name) accept=(accept) aria-invalid=[invalid]
            aria-describedby=[field.described_by(draft)];
    };
    field.around(draft, &input, &beside(draft, field.name))
}

/// One of several: value and label of each.
pub(crate) fn select(draft: &Draft, field: Field<'_>, options: &[(String, String)]) -> Markup {
    let chosen = draft.text(field.name);
    let known = options.iter().any(|(value, _)| value == chosen);
    let invalid = draft.problem(field.name).map(|_| "true");
    let input = html! {
        select id=(field.name) name=(field.name) aria-invalid=[invalid]
            aria-describedby=[field.described_by(draft)] {
            @if !known {
                option value=(chosen) selected { (chosen) }
            }
            @for (value, label) in options {
                option value=(value) selected[value == chosen] { (label) }
            }
        }
    };
    let beside = below(draft, field.name, |stored| {
        let choice = options.iter().find(|(value, _)| value == stored);
        html! { bdi { (choice.map_or(stored, |(_, label)| label)) } }
    });
    field.around(draft, &input, &beside)
}

/// A box to tick.
pub(crate) fn tick(draft: &Draft, field: Field<'_>) -> Markup {
    let invalid = draft.problem(field.name).map(|_| "true");
    html! {
        div.field.tick.bad[draft.problem(field.name).is_some()] {
            label {
                input type="checkbox" id=(field.name) name=(field.name) value=(TICKED)
                    checked[draft.ticked(field.name)] aria-invalid=[invalid]
                    aria-describedby=[field.described_by(draft)];
                " " (field.label)
            }
            @if !field.hint.is_empty() {
                p.hint id={ (field.name) "-hint" } { (field.hint) }
            }
            (beside_box(draft, field.name))
        }
    }
}

/// The version that a form is filled in on, which goes along with it.
pub(crate) fn version(draft: &Draft) -> Markup {
    html! { input type="hidden" name=(VERSION_FIELD) value=(draft.text(VERSION_FIELD)); }
}

/// What is wrong with a form as a whole, above it.
pub(crate) fn summary(draft: &Draft) -> Markup {
    if draft.is_sound() {
        return html! {};
    }
    html! {
        div.notice.failure role="alert" {
            @if draft.is_stale() {
                p {
                    strong { "Somebody changed this meanwhile, so nothing was saved." }
                    " What you have typed is still here; beside each field that differs stands what is stored now. "
                    "Send the form again to save it as it stands here."
                }
            }
            @for reason in draft.general() { p { (reason) } }
            @if draft.problems().next().is_some() {
                p { "Nothing was saved. Please correct:" }
                ul {
                    @for (name, problem) in draft.problems() {
                        li { a href={ "#" (name) } { (problem) } }
                    }
                }
            }
        }
    }
}
