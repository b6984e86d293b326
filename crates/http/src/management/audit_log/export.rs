//! The audit log as one file, written while it is read: a page of it is in memory at a time, however
//! long it is and however slowly the client takes it.

use std::io;

use futures_util::stream;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::{ToJSON, Type};
use roster_application::Application;
use roster_application::administration::{CursorPage, LARGEST_LIMIT};
use roster_application::caller::Caller;
use roster_application::error::Error;
use roster_application::ports::store::AuditQuery;
use roster_domain::audit;
use roster_domain::id::AuditId;

use super::record::AuditRecord;
use crate::failure::log;
use crate::management::wire::answer::document;

/// JSON, one value a line.
const MEDIA_TYPE: &str = "application/x-ndjson";

type Page = CursorPage<audit::AuditRecord, AuditId>;

/// 200 with every record that matches, one a line, as a file to keep.
pub(crate) struct Export {
    file_name: String,
    lines: Body,
}

/// How far an export has come.
enum Progress {
    /// This page was read.
    Read(Page),
    /// The next page is that of the records before this one.
    Before(AuditId),
    /// There is no more.
    Complete,
}

impl Export {
    /// Begins an export of what matches `query`, whose position and limit don't count. What fails
    /// from here on breaks the answer off: half a file must not look like a whole one.
    ///
    /// # Errors
    /// Any [`Error`] of the first page.
    pub(crate) async fn begin(
        application: Application,
        caller: Caller,
        query: AuditQuery,
    ) -> Result<Self, Error> {
        let query = AuditQuery {
            before: None,
            limit: LARGEST_LIMIT,
            ..query
        };
        let first = application.audit_log(&caller, query.clone()).await?;
        let file_name = format!("audit-log-{}.jsonl", caller.tenant.tenant().slug);
        let lines = stream::try_unfold(Progress::Read(first), move |progress| {
            let (application, caller, query) = (application.clone(), caller.clone(), query.clone());
            async move {
                let page = match progress {
                    Progress::Read(page) => page,
                    Progress::Before(last) => {
                        let before = Some(last);
                        let query = AuditQuery { before, ..query };
                        let page = application.audit_log(&caller, query).await;
                        page.map_err(|error| broken_off(error, &caller))?
                    }
                    Progress::Complete => return Ok(None),
                };
                let next = page.next.map_or(Progress::Complete, Progress::Before);
                Ok::<_, io::Error>(Some((lines(page), next)))
            }
        });
        Ok(Self {
            file_name,
            lines: Body::from_bytes_stream(lines),
        })
    }
}

/// The records of a page, one a line.
fn lines(page: Page) -> String {
    let mut lines = String::new();
    for record in page.items {
        lines.push_str(&line(record));
    }
    lines
}

/// A record as a line of an export, with the line break at its end.
pub(crate) fn line(record: audit::AuditRecord) -> String {
    AuditRecord::from(record).to_json_string() + "\n"
}

fn broken_off(error: Error, caller: &Caller) -> io::Error {
    log(&error, caller.origin.request_id.as_deref());
    io::Error::other(error)
}

impl IntoResponse for Export {
    fn into_response(self) -> Response {
        let mut answer = Response::builder()
            .content_type(MEDIA_TYPE)
            .body(self.lines);
        let disposition = format!("attachment; filename=\"{}\"", self.file_name);
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        answer
    }
}

impl ApiResponse for Export {
    fn meta() -> MetaResponses {
        // Not the schema of a record: clients would take the whole file for one.
        let file = MetaSchema {
            description: Some("Each line is an `AuditRecord` as JSON."),
            ..MetaSchema::new_with_format("string", "binary")
        };
        let content = MetaMediaType {
            content_type: MEDIA_TYPE,
            schema: MetaSchemaRef::Inline(Box::new(file)),
        };
        let disposition = MetaHeader {
            name: "Content-Disposition".to_owned(),
            description: Some("The name of the file.".to_owned()),
            required: true,
            deprecated: false,
            schema: String::schema_ref(),
        };
        document(
            StatusCode::OK,
            "The records, one a line, the newest first.",
            vec![content],
            vec![disposition],
        )
    }

    fn register(registry: &mut Registry) {
        AuditRecord::register(registry);
    }
}
