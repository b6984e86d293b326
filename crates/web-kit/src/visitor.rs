//! Whose browser a request comes from.

use poem::http::HeaderMap;
use roster_application::Application;
use roster_application::directory::TenantEntry;
use roster_application::ports::store::StoreError;
use roster_application::sessions::SignedIn;
use roster_domain::context::Origin;

use crate::cookies::{Cookies, SessionCookie};

/// What is said to whoever has no session where one is needed.
pub const NOT_SIGNED_IN: &str = "Nobody is signed in here, or the session is over. Sign in at \
    /t/{tenant}/saml/login, then try again.";

/// What is said to a browser that sends several sessions.
const AMBIGUOUS: &str = "The browser sends more than one session, so none of them counts. Delete the cookies of \
    this site, then sign in again.";

/// Who a browser belongs to.
pub enum Visitor {
    /// It has no session.
    Stranger,
    /// It has several, of which none is believed.
    Ambiguous,
    /// Its session is over.
    Over,
    /// Somebody who is signed in.
    Known(Box<SignedIn>),
}

impl Visitor {
    /// Whoever is signed in.
    ///
    /// # Errors
    /// Why nobody is.
    pub fn signed_in(self) -> Result<Box<SignedIn>, &'static str> {
        match self {
            Self::Known(signed_in) => Ok(signed_in),
            Self::Stranger | Self::Over => Err(NOT_SIGNED_IN),
            Self::Ambiguous => Err(AMBIGUOUS),
        }
    }
}

/// Whose browser it is. `cookies` is `None` where there are none to be believed.
///
/// # Errors
/// [`StoreError`].
pub async fn visitor(
    application: &Application,
    cookies: Option<Cookies<'_>>,
    tenant: &TenantEntry,
    headers: &HeaderMap,
    origin: Origin,
) -> Result<Visitor, StoreError> {
    let found = cookies.map_or(SessionCookie::Absent, |cookies| cookies.session(headers));
    Ok(match found {
        SessionCookie::Absent => Visitor::Stranger,
        SessionCookie::Ambiguous => Visitor::Ambiguous,
        SessionCookie::Value(value) => match application.session(tenant, &value, origin).await? {
            Some(signed_in) => Visitor::Known(Box::new(signed_in)),
            None => Visitor::Over,
        },
    })
}
