//! The boxes by which API tokens and roles are given permissions, in groups.

use maud::{Markup, html};
use roster_domain::permission::{Permission, PermissionSet};

use super::draft::{Draft, TICKED};
use super::field::{Field, area, beside, beside_box};
use super::refusal::name::PERMISSIONS;

/// What the name of each box begins with.
pub(crate) const PREFIX: &str = "permission.";

/// Permissions of the application's that no box is offered for.
const OTHERS: &str = "other_permissions";

/// Those that govern Roster, by what they are about: the larger one first.
const GROUPS: [(&str, &[Permission]); 4] = [
    ("Users", &[Permission::USER_MODIFY, Permission::USER_READ]),
    (
        "API Tokens",
        &[Permission::TOKEN_MODIFY, Permission::TOKEN_READ],
    ),
    (
        "Settings",
        &[Permission::SETTINGS_MODIFY, Permission::SETTINGS_READ],
    ),
    ("Audit Log", &[Permission::AUDIT_LOG_READ]),
];

fn box_name(permission: &Permission) -> String {
    format!("{PREFIX}{permission}")
}

/// Ticks the boxes of a set.
pub(crate) fn fill(draft: &mut Draft, permissions: &PermissionSet) {
    let offered = PermissionSet::all();
    let mut others = Vec::new();
    for permission in permissions.iter() {
        if offered.contains(permission) {
            draft.tick(&box_name(permission));
        } else {
            others.push(permission.to_string());
        }
    }
    draft.set(OTHERS, others.join("\n"));
}

/// The set that was chosen. What a permission brings along is in it.
pub(crate) fn read(draft: &mut Draft) -> Option<PermissionSet> {
    let ticked = draft.ticked_below(PREFIX);
    let mut names: Vec<String> = ticked.into_iter().map(str::to_owned).collect();
    names.extend(draft.lines(OTHERS));
    let chosen = draft.read_each(OTHERS, names, |name| {
        Permission::new(name).map_err(|problem| format!("{problem}."))
    })?;
    let set: PermissionSet = chosen.into_iter().collect();
    let offered = PermissionSet::all();
    // What is inherent is ticked and locked, and a locked box sends nothing: the form that is shown
    // again has it all the same.
    for permission in set.iter() {
        if offered.contains(permission) {
            draft.tick(&box_name(permission));
        }
    }
    Some(set)
}

/// The boxes. Those that `held` lacks are not offered, unless they are ticked already. `others` says which
/// permissions may be named that there is no box for.
pub(crate) fn boxes(draft: &Draft, held: &PermissionSet, others: &str) -> Markup {
    let offered =
        |permission: &&Permission| held.contains(permission) || draft.ticked(&box_name(permission));
    let vocabulary = PermissionSet::vocabulary();
    html! {
        fieldset.permissions id=(PERMISSIONS) tabindex="-1"
            aria-describedby=[draft.problem(PERMISSIONS).map(|_| format!("{PERMISSIONS}-problem"))] {
            legend { "Permissions" }
            (beside(draft, PERMISSIONS))
            div.groups {
                @for (group, permissions) in GROUPS {
                    @let here: Vec<_> = permissions.iter().filter(offered).collect();
                    @if !here.is_empty() {
                        fieldset {
                            legend { (group) }
                            @for permission in here { (one(draft, permission)) }
                        }
                    }
                }
            }
            @let here: Vec<_> = vocabulary.iter().filter(offered).collect();
            @let used = !draft.text(OTHERS).is_empty()
                || draft.problem(OTHERS).is_some()
                || draft.meanwhile(OTHERS).is_some()
                || here.iter().any(|one| draft.ticked(&box_name(one)));
            details.application open[used] {
                summary { "Permissions of the application" }
                p.hint {
                    "Roster only carries these: sessions and their signed tokens state them, and the application decides "
                    "what they allow."
                }
                div.columns { @for permission in here { (one(draft, permission)) } }
                (area(draft, Field::new(OTHERS, "Other permissions", others), 3))
            }
        }
    }
}

fn one(draft: &Draft, permission: &Permission) -> Markup {
    let name = box_name(permission);
    let includes = permission.implied();
    let described = [
        (includes.is_some(), "includes"),
        (draft.problem(&name).is_some(), "problem"),
        (draft.meanwhile(&name).is_some(), "meanwhile"),
    ];
    let described: Vec<String> = described
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, part)| format!("{name}-{part}"))
        .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let warning = (*permission == Permission::USER_MODIFY)
        .then_some(" It can give anybody any role, and any role any permission.");
    html! {
        div.tick {
            label {
                input type="checkbox" id=(name) name=(name) value=(TICKED) checked[draft.ticked(&name)]
                    data-includes=[includes.as_ref().map(box_name)]
                    aria-describedby=[described];
                " " (permission.label())
            }
            @if let Some(inherent) = &includes {
                p.hint id={ (name) "-includes" } { "Includes " (inherent.label()) "." (warning.unwrap_or_default()) }
            }
            (beside_box(draft, &name))
        }
    }
}

/// The labels of a set, for people; what another permission brings along is left out.
pub(crate) fn summary(permissions: &PermissionSet) -> Markup {
    let inherent: PermissionSet = permissions.iter().filter_map(Permission::implied).collect();
    let shown: Vec<&Permission> = permissions
        .iter()
        .filter(|permission| !inherent.contains(permission))
        .collect();
    let governing = |permission: &&&Permission| Permission::GOVERNING.contains(permission);
    let own = shown.iter().filter(|one| !governing(one)).count();
    html! {
        @if shown.is_empty() { "None" }
        ul.plain {
            @for permission in shown.iter().filter(governing) { li { (permission.label()) } }
            @if own > 0 {
                li { (own) @if own == 1 { " permission" } @else { " permissions" } " of the application" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inherent_comes_along() {
        let mut draft = Draft::default();
        draft.tick("permission.UserModify");
        draft.set(OTHERS, "ReportExport\n\n");
        let set = read(&mut draft).unwrap();
        assert_eq!(set.names(), ["ReportExport", "UserModify", "UserRead"]);
        assert!(draft.ticked("permission.UserRead"));
        let mut again = Draft::default();
        fill(&mut again, &set);
        assert_eq!(read(&mut again), Some(set));
    }

    #[test]
    fn what_is_no_permission_is_refused_beside_the_field() {
        let mut draft = Draft::default();
        draft.set(OTHERS, "report export");
        assert_eq!(read(&mut draft), None);
        assert!(draft.problem(OTHERS).unwrap().contains("capital letter"));
    }

    #[test]
    fn every_permission_that_governs_stands_in_one_group() {
        let mut grouped: Vec<_> = GROUPS.iter().flat_map(|(_, group)| group.iter()).collect();
        let mut all: Vec<_> = Permission::GOVERNING.iter().collect();
        grouped.sort();
        all.sort();
        assert_eq!(grouped, all);
    }
}
