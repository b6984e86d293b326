//! Texts without certain words.

/// What stands where personal data stood.
pub const ERASED: &str = "[erased]";

/// The text with everything from the first double quote to the last erased. What is quoted may have
/// such quotes in it, so which of them end a quotation is not known; an open one goes on to the end.
pub(super) fn without_quotes(text: &str) -> String {
    match quoted(text) {
        Some((before, _, after)) => format!("{before}{ERASED}{after}"),
        None => text.to_owned(),
    }
}

/// As [`replaced`], but only from the first double quote to the last.
pub(super) fn replaced_in_quotes(text: &str, values: &[String]) -> Option<String> {
    let (before, within, after) = quoted(text)?;
    replaced(within, values).map(|without| format!("{before}{without}{after}"))
}

/// What stands before, within and after the outermost double quotes.
fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, _) = text.split_at_checked(text.find('"')? + 1)?;
    let rest = text.strip_prefix(before)?;
    let (within, after) = rest.split_at_checked(rest.rfind('"').unwrap_or(rest.len()))?;
    Some((before, within, after))
}

/// The text with each of the folded values erased, wherever one stands as a word of its own; `None`:
/// none does.
pub(super) fn replaced(text: &str, values: &[String]) -> Option<String> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let at = |index: usize| characters.get(index).map(|(_, c)| *c);
    let mut without = String::new();
    let (mut index, mut found) = (0, false);
    while let Some(c) = at(index) {
        // What was erased before is nobody's name, whatever somebody is called.
        if let Some(length) = length_of(&characters, index, ERASED) {
            without.push_str(ERASED);
            index += length;
            continue;
        }
        let begins = index == 0 || !at(index - 1).is_some_and(is_inner);
        let ends = |end: usize| match at(end) {
            None => true,
            // The full stop of a sentence, not one within an address.
            Some('.') => !at(end + 1).is_some_and(char::is_alphanumeric),
            Some(next) => !is_inner(next),
        };
        let longest = values
            .iter()
            .filter(|_| begins)
            .filter_map(|value| length_of(&characters, index, value))
            .filter(|length| ends(index + length))
            .max();
        if let Some(length) = longest {
            without.push_str(ERASED);
            index += length;
            found = true;
        } else {
            without.push(c);
            index += 1;
        }
    }
    found.then_some(without)
}

/// Whether a character goes on with a name or an address.
fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '%')
}

/// How many characters from `start` on are `value`, without regard to case.
fn length_of(characters: &[(usize, char)], start: usize, value: &str) -> Option<usize> {
    let mut wanted = value.chars();
    let mut length = 0;
    while !wanted.as_str().is_empty() {
        let (_, c) = characters.get(start + length)?;
        // As `fold` has it.
        for lower in c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c }) {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
        length += 1;
    }
    (length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_as_a_word_of_its_own_in_any_case() {
        let values = ["ada@example.com", "ada", "åsa öberg"].map(str::to_owned);
        for (text, without) in [
            (
                "The e-mail \"Ada@Example.com\" is taken.",
                "The e-mail \"[erased]\" is taken.",
            ),
            ("It is ada@example.com.", "It is [erased]."),
            ("Ada, ADA; ada", "[erased], [erased]; [erased]"),
            ("ÅSA Öberg came.", "[erased] came."),
        ] {
            assert_eq!(replaced(text, &values).as_deref(), Some(without), "{text}");
        }
        for text in [
            "Canada",
            "ada@example.org",
            "not-ada@example.com",
            "ada@example.com.au",
            "adam",
            "",
        ] {
            assert_eq!(replaced(text, &values), None, "{text}");
        }
    }

    #[test]
    fn what_is_quoted_is_erased_and_the_rest_stays() {
        let text = "There is no role \"Ada's\". The valid roles are: Admin.";
        assert_eq!(
            without_quotes(text),
            "There is no role \"[erased]\". The valid roles are: Admin."
        );
        assert_eq!(without_quotes("an open \"end"), "an open \"[erased]");
        assert_eq!(without_quotes("nothing"), "nothing");
        assert_eq!(
            without_quotes("Sent: \"\"Ada Byron\" <ada@old.example>\". Correct it."),
            "Sent: \"[erased]\". Correct it."
        );
    }

    #[test]
    fn a_word_is_sought_within_quotes_alone() {
        let values = ["user".to_owned()];
        let replaced = |text| replaced_in_quotes(text, &values);
        assert_eq!(
            replaced("The user \"User\" is a user.").as_deref(),
            Some("The user \"[erased]\" is a user.")
        );
        assert_eq!(replaced("The user is \"new\"."), None);
        assert_eq!(replaced("The user is new."), None);
    }
}
