//! What of a file runs in the product: no comment, no word between quotation marks, and no item that stands under
//! `#[cfg(test)]`.

/// The code of a file, each line where it was.
pub(crate) fn rules(text: &str) -> String {
    let mut code = without_words(text);
    while let Some(at) = code.find(UNDER_TEST) {
        let end = at + UNDER_TEST.len() + item(&code[at + UNDER_TEST.len()..]);
        let lines = code[at..end].matches('\n').count();
        code.replace_range(at..end, &"\n".repeat(lines));
    }
    code
}

const UNDER_TEST: &str = "#[cfg(test)]";

/// How long the item is that begins here, further attributes before it included.
fn item(code: &str) -> usize {
    let begins = code.trim_start();
    if begins.starts_with("#[") {
        let close = begins.find(']').map_or(begins.len(), |close| close + 1);
        return code.len() - begins.len() + close + item(&begins[close..]);
    }
    // A field, an arm or a variant ends with a comma; the signature of a function may have some on its way.
    const LONG: [&str; 14] = [
        "async", "const", "enum", "extern", "fn", "impl", "let", "mod", "pub", "static", "struct", "trait", "type",
        "use",
    ];
    let word = begins.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let ends_with_comma = !LONG.contains(&word);
    let mut depth = 0_usize;
    for (at, letter) in code.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            // What it stands in ends here.
            ')' | ']' | '}' if depth == 0 => return at,
            ')' | ']' | '}' => {
                depth -= 1;
                if depth == 0 && letter == '}' {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            ',' if depth == 0 && ends_with_comma => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Without comments, and with nothing between quotation marks.
fn without_words(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(end) = raw(rest, code.chars().next_back()) {
            end
        } else if letter == '"' {
            quoted(rest)
        } else if letter == '\'' {
            character(rest)
        } else {
            0
        };
        if skipped == 0 {
            code.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            code.extend(rest[..skipped].chars().filter(|letter| *letter == '\n'));
            rest = &rest[skipped..];
        }
    }
    code
}

/// How long a text is that begins with its quotation mark.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// How long a text is in which nothing is escaped; none if none begins here.
fn raw(rest: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(|letter| letter.is_alphanumeric() && letter != 'b') {
        return None;
    }
    let marks = rest.strip_prefix('r')?;
    let text = marks.trim_start_matches('#');
    let marks = &marks[..marks.len() - text.len()];
    let close = format!("\"{marks}");
    let end = text.strip_prefix('"')?.find(&close)?;
    Some(1 + marks.len() + 1 + end + close.len())
}

/// How long a letter between quotation marks is; nothing if this is a lifetime.
fn character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some((after, _))) => {
            rest[after + 1..].find('\'').map_or(rest.len(), |close| after + 1 + close + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

#[test]
fn of_a_file_that_begins_with_its_tests_the_rest_is_read() {
    let text = r##"
//! fs::read, as one says.
#[cfg(test)]
mod tests;

fn first() -> char { '"' }

#[cfg(test)]
#[derive(Debug)]
struct Seen<A, B> {
    file: std::fs::File,
    pair: (A, B),
}

fn second<'a>(word: &'a str) -> bool {
    word == "fs::write" || word == r#"a "fs::copy" b"# || word == "\"fs::rename"
}

enum Step {
    #[cfg(test)]
    Broken(std::fs::File),
    Whole(net::Ip),
}

fn third() {
    let letters = ['\'', '\u{1b}', '"'];
    fs::remove(letters)
}
"##;
    let rules = rules(text);
    assert_eq!(rules.lines().count(), text.lines().count(), "each line stays where it is");
    let reaches: Vec<&str> = rules.lines().filter(|line| line.contains("fs::") || line.contains("net::")).collect();
    assert_eq!(reaches, ["    Whole(net::Ip),", "    fs::remove(letters)"], "{rules}");
    for kept in ["fn first() -> char {  }", "fn second<'a>(word: &'a str) -> bool {", "enum Step {"] {
        assert!(rules.lines().any(|line| line == kept), "{kept}: {rules}");
    }
}
