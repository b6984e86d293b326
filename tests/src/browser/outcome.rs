//! What became of a sign-in.

use crate::client::Answer;
use crate::server::Server;
use crate::tenant::Tenant;

use super::cookies::Cookie;

/// What the ACS answered.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// The person is in.
    SignedIn(SignedIn),
    /// The person is not.
    Refused(Refused),
}

/// A sign-in that succeeded.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Where the browser is sent.
    pub location: String,
    /// The cookies that were set, the session's among them.
    pub cookies: Vec<Cookie>,
}

/// A sign-in that was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// The page, as HTML.
    pub page: String,
    /// The number on it by which an administrator finds the reason.
    pub reference: String,
    /// The cookies that were set; none of them may be a session's.
    pub cookies: Vec<Cookie>,
}

impl SignIn {
    #[track_caller]
    pub(super) fn of(answer: &Answer, cookies: Vec<Cookie>) -> Self {
        if matches!(answer.status, 302 | 303) {
            let location = answer
                .header("location")
                .expect("a redirect has a Location");
            return Self::SignedIn(SignedIn {
                location: location.to_owned(),
                cookies,
            });
        }
        Self::Refused(Refused::of(answer, cookies))
    }

    /// The success that it has to be.
    #[must_use]
    #[track_caller]
    pub fn signed_in(self) -> SignedIn {
        match self {
            Self::SignedIn(signed_in) => signed_in,
            Self::Refused(refused) => panic!("refused: {} {}", refused.status, refused.page),
        }
    }

    /// The refusal that it has to be.
    #[must_use]
    #[track_caller]
    pub fn refused(self) -> Refused {
        match self {
            Self::Refused(refused) => refused,
            Self::SignedIn(signed_in) => panic!("signed in, and sent to {}", signed_in.location),
        }
    }
}

impl Refused {
    /// Reads a refusal page.
    ///
    /// # Panics
    /// When it is not one: a page of HTML with status 4xx or 5xx that shows a reference number.
    #[must_use]
    #[track_caller]
    pub fn of(answer: &Answer, cookies: Vec<Cookie>) -> Self {
        let page = answer.text();
        let status = answer.status;
        let media_type = answer.header("content-type").unwrap_or_default();
        assert!(
            status >= 400 && media_type.starts_with("text/html"),
            "neither signed in nor refused with a page: {status} {media_type} {page}"
        );
        let reference = reference(&page)
            .unwrap_or_else(|| panic!("the page shows no reference number: {status} {page}"));
        Self {
            status,
            reference,
            page,
            cookies,
        }
    }

    /// Why, as the audit log tells the administrator; the record is found by the reference.
    ///
    /// # Panics
    /// When there is no such record.
    pub async fn reason(&self, tenant: &Tenant) -> String {
        let records = tenant.audit("SIGN_IN", "FAILED").await;
        let described = records
            .iter()
            .filter_map(|record| record["description"].as_str());
        let mut found = described.filter(|text| text.contains(&self.reference));
        let reason = found.next();
        reason
            .unwrap_or_else(|| panic!("no record about {} among {records:#?}", self.reference))
            .to_owned()
    }

    /// Why, as the server's log tells it: the line with the reference.
    ///
    /// # Panics
    /// When there is no such line.
    #[must_use]
    pub fn log_line(&self, server: &Server) -> String {
        let logs = server.logs();
        let line = logs.lines().find(|line| line.contains(&self.reference));
        line.unwrap_or_else(|| panic!("no line about {} in {logs}", self.reference))
            .to_owned()
    }
}

/// The first `XXXX-XXXX` in capitals and digits that stands by itself.
fn reference(page: &str) -> Option<String> {
    let words = page.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let part = |text: &str| {
        text.len() == 4
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let is_it = |word: &&str| {
        word.split_once('-')
            .is_some_and(|(left, right)| part(left) && part(right))
    };
    words.into_iter().find(is_it).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn a_reference_is_found_among_other_text() {
        let page = "<p class=\"A-1\">UTF-8</p>Reference: <b>7K3F-Q2M9</b>";
        assert_eq!(reference(page).as_deref(), Some("7K3F-Q2M9"));
        assert_eq!(reference("<p>7K3F-Q2M9-AAAA</p> abcd-efgh"), None);
    }
}
