//! Query parameters that an operation does not know. Passed over in silence, a mistyped filter would
//! answer everything; so they are refused, before the operation sees the request.

use std::collections::HashMap;
use std::sync::Arc;

use poem::http::{Method, Uri};
use poem::{Endpoint, EndpointExt, Response};
use poem_openapi::registry::MetaParamIn;
use poem_openapi::{OpenApi, OpenApiService};
use roster_application::error::{Error, InvalidField};
use roster_domain::refusal::excerpt;
use url::form_urlencoded;

use super::problem::Problem;
use crate::route_pattern::RoutePattern;

/// The most unknown parameters that are named; a query can hold thousands.
const NAMED: usize = 20;

/// The management API's endpoint `inner` behind the check.
pub(crate) fn checked<E: Endpoint<Output = Response> + 'static>(
    inner: E,
) -> impl Endpoint<Output = Response> {
    let known = Arc::new(KnownParameters::of(&super::service()));
    inner.around(move |inner, request| {
        let known = known.clone();
        async move {
            match known.check(request.method(), request.uri()) {
                Ok(()) => inner.call(request).await,
                Err(error) => Ok(Problem::from(error).into_response()),
            }
        }
    })
}

/// The query parameters of each operation, as the API documents them.
struct KnownParameters {
    operations: HashMap<Method, Vec<(RoutePattern, Vec<String>)>>,
}

impl KnownParameters {
    /// Reads them from the operations of `T`.
    fn of<T: OpenApi>(_service: &OpenApiService<T, ()>) -> Self {
        let mut operations: HashMap<_, Vec<_>> = HashMap::new();
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            for operation in path.operations {
                let query = operation.params.into_iter();
                let names = query
                    .filter(|parameter| parameter.in_type == MetaParamIn::Query)
                    .map(|parameter| parameter.name);
                let parameters = (RoutePattern::new(&path.path), names.collect());
                operations
                    .entry(operation.method)
                    .or_default()
                    .push(parameters);
            }
        }
        // A path that is spelled out comes before one that a variable covers too.
        for routes in operations.values_mut() {
            routes.sort_by_key(|(route, _)| route.variables());
        }
        Self { operations }
    }

    /// Whether the operation that answers knows each parameter of the query. Where there is no
    /// operation, the router has better to say.
    fn check(&self, method: &Method, uri: &Uri) -> Result<(), Error> {
        let Some(query) = uri.query() else {
            return Ok(());
        };
        // The router answers HEAD with the operation for GET.
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let routes = self.operations.get(method).into_iter().flatten();
        let mut fitting = routes.filter(|(route, _)| route.fits(uri.path()));
        let Some((_, known)) = fitting.next() else {
            return Ok(());
        };
        let unknown = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, value)| !(name.is_empty() && value.is_empty()))
            .filter(|(name, _)| !known.iter().any(|known| known == name));
        let mut fields: Vec<InvalidField> = Vec::new();
        for (name, _) in unknown {
            let field = excerpt(&name);
            if fields.len() == NAMED {
                break;
            }
            if !fields.iter().any(|named| named.field == field) {
                let problem = problem(known);
                fields.push(InvalidField { field, problem });
            }
        }
        if fields.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(fields))
        }
    }
}

fn problem(known: &[String]) -> String {
    if known.is_empty() {
        "is not a parameter of this operation, which has none".to_owned()
    } else {
        format!(
            "is not a parameter of this operation; it has {}",
            known.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(method: &Method, target: &str) -> Vec<String> {
        let known = KnownParameters::of(&super::super::service());
        match known.check(method, &target.parse().unwrap()) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(fields)) => fields.into_iter().map(|field| field.field).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_documented_is_known() {
        for target in [
            "/users",
            "/users?",
            "/users?&",
            "/users?email=x&contains=y&active=true&role=r&limit=1&cursor=z",
            "/users?%65mail=x",
            "/audit-log?action=SIGN_IN&result=FAILED&actor=a&actorType=t&target=b&from=c&until=d",
            "/nonsense?whatever=1",
            "/users/x/nonsense?whatever=1",
        ] {
            assert!(unknown(&Method::GET, target).is_empty(), "{target}");
        }
    }

    #[test]
    fn everything_else_is_named_once() {
        for (method, target, names) in [
            (Method::GET, "/audit-log?actoin=SIGN_IN", vec!["actoin"]),
            (Method::HEAD, "/audit-log?actoin=SIGN_IN", vec!["actoin"]),
            (
                Method::GET,
                "/users?Email=x&b=1&b=2&limit=3",
                vec!["Email", "b"],
            ),
            (Method::GET, "/users/1?email=x", vec!["email"]),
            (Method::PATCH, "/users/1?dry_run=true", vec!["dry_run"]),
            (Method::DELETE, "/roles/1?x", vec!["x"]),
        ] {
            assert_eq!(unknown(&method, target), names, "{method} {target}");
        }
    }

    #[test]
    fn a_refusal_says_what_there_is() {
        let known = KnownParameters::of(&super::super::service());
        let text = |target: &str| {
            let refusal = known.check(&Method::GET, &target.parse().unwrap());
            refusal.unwrap_err().to_string()
        };
        let users = text("/users?mail=x");
        assert_eq!(
            users,
            "mail is not a parameter of this operation; it has cursor, limit, email, contains, active, role."
        );
        assert!(text("/roles?x=1").ends_with("which has none."));
    }
}
