//! Builds the tree of a filter by recursive descent. Each `(`, `not (` and `[` costs a level of
//! the depth limit, so the recursion is bounded by it.

use super::lexer::{Lexer, Spanned, Token};
use super::{CompareOp, Filter, FilterError, FilterLimits, FilterPath, FilterValue};
use crate::attribute::AttributePath;

const TERM: &str = "an attribute name, \"not\" or \"(\"";
const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "a value: a string in double quotes, a number, true, false or null";

/// Parses a whole filter.
pub(super) fn filter(text: &str, limits: FilterLimits) -> Result<Filter, FilterError> {
    let mut parser = Parser::new(text, limits)?;
    let filter = parser.or()?;
    parser.end("\"and\", \"or\" or the end of the filter")?;
    Ok(filter)
}

/// Parses the path of a PATCH operation.
pub(super) fn path(text: &str, limits: FilterLimits) -> Result<FilterPath, FilterError> {
    let mut parser = Parser::new(text, limits)?;
    let start = parser.advance()?;
    let Token::Word(word) = start.token else {
        return Err(parser.unexpected(&start, "an attribute name"));
    };
    let mut path = FilterPath::from(parser.attribute(&start, word)?);
    if parser.current.token == Token::OpenBracket {
        path = parser.element(path.attribute)?;
    }
    parser.end("\"[\" or the end of the path")?;
    Ok(path)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that is looked at and not yet taken.
    current: Spanned<'a>,
    limits: FilterLimits,
    depth: usize,
    /// Whether a `[` is open: brackets don't nest.
    in_element: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, limits: FilterLimits) -> Result<Self, FilterError> {
        if text.len() > limits.max_bytes {
            return Err(FilterError::TooLong {
                actual: text.len(),
                limit: limits.max_bytes,
            });
        }
        let mut lexer = Lexer::new(text);
        let current = lexer.next()?;
        Ok(Self {
            lexer,
            current,
            limits,
            depth: 0,
            in_element: false,
        })
    }

    fn or(&mut self) -> Result<Filter, FilterError> {
        let mut left = self.and()?;
        while self.take_keyword("or")? {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, FilterError> {
        let mut left = self.term()?;
        while self.take_keyword("and")? {
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, FilterError> {
        let start = self.advance()?;
        match start.token {
            Token::OpenParenthesis => self.group(&start),
            Token::Word(word) if word.eq_ignore_ascii_case("not") => {
                let open = self.advance()?;
                if open.token != Token::OpenParenthesis {
                    return Err(self.unexpected(&open, "\"(\" after \"not\""));
                }
                Ok(Filter::Not(Box::new(self.group(&open)?)))
            }
            Token::Word(word) => {
                let attribute = self.attribute(&start, word)?;
                self.expression(attribute)
            }
            _ => Err(self.unexpected(&start, TERM)),
        }
    }

    /// What stands between parentheses, of which the first is taken.
    fn group(&mut self, open: &Spanned<'a>) -> Result<Filter, FilterError> {
        self.enter(open)?;
        let inner = self.or()?;
        self.close(&Token::CloseParenthesis, "\"and\", \"or\" or \")\"")?;
        Ok(inner)
    }

    fn expression(&mut self, attribute: AttributePath) -> Result<Filter, FilterError> {
        let mut path = FilterPath::from(attribute);
        if self.current.token == Token::OpenBracket {
            path = self.element(path.attribute)?;
            if path.attribute.sub_attribute.is_none()
                && let Some(filter) = path.element
            {
                return Ok(Filter::ValuePath {
                    path: path.attribute,
                    filter,
                });
            }
        }
        let operator = self.advance()?;
        let Token::Word(name) = operator.token else {
            return Err(self.unexpected(&operator, OPERATOR));
        };
        if name.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(op) = CompareOp::parse(name) else {
            return Err(self.unexpected(&operator, OPERATOR));
        };
        Ok(Filter::Compare {
            path,
            op,
            value: self.value()?,
        })
    }

    /// `[filter]` and the sub-attribute that may follow it.
    fn element(&mut self, mut attribute: AttributePath) -> Result<FilterPath, FilterError> {
        let open = self.advance()?;
        if self.in_element || attribute.sub_attribute.is_some() {
            let expected = if self.in_element {
                "no bracket inside brackets"
            } else {
                "no sub-attribute before a bracket; write it after the bracket that closes"
            };
            return Err(self.unexpected(&open, expected));
        }
        self.enter(&open)?;
        self.in_element = true;
        let filter = self.or()?;
        self.close(&Token::CloseBracket, "\"and\", \"or\" or \"]\"")?;
        self.in_element = false;
        if let Token::SubAttribute(name) = self.current.token {
            let sub = self.advance()?;
            // Parsed as a path of its own, a name has neither URN nor dot.
            match AttributePath::parse(name) {
                Ok(path) if path.schema.is_none() && path.sub_attribute.is_none() => {
                    attribute.sub_attribute = Some(path.attribute);
                }
                _ => return Err(self.unexpected(&sub, "the name of a sub-attribute")),
            }
        }
        Ok(FilterPath {
            attribute,
            element: Some(Box::new(filter)),
        })
    }

    fn value(&mut self) -> Result<FilterValue, FilterError> {
        let start = self.advance()?;
        let word = match start.token {
            Token::String(text) => return Ok(FilterValue::String(text)),
            Token::Number(number) => return Ok(FilterValue::Number(number)),
            Token::Word(word) => word,
            _ => return Err(self.unexpected(&start, VALUE)),
        };
        match word.to_ascii_lowercase().as_str() {
            "true" => Ok(FilterValue::Boolean(true)),
            "false" => Ok(FilterValue::Boolean(false)),
            "null" => Ok(FilterValue::Null),
            _ => Err(self.unexpected(&start, VALUE)),
        }
    }

    fn attribute(&self, at: &Spanned<'a>, word: &str) -> Result<AttributePath, FilterError> {
        AttributePath::parse(word).map_err(|_| {
            self.unexpected(at, "an attribute name, such as userName or name.givenName")
        })
    }

    fn enter(&mut self, open: &Spanned<'a>) -> Result<(), FilterError> {
        if self.depth == self.limits.max_depth {
            let position = self.lexer.position(open.start);
            return Err(FilterError::TooDeep {
                position,
                limit: self.limits.max_depth,
            });
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, token: &Token<'_>, expected: &str) -> Result<(), FilterError> {
        let close = self.advance()?;
        if close.token != *token {
            return Err(self.unexpected(&close, expected));
        }
        self.depth -= 1;
        Ok(())
    }

    fn end(&self, expected: &str) -> Result<(), FilterError> {
        match self.current.token {
            Token::End => Ok(()),
            _ => Err(self.unexpected(&self.current, expected)),
        }
    }

    fn take_keyword(&mut self, keyword: &str) -> Result<bool, FilterError> {
        let found =
            matches!(self.current.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn advance(&mut self) -> Result<Spanned<'a>, FilterError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn unexpected(&self, at: &Spanned<'_>, expected: &str) -> FilterError {
        self.lexer.error(at.start, self.lexer.slice(at), expected)
    }
}
