//! Cuts the text of a filter into tokens, one at a time, each byte once.

use serde_json::Number;

use super::FilterError;

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// An attribute path, an operator, a keyword, or one of `true`, `false`, `null`.
    Word(&'a str),
    /// The sub-attribute after a bracket, without its dot.
    SubAttribute(&'a str),
    String(String),
    Number(Number),
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    End,
}

/// A token and where it stands in the text, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Spanned<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    /// The next token; after the last one, [`Token::End`] for ever.
    pub(super) fn next(&mut self) -> Result<Spanned<'a>, FilterError> {
        self.take_while(|c| c == ' ' || c == '\t');
        let start = self.offset;
        let Some(first) = self.rest().chars().next() else {
            return Ok(Spanned {
                token: Token::End,
                start,
                end: start,
            });
        };
        let token = match first {
            '(' => self.single(Token::OpenParenthesis),
            ')' => self.single(Token::CloseParenthesis),
            '[' => self.single(Token::OpenBracket),
            ']' => self.single(Token::CloseBracket),
            '"' => self.string()?,
            '-' | '0'..='9' => self.number()?,
            '.' => {
                self.offset += 1;
                Token::SubAttribute(self.take_while(is_word))
            }
            c if c.is_ascii_alphabetic() || c == '$' => Token::Word(self.take_while(is_word)),
            other => {
                let expected = "an attribute name, an operator, a value or a parenthesis";
                return Err(self.error(start, &other.to_string(), expected));
            }
        };
        Ok(Spanned {
            token,
            start,
            end: self.offset,
        })
    }

    /// An error at a byte offset; clients count characters.
    pub(super) fn error(&self, offset: usize, found: &str, expected: &str) -> FilterError {
        FilterError::syntax(self.position(offset), found, expected)
    }

    /// The character, counted from 1, that stands at a byte offset.
    pub(super) fn position(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or(self.text).chars().count() + 1
    }

    /// The text of a token.
    pub(super) fn slice(&self, token: &Spanned<'_>) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn single(&mut self, token: Token<'a>) -> Token<'a> {
        self.offset += 1;
        token
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.offset += length;
        rest.get(..length).unwrap_or_default()
    }

    fn string(&mut self) -> Result<Token<'a>, FilterError> {
        let start = self.offset;
        let rest = self.rest();
        let mut escaped = false;
        let length = rest.char_indices().skip(1).find_map(|(index, c)| match c {
            _ if escaped => {
                escaped = false;
                None
            }
            '\\' => {
                escaped = true;
                None
            }
            '"' => Some(index + 1),
            _ => None,
        });
        let literal = length.and_then(|length| rest.get(..length));
        let Some(literal) = literal else {
            return Err(self.error(start, rest, "a closing double quote"));
        };
        self.offset += literal.len();
        serde_json::from_str(literal).map(Token::String).map_err(|_| {
            let expected = "a JSON string: in double quotes, with \\\" for a double quote, \\\\ \
                            for a backslash and \\u for control characters";
            self.error(start, literal, expected)
        })
    }

    fn number(&mut self) -> Result<Token<'a>, FilterError> {
        let start = self.offset;
        let literal = self.take_while(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        number(literal)
            .map(Token::Number)
            .ok_or_else(|| self.error(start, literal, "a JSON number, such as 42 or -1.5"))
    }
}

/// Reads a JSON number exactly: integers as such, all others as the nearest double, so that
/// writing the number and reading it again gives the same one.
fn number(literal: &str) -> Option<Number> {
    serde_json::from_str::<Number>(literal).ok()?;
    if let Ok(unsigned) = literal.parse::<u64>() {
        return Some(unsigned.into());
    }
    if let Ok(signed) = literal.parse::<i64>() {
        return Some(signed.into());
    }
    Number::from_f64(literal.parse().ok()?)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | ':' | '.' | '-')
}
