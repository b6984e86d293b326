//! Pages and the ListResponse (RFC 7644 section 3.4.2).

use serde::Serialize;

use crate::urn;

/// Resources on a page when the client names no number, and the most that it can have.
pub const MAX_COUNT: u64 = 200;

/// Which part of a result a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The first resource wanted, counted from 1.
    pub start_index: u64,
    /// The most resources wanted, 0 to [`MAX_COUNT`]; 0 asks for the total alone.
    pub count: u64,
}

impl Page {
    /// Reads `startIndex` and `count` as RFC 7644 section 3.4.2.4 has it: a start below 1 is 1, a
    /// negative count is 0.
    #[must_use]
    pub fn from_query(start_index: Option<i64>, count: Option<i64>) -> Self {
        let start_index = start_index
            .and_then(|start| u64::try_from(start).ok())
            .unwrap_or(1);
        let count = count.map_or(MAX_COUNT, |count| u64::try_from(count).unwrap_or(0));
        Self {
            start_index: start_index.max(1),
            count: count.min(MAX_COUNT),
        }
    }

    /// How many resources stand before the page.
    #[must_use]
    pub const fn offset(self) -> u64 {
        self.start_index.saturating_sub(1)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::from_query(None, None)
    }
}

/// A page of resources as the protocol answers it (RFC 7644 section 3.4.2): numbers are integers,
/// and `Resources` is there even if empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListResponse<T> {
    schemas: [&'static str; 1],
    total_results: u64,
    start_index: u64,
    items_per_page: usize,
    #[serde(rename = "Resources")]
    resources: Vec<T>,
}

impl<T> ListResponse<T> {
    /// `resources`, of `total` that there are, beginning with the one at `start_index` (from 1).
    #[must_use]
    pub const fn new(total: u64, start_index: u64, resources: Vec<T>) -> Self {
        Self {
            schemas: [urn::LIST_RESPONSE],
            total_results: total,
            start_index,
            items_per_page: resources.len(),
            resources,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Resource;

    #[test]
    fn the_query_is_brought_within_its_limits() {
        let page = |start, count| {
            let page = Page::from_query(start, count);
            (page.start_index, page.count)
        };
        assert_eq!(page(None, None), (1, 200));
        assert_eq!(page(Some(0), Some(-1)), (1, 0));
        assert_eq!(page(Some(i64::MIN), Some(i64::MAX)), (1, 200));
        assert_eq!(page(Some(101), Some(100)), (101, 100));
        assert_eq!(Page::from_query(Some(101), None).offset(), 100);
    }

    #[test]
    fn an_empty_list_has_its_resources_and_integers() {
        assert_eq!(
            json!(ListResponse::<Resource>::new(0, 1, Vec::new())),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 0,
                "startIndex": 1,
                "itemsPerPage": 0,
                "Resources": [],
            })
        );
    }

    #[test]
    fn items_per_page_is_the_number_returned() {
        let response = json!(ListResponse::new(
            7,
            3,
            vec![Resource::new(), Resource::new()]
        ));
        assert_eq!(response["itemsPerPage"], json!(2));
        assert_eq!(response["totalResults"], json!(7));
        assert_eq!(response["startIndex"], json!(3));
    }
}
