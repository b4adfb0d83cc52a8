//! One of a short list of words, as it is kept, as people read it, and as else they say it.

use crate::words;

/// One of the values of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub slug: &'static str,
    pub label: &'static str,
    /// Other words that people use.
    pub also: &'static [&'static str],
}

pub(crate) const fn choice(slug: &'static str, label: &'static str, also: &'static [&'static str]) -> Choice {
    Choice { slug, label, also }
}

impl Choice {
    /// The one of these that a word means.
    pub fn typed<'a>(typed: &str, choices: &'a [Choice]) -> Option<&'a Choice> {
        let folded = words::folded(typed);
        choices.iter().find(|choice| choice.slug == typed || choice.names().any(|name| words::folded(name) == folded))
    }

    /// The one of these that somebody may have meant by a word that is none of them.
    pub fn nearest(typed: &str, choices: &[Choice]) -> Option<&'static str> {
        // Nothing of this length is a slip, and comparing takes the product of both lengths.
        if typed.len() > 60 {
            return None;
        }
        let folded = words::folded(typed);
        let alike = |choice: &Choice| {
            choice.names().map(|name| strsim::jaro_winkler(&folded, &words::folded(name))).fold(0.0, f64::max)
        };
        let best = choices.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
        (alike(best) >= 0.75).then_some(best.slug)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.slug, self.label].into_iter().chain(self.also.iter().copied())
    }
}
