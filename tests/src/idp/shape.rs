//! The shape of a response: Okta's, or any other that a test asks for.

use std::fmt;
use std::sync::Arc;

use super::OktaIdp;
use super::facts::Facts;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// Assertion and response, as Okta does.
    Both,
    /// The assertion alone.
    Assertion,
    /// The response alone.
    Response,
    /// Nothing.
    Nothing,
}

type Change = Arc<dyn Fn(&mut Facts) + Send + Sync>;
type Rewrite = Arc<dyn Fn(String) -> String + Send + Sync>;
type Make = Arc<dyn Fn(&OktaIdp, &Facts) -> String + Send + Sync>;

/// How a response differs from Okta's. The steps, in this order:
/// 1. [`Shape::facts`] changes what it says (other recipient, other times, other person …);
/// 2. [`Shape::before_signing`] rewrites the text that will be signed: the provider itself did it;
/// 3. [`Shape::signed`] says what is signed; or [`Shape::made`] makes the document in place of all
///    three steps, with `idp.signing(…)`, `facts.assertion()`, `facts.around(…)`: for wrapping;
/// 4. [`Shape::after_signing`] rewrites the signed text: somebody else did it.
#[derive(Clone)]
pub struct Shape {
    signed: Signed,
    facts: Vec<Change>,
    before: Vec<Rewrite>,
    made: Option<Make>,
    after: Vec<Rewrite>,
}

impl Default for Shape {
    fn default() -> Self {
        Self::okta()
    }
}

impl Shape {
    /// Okta's.
    #[must_use]
    pub fn okta() -> Self {
        Self {
            signed: Signed::Both,
            facts: Vec::new(),
            before: Vec::new(),
            made: None,
            after: Vec::new(),
        }
    }

    /// Signs this.
    #[must_use]
    pub fn signed(self, signed: Signed) -> Self {
        Self { signed, ..self }
    }

    /// Says something else.
    #[must_use]
    pub fn facts(mut self, change: impl Fn(&mut Facts) + Send + Sync + 'static) -> Self {
        self.facts.push(Arc::new(change));
        self
    }

    /// Rewrites the document before it is signed.
    #[must_use]
    pub fn before_signing(
        mut self,
        rewrite: impl Fn(String) -> String + Send + Sync + 'static,
    ) -> Self {
        self.before.push(Arc::new(rewrite));
        self
    }

    /// Makes the document, signatures included, in place of the usual way.
    #[must_use]
    pub fn made(self, make: impl Fn(&OktaIdp, &Facts) -> String + Send + Sync + 'static) -> Self {
        let made = Some(Arc::new(make) as Make);
        Self { made, ..self }
    }

    /// Rewrites the document after it was signed.
    #[must_use]
    pub fn after_signing(
        mut self,
        rewrite: impl Fn(String) -> String + Send + Sync + 'static,
    ) -> Self {
        self.after.push(Arc::new(rewrite));
        self
    }

    pub(super) fn apply(&self, idp: &OktaIdp, mut facts: Facts) -> String {
        for change in &self.facts {
            change(&mut facts);
        }
        let document = match &self.made {
            Some(make) => make(idp, &facts),
            None => {
                let rewrite = |xml, rewrite: &Rewrite| rewrite(xml);
                let unsigned = self.before.iter().fold(facts.document(), rewrite);
                idp.sign(self.signed, &facts, &unsigned)
            }
        };
        self.after
            .iter()
            .fold(document, |xml, rewrite| rewrite(xml))
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({:?}, …)", self.signed)
    }
}
