//! The `Allow` header of a 405 (RFC 9110 section 15.5.6), read from the operations that an API
//! documents.

use std::collections::HashMap;

use poem::http::header::ALLOW;
use poem::http::{HeaderValue, Method};
use poem::{PathPattern, Response};
use poem_openapi::OpenApi;

/// Which methods each route of an API has.
pub(crate) struct AllowedMethods(HashMap<String, HeaderValue>);

impl AllowedMethods {
    /// Reads the methods of `T`'s routes.
    pub(crate) fn of<T: OpenApi>() -> Self {
        let mut routes: HashMap<String, Vec<Method>> = HashMap::new();
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            let methods = path
                .operations
                .iter()
                .map(|operation| operation.method.clone());
            routes.entry(shape(&path.path)).or_default().extend(methods);
        }
        Self(
            routes
                .into_iter()
                .filter_map(|(route, methods)| Some((route, header(methods)?)))
                .collect(),
        )
    }

    /// Adds the methods of the route that refused, which its error names.
    pub(crate) fn announce(&self, route: Option<&PathPattern>, mut answer: Response) -> Response {
        if let Some(allowed) = route.and_then(|route| self.0.get(&shape(&route.0))) {
            answer.headers_mut().insert(ALLOW, allowed.clone());
        }
        answer
    }
}

/// A route without the names of its parameters: they are `{id}` in the document, `:param0` in the
/// router.
fn shape(route: &str) -> String {
    let segments = route.split('/').map(|segment| {
        if segment.starts_with([':', '{']) {
            "{}"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn header(mut methods: Vec<Method>) -> Option<HeaderValue> {
    if methods.contains(&Method::GET) {
        methods.push(Method::HEAD);
    }
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.dedup();
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    HeaderValue::from_str(&names.join(", ")).ok()
}
