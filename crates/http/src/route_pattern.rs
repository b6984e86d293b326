//! The paths of an API's operations as patterns, to find out which operation a path leads to.

use std::sync::Arc;

use poem::http::Method;
use poem_openapi::{OpenApi, OpenApiService};

/// The path of an operation: literal segments, and variables (`None`).
pub(crate) struct RoutePattern(Vec<Option<String>>);

impl RoutePattern {
    /// Reads a path as the framework writes it: `/users/{id}`, or `/users/:id`.
    pub(crate) fn new(path: &str) -> Self {
        let segments = path.split('/').map(|segment| {
            let variable = segment.starts_with([':', '{']);
            (!variable).then(|| segment.to_owned())
        });
        Self(segments.collect())
    }

    /// How many of its segments are variables.
    pub(crate) fn variables(&self) -> usize {
        self.0.iter().filter(|segment| segment.is_none()).count()
    }

    /// Whether a path is one of those that it stands for.
    pub(crate) fn fits(&self, path: &str) -> bool {
        let mut sent = path.split('/');
        let fit = self.0.iter().all(|segment| match (segment, sent.next()) {
            (Some(literal), Some(sent)) => literal == sent,
            (None, Some(sent)) => !sent.is_empty(),
            (_, None) => false,
        });
        fit && sent.next().is_none()
    }
}

/// The routes of an API, by the names under which they are measured.
pub(crate) struct RouteNames {
    routes: Vec<RouteName>,
}

struct RouteName {
    pattern: RoutePattern,
    name: Arc<str>,
    operations: Vec<(Method, &'static str)>,
}

impl RouteNames {
    /// Those of a service, whose paths are below `base`.
    pub(crate) fn of<T: OpenApi>(_service: &OpenApiService<T, ()>, base: &str) -> Self {
        let paths = T::meta().into_iter().flat_map(|api| api.paths);
        let mut routes: Vec<RouteName> = paths
            .map(|path| RouteName {
                pattern: RoutePattern::new(&path.path),
                name: format!("{base}{}", braced(&path.path)).into(),
                operations: path
                    .operations
                    .iter()
                    .filter_map(|operation| {
                        Some((operation.method.clone(), operation.operation_id?))
                    })
                    .collect(),
            })
            .collect();
        // A path that is spelled out comes before one that a variable covers too.
        routes.sort_by_key(|route| route.pattern.variables());
        Self { routes }
    }

    /// The route of a path below the base, and the operation that its method asks for.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<(Arc<str>, &'static str)> {
        let route = self.routes.iter().find(|route| route.pattern.fits(path))?;
        // The router answers HEAD with the operation for GET.
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let operation = route.operations.iter().find(|(known, _)| known == method);
        Some((route.name.clone(), operation.map_or("other", |(_, id)| id)))
    }
}

/// A path as a document writes it, `/users/{id}`, whichever way the framework does.
fn braced(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| match segment.strip_prefix(':') {
            Some(name) => format!("{{{name}}}"),
            None => segment.to_owned(),
        });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_operation_whoever_it_is_about() {
        let names = RouteNames::of(&crate::scim::service(), "/t/{tenant}/scim/v2");
        let found = |method: &Method, path: &str| {
            let found = names.find(method, path);
            found.map(|(route, operation)| (route.to_string(), operation))
        };
        let route =
            |path: &str, operation| Some((format!("/t/{{tenant}}/scim/v2{path}"), operation));
        assert_eq!(found(&Method::GET, "/Users"), route("/Users", "listUsers"));
        assert_eq!(found(&Method::HEAD, "/Users"), route("/Users", "listUsers"));
        assert_eq!(
            found(&Method::PATCH, "/Users/x"),
            route("/Users/{id}", "patchUser")
        );
        assert_eq!(
            found(&Method::OPTIONS, "/Users/x"),
            route("/Users/{id}", "other")
        );
        assert_eq!(found(&Method::GET, "/Users/x/y"), None);
    }
}
