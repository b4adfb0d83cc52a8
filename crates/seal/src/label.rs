//! Names as they stand in what is signed. What could not have been typed is no name: it is refused on decoding, so that nothing
//! that a stranger wrote in place of a name ever reaches a screen.

use std::fmt;
use std::ops::Deref;

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{Decode, Encode};
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// A name, a group, a map's name or a reason: one line of 1 to 100 letters (extended grapheme clusters, UAX 29), at most 256
/// bytes of UTF-8, in NFC (UAX 15), without anything that is obeyed or not seen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

/// Why a text is no label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALabel {
    #[error("a name must not be empty")]
    Empty,
    #[error("a name of {letters} letters is too long; {max} fit", max = Label::LETTERS)]
    TooLong { letters: usize },
    #[error("a name of {bytes} bytes is too long; {max} fit", max = Label::BYTES)]
    TooLarge { bytes: usize },
    #[error("a name cannot hold the character U+{:04X}", u32::from(*letter))]
    Unseen { letter: char },
    #[error("a name begins with no mark, and has at most {max} on one letter", max = Label::MARKS)]
    Marks,
    #[error("spaces in a name stand alone, between words")]
    Spaces,
    #[error("a name is in its composed form (NFC)")]
    Decomposed,
}

impl Label {
    pub const LETTERS: usize = 100;
    pub const BYTES: usize = 256;
    /// More marks on one letter than any script needs are drawn over the lines around it.
    const MARKS: usize = 8;

    /// The text as it stands, or why it is no label.
    pub fn new(text: &str) -> Result<Label, NotALabel> {
        if text.is_empty() {
            return Err(NotALabel::Empty);
        }
        if text.len() > Self::BYTES {
            return Err(NotALabel::TooLarge { bytes: text.len() });
        }
        let letters = text.graphemes(true).count();
        if letters > Self::LETTERS {
            return Err(NotALabel::TooLong { letters });
        }
        if let Some(letter) = unseen(text) {
            return Err(NotALabel::Unseen { letter });
        }
        let bare = |at: char| !at.is_whitespace();
        if !text.starts_with(bare) || !text.ends_with(bare) || spaces_meet(text) {
            return Err(NotALabel::Spaces);
        }
        if too_many_marks(text) {
            return Err(NotALabel::Marks);
        }
        if !is_nfc(text) {
            return Err(NotALabel::Decomposed);
        }
        Ok(Label(text.to_owned()))
    }

    /// As much of a text of others as a label holds; nothing where nothing of it can be read.
    pub fn shortened(text: &str) -> Option<Label> {
        let mut short = String::new();
        for letter in text.graphemes(true).take(Self::LETTERS) {
            if short.len() + letter.len() > Self::BYTES {
                break;
            }
            short.push_str(letter);
        }
        Label::typed(&short).ok()
    }

    /// What somebody typed, as a label: composed, one space between words, and without what nobody sees.
    pub fn typed(text: &str) -> Result<Label, NotALabel> {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let composed = words(&text.nfc().collect::<String>());
        let mut seen = String::with_capacity(composed.len());
        let mut letters = composed.chars().peekable();
        while let Some(letter) = letters.next() {
            if is_seen(seen.chars().next_back(), letter, letters.peek().copied()) {
                seen.push(letter);
            }
        }
        // Where something was taken out two spaces may have met.
        let shown = words(&seen);
        let letters = shown.graphemes(true).count();
        if letters > Self::LETTERS {
            return Err(NotALabel::TooLong { letters });
        }
        Label::new(&shown.nfc().collect::<String>())
    }
}

/// The first character that is obeyed or not seen: categories Cc, Cf, Co, Cs, Cn, Zl and Zp, and what is drawn as nothing
/// (Unicode, `Default_Ignorable_Code_Point`, and the empty pattern of Braille). Joiners stand between two letters of a script
/// that is written with them.
fn unseen(text: &str) -> Option<char> {
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if !is_seen(before, letter, letters.peek().copied()) {
            return Some(letter);
        }
        before = Some(letter);
    }
    None
}

/// Whether a character is seen where it stands, between these two.
fn is_seen(before: Option<char>, letter: char, next: Option<char>) -> bool {
    let joins = matches!(letter, '\u{200C}' | '\u{200D}')
        && before.is_some_and(is_joined)
        && next.is_some_and(|next| is_joined(next) && !is_mark(next));
    joins || !is_unseen(letter)
}

fn is_unseen(letter: char) -> bool {
    let category = letter.general_category();
    let obeyed = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    obeyed
        || matches!(letter,
            '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2800}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0100}'..='\u{E01EF}')
}

/// A letter or a mark of a script in which U+200C and U+200D change how its letters are written: Arabic, Syriac, N'Ko, the
/// scripts of India and Sri Lanka, Myanmar, Khmer, Mongolian.
fn is_joined(letter: char) -> bool {
    let script = matches!(u32::from(letter),
        0x600..=0x7FF | 0x860..=0xDFF | 0x1000..=0x109F | 0x1780..=0x18AF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF);
    script && matches!(letter.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark)
}

fn is_mark(letter: char) -> bool {
    letter.general_category_group() == GeneralCategoryGroup::Mark
}

fn spaces_meet(text: &str) -> bool {
    text.chars().zip(text.chars().skip(1)).any(|(one, next)| one.is_whitespace() && next.is_whitespace())
}

fn too_many_marks(text: &str) -> bool {
    let mut marks = Label::MARKS;
    text.chars().any(|letter| {
        // At the beginning there is no letter that could carry one.
        marks = if is_mark(letter) { marks + 1 } else { 0 };
        marks > Label::MARKS
    })
}

impl Deref for Label {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Its length only: names belong in no log.
impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({} bytes)", self.0.len())
    }
}

impl<C> Encode<C> for Label {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        encoder.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Label {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Label, DecodeError> {
        Label::new(decoder.str()?).map_err(DecodeError::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_everywhere_are_labels() {
        for name in [
            "Ana",
            "Zoë O'Brien-Nguyễn",
            "海港合唱团",
            "مُرَحِّب",
            "शक्ति",
            "नेपाली क\u{94D}\u{200D}ष",
            "می\u{200C}خواهم",
            "Ωmega 2",
            "Ben (Batemans Bay)",
            "¡Sí!",
            "שָׁלוֹם",
            "🌈 Pride",
            "No. 7",
        ] {
            assert_eq!(Label::new(name).as_deref(), Ok(name));
            assert_eq!(Label::typed(name).as_deref(), Ok(name));
            let bytes = minicbor::to_vec(Label::new(name).unwrap()).unwrap();
            assert_eq!(minicbor::decode::<Label>(&bytes).unwrap(), Label::new(name).unwrap());
        }
    }

    /// Finding 1 of the review, and its kind.
    #[test]
    fn what_could_not_have_been_typed_is_no_label() {
        for text in [
            "Ben (Bay) asks to join. Do they read the same words: river [y/N]\u{1b}]2;",
            "\u{1b}[8mhidden",
            "two\nlines",
            "a\ttab",
            "bell\u{7}",
            "c1\u{9b}2J",
            "del\u{7f}",
            "\u{ad}soft",
            "left\u{202e}thgir",
            "\u{2066}isolated\u{2069}",
            "mark\u{200f}",
            "\u{61c}letter",
            "zero\u{200b}width",
            "a\u{200d}b",
            "a\u{200c}b",
            "\u{200d}",
            "می\u{200c}",
            "\u{200c}می",
            "می\u{200c}\u{200c}خ",
            "word\u{2060}joiner",
            "bom\u{feff}",
            "tag\u{e0041}\u{e007f}",
            "private\u{e000}",
            "none\u{378}",
            "line\u{2028}",
            "paragraph\u{2029}",
            "\u{3164}",
            "x\u{115f}",
            "x\u{2800}",
            "x\u{fe0f}",
            "x\u{34f}",
            "x\u{180e}",
            "interlinear\u{fff9}",
        ] {
            assert!(matches!(Label::new(text), Err(NotALabel::Unseen { .. })), "{text:?}: {:?}", Label::new(text));
            let bytes = minicbor::to_vec(text).unwrap();
            assert!(minicbor::decode::<Label>(&bytes).is_err(), "{text:?} was decoded");
        }
        for text in [" Ana", "Ana ", "Ana  Bo", "\u{a0}Ana", "Ana\u{3000} Bo", " "] {
            assert_eq!(Label::new(text), Err(NotALabel::Spaces), "{text:?}");
        }
        assert_eq!(Label::new(""), Err(NotALabel::Empty));
        assert_eq!(Label::new("Zoe\u{301}"), Err(NotALabel::Decomposed));
        assert_eq!(Label::new("\u{301}Zo"), Err(NotALabel::Marks));
        assert_eq!(Label::new(&format!("Z{}", "\u{335}".repeat(9))), Err(NotALabel::Marks));
        assert_eq!(Label::new(&"a".repeat(101)), Err(NotALabel::TooLong { letters: 101 }));
        assert!(Label::new(&"a".repeat(100)).is_ok());
        assert_eq!(Label::new(&"海".repeat(86)), Err(NotALabel::TooLarge { bytes: 258 }));
    }

    #[test]
    fn what_is_typed_becomes_a_label_or_is_told_why_not() {
        for (typed, label) in [
            ("  Ana\t\tBo \n", "Ana Bo"),
            ("Zoe\u{301}", "Zo\u{e9}"),
            ("An\u{200b}a\u{202e}", "Ana"),
            ("a\u{1b}[2J", "a[2J"),
            ("❤\u{fe0f} Choir", "❤ Choir"),
            ("a \u{200b} b", "a b"),
            ("می\u{200c}خواهم x\u{200c}\u{200b}", "می\u{200c}خواهم x"),
        ] {
            assert_eq!(Label::typed(typed).as_deref(), Ok(label));
        }
        assert_eq!(Label::shortened(&"ab ".repeat(50)).unwrap().len(), 100);
        assert_eq!(Label::shortened(&"海".repeat(200)).unwrap().len(), 255);
        assert_eq!(Label::shortened("\u{1b}"), None);
        assert_eq!(Label::typed(" \u{200b} "), Err(NotALabel::Empty));
        assert_eq!(Label::typed(&"ab ".repeat(50)), Err(NotALabel::TooLong { letters: 149 }));
    }
}
