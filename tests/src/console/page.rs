//! A page as it came, and its forms.

use scraper::{ElementRef, Html, Selector};

use super::Console;
use crate::client::Answer;

/// A page of the console.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its address.
    pub address: String,
    /// The status of the answer.
    pub status: u16,
    /// Its markup.
    pub html: String,
    /// Its headers, as far as they protect it.
    policy: String,
    text: String,
    forms: Vec<Form>,
}

/// A form, with what stands in it.
#[derive(Debug, Clone)]
pub struct Form {
    action: String,
    upload: bool,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    /// `None`: a box that is not ticked.
    value: Option<String>,
    disabled: bool,
    /// Whether it is sent as it is; what people type has the line ends of forms.
    verbatim: bool,
}

impl Field {
    /// As it is sent, if it is.
    fn sent(&self) -> Option<(String, String)> {
        let value = self.value.as_ref().filter(|_| !self.disabled)?;
        let value = if self.verbatim {
            value.clone()
        } else {
            value.replace("\r\n", "\n").replace('\n', "\r\n")
        };
        Some((self.name.clone(), value))
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn text_of(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    pub(super) fn new(address: &str, answer: &Answer) -> Self {
        let html = answer.text();
        let document = Html::parse_document(&html);
        let body = document.select(&selector("body")).next();
        let posts = selector("form[method=post]");
        let forms = document.select(&posts);
        Self {
            address: address.to_owned(),
            status: answer.status,
            policy: answer
                .header("content-security-policy")
                .unwrap_or_default()
                .to_owned(),
            text: body.map(text_of).unwrap_or_default(),
            forms: forms.map(Form::of).collect(),
            html,
        }
    }

    /// The page, which must be there and protected.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    #[track_caller]
    pub fn is_fine(self) -> Self {
        self.is(200)
    }

    /// The page, which must have that status, and be protected whatever it is.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.address, self.text);
        for promise in [
            "default-src 'none'",
            "script-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(
                self.policy.contains(promise),
                "{}: {}",
                self.address,
                self.policy
            );
        }
        assert!(!self.policy.contains("unsafe"), "{}", self.policy);
        for odd in ["<style", " style=\"", " onclick", " onload", "javascript:"] {
            assert!(!self.html.contains(odd), "{}: {odd}", self.address);
        }
        self
    }

    /// Whether its text contains that; white space counts as one space.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Asserts that its text contains that, and hands it on.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    #[track_caller]
    pub fn saying(self, text: &str) -> Self {
        assert!(
            self.says(text),
            "{}: no {text:?} in: {}",
            self.address,
            self.text
        );
        self
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The texts of the elements that a selector finds.
    #[must_use]
    pub fn all(&self, css: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html);
        document.select(&selector(css)).map(text_of).collect()
    }

    /// The values of an attribute of the elements that a selector finds.
    #[must_use]
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html);
        let elements = selector(css);
        let elements = document.select(&elements);
        let values = elements.filter_map(|element| element.value().attr(name));
        values.map(str::to_owned).collect()
    }

    /// Where the link with that text leads.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        let document = Html::parse_document(&self.html);
        let links = selector("a[href]");
        let mut links = document.select(&links);
        let link = links.find(|link| text_of(*link) == text);
        let link =
            link.unwrap_or_else(|| panic!("{}: no link {text:?}: {}", self.address, self.text));
        link.value().attr("href").unwrap_or_default().to_owned()
    }

    /// Whether there is a link or a button of that text.
    #[must_use]
    pub fn offers(&self, text: &str) -> bool {
        self.all("a, button").iter().any(|found| found == text)
    }

    /// The form that is sent to a path below the console's.
    ///
    /// # Panics
    /// When there is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn form(&self, path: &str) -> Form {
        let action = format!("/console{path}");
        let mut found = self
            .forms
            .iter()
            .filter(|form| form.action.ends_with(&action));
        match (found.next(), found.next()) {
            (Some(form), None) => form.clone(),
            (None, _) => panic!("{}: no form for {path}: {}", self.address, self.text),
            _ => panic!("{}: several forms for {path}", self.address),
        }
    }

    /// The values that copy buttons and such show, by the id of the element.
    ///
    /// # Panics
    /// When there is no such element.
    #[must_use]
    #[track_caller]
    pub fn value(&self, id: &str) -> String {
        let found = self.all(&format!("#{id}"));
        found
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{}: no #{id}", self.address))
    }

    /// What stands beside a field as wrong with it.
    #[must_use]
    pub fn problem(&self, field: &str) -> Option<String> {
        self.all(&format!("[id='{field}-problem']"))
            .into_iter()
            .next()
    }

    /// What stands beside a field as stored meanwhile.
    #[must_use]
    pub fn meanwhile(&self, field: &str) -> Option<String> {
        self.all(&format!("[id='{field}-meanwhile']"))
            .into_iter()
            .next()
    }
}

impl Form {
    fn of(form: ElementRef<'_>) -> Self {
        let action = form.value().attr("action").unwrap_or_default().to_owned();
        let upload = form.value().attr("enctype") == Some("multipart/form-data");
        let inputs = selector("input[name], select[name], textarea[name]");
        let disabled = selector("fieldset[disabled] *");
        let fields = form.select(&inputs).filter_map(|input| {
            let element = input.value();
            let attribute = |name: &str| element.attr(name).unwrap_or_default().to_owned();
            let value = match (element.name(), element.attr("type")) {
                ("textarea", _) => {
                    // The first line end in a textarea is not part of its value; the parser sees to it.
                    Some(input.text().collect::<String>())
                }
                ("select", _) => input
                    .select(&selector("option[selected]"))
                    .next()
                    .or_else(|| input.select(&selector("option")).next())
                    .map(|option| option.value().attr("value").unwrap_or_default().to_owned()),
                (_, Some("checkbox")) => element.attr("checked").map(|_| attribute("value")),
                (_, Some("file")) => return None,
                _ => Some(attribute("value")),
            };
            Some(Field {
                name: attribute("name"),
                value,
                disabled: element.attr("disabled").is_some() || disabled.matches(&input),
                verbatim: false,
            })
        });
        Self {
            action,
            upload,
            fields: fields.collect(),
        }
    }

    /// What stands in a field; `None`: it is a box that is not ticked.
    ///
    /// # Panics
    /// When the form has no such field.
    #[must_use]
    #[track_caller]
    pub fn value(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name);
        let field = field.unwrap_or_else(|| panic!("no field {name} in {self:#?}"));
        field.value.as_deref()
    }

    /// Whether the form has such a field.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Types into a field, or chooses.
    #[must_use]
    #[track_caller]
    pub fn set(self, name: &str, value: &str) -> Self {
        self.change(name, Some(value))
    }

    /// Ticks a box.
    #[must_use]
    #[track_caller]
    pub fn tick(self, name: &str) -> Self {
        self.change(name, Some("on"))
    }

    /// Unticks a box.
    #[must_use]
    #[track_caller]
    pub fn untick(self, name: &str) -> Self {
        self.change(name, None)
    }

    #[track_caller]
    fn change(mut self, name: &str, value: Option<&str>) -> Self {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        match field {
            Some(field) => field.value = value.map(str::to_owned),
            None => panic!("no field {name} in {self:#?}"),
        }
        self
    }

    /// As if pressed by a button of that name and value, or with the content of a file.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push(Field {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            disabled: false,
            verbatim: true,
        });
        self
    }

    /// Sends the form, and follows where that leads.
    pub async fn send(&self, console: &Console) -> Page {
        let fields: Vec<(String, String)> = self.fields.iter().filter_map(Field::sent).collect();
        console.send(&self.action, self.upload, &fields).await
    }
}
