//! JSON that a terminal may show: what JSON leaves as it is but a terminal would obey is written as an escape (RFC 8259,
//! section 7), so no reader loses a letter and none is deceived.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter};

/// `value` as one line of JSON in UTF-8, without a line break at its end. Control characters and the marks that turn the
/// direction of writing are escaped.
///
/// # Panics
///
/// If `value` is no JSON (a map whose keys are not strings).
pub fn line(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, Harmless(CompactFormatter)))
        .expect("strings, numbers and lists are always JSON");
    bytes
}

/// Whether a terminal obeys `letter` instead of showing it, or shows nothing for it: a control character (C0, DEL, C1), a mark
/// that turns the direction of writing (Unicode Bidirectional Algorithm, UAX #9, section 2), or a letter without width that no
/// script needs (soft hyphen, zero width space, invisible operators, tags). The two joiners stay: whole scripts, and the
/// pictures that people put together of several, are written with them.
pub fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, letter) in fragment.char_indices().filter(|(_, letter)| is_obeyed(*letter)) {
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            // As JSON writes a letter beyond U+FFFF: by its two surrogates (RFC 8259, section 7).
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + letter.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_read_back_whole() {
        let hurtful =
            "Évil\u{1b}]0;x\u{7}\u{7f}\u{9b}2J\u{202e}\u{2066}\u{61c}\u{2028}\u{200b}\u{feff}\u{e0041}\n\"後\u{1f600}";
        let value = serde_json::json!({hurtful: [hurtful, 1, null]});
        let written = String::from_utf8(line(&value)).unwrap();
        assert!(!written.chars().any(is_obeyed), "{written:?}");
        assert!(written.contains("Évil") && written.contains("後\u{1f600}"), "{written:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
    }

    #[test]
    fn harmless_text_is_written_as_serde_json_writes_it() {
        let value = serde_json::json!({"a": "Kept Group — Åse's", "b": [true, 1.5, "\t\\"]});
        assert_eq!(line(&value), serde_json::to_vec(&value).unwrap());
    }
}
