//! What SCIM knows and this profile does not offer. Whatever the method and whatever follows in
//! the path, the answer is 501 with what to do instead.

use roster_application::caller::Caller;
use roster_scim::ScimError;

/// The refusal for a path below the Tenant URL, if it leads to something that is not offered.
pub(crate) fn refusal(path: &str, caller: &Caller) -> Option<ScimError> {
    detail(path, caller.tenant.settings().scim_role_attribute.as_str())
        .map(ScimError::not_implemented)
}

fn detail(path: &str, role_attribute: &str) -> Option<String> {
    let mut segments = path.split('/').skip(1);
    let first = segments.next().unwrap_or_default();
    if first == ".search" || segments.any(|segment| segment == ".search") {
        return Some(
            "Searching by POST (/.search) is not supported. Send the filter in the query instead: GET \
             /Users?filter=userName eq \"ada@example.com\" (URL-encoded)."
                .to_owned(),
        );
    }
    match first {
        "Groups" => Some(format!(
            "Groups are not supported over SCIM. Give a user a role by the attribute {role_attribute} \
             instead; in Okta, turn Push Groups off for this application and assign the role to users or \
             groups on its Assignments tab."
        )),
        "Bulk" => Some(
            "Bulk requests are not supported. Send one request for each user: PUT or PATCH /Users/{id}.".to_owned(),
        ),
        "Me" => Some(
            "/Me is not supported, since an API token is no user. Look the user up with GET \
             /Users?filter=userName eq \"…\" and use /Users/{id}."
                .to_owned(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_offered_says_what_to_do_instead() {
        for (path, word) in [
            ("/Groups", "houseRole"),
            ("/Groups/1", "houseRole"),
            ("/Groups/1/members/2", "houseRole"),
            ("/Bulk", "/Users/{id}"),
            ("/Me", "userName"),
            ("/.search", "filter"),
            ("/Users/.search", "filter"),
            ("/Groups/.search", "filter"),
        ] {
            let detail = detail(path, "houseRole").unwrap();
            assert!(detail.contains(word), "{path}: {detail}");
        }
    }

    #[test]
    fn what_is_offered_or_unknown_is_left_to_the_router() {
        for path in [
            "/", "", "/Users", "/Users/1", "/Groupsx", "/groups", "/Schemas", "/Members",
        ] {
            assert_eq!(detail(path, "pantherRole"), None, "{path}");
        }
    }
}
