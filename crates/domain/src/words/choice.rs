//! Short lists of words: each has the word that is kept, the words that people read, and what else they say for it.
//!
//! A list that the program decides by is an enum, made with [`words!`] and parsed once; one that a person only picks from is a
//! field's `&[Choice]`.

use crate::words::folded;

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
    /// Which of these a word means.
    pub fn at(typed: &str, choices: &[Choice]) -> Option<usize> {
        let wanted = folded(typed);
        choices.iter().position(|choice| choice.slug == typed || choice.names().any(|name| folded(name) == wanted))
    }

    /// The one of these that somebody may have meant by a word that is none of them.
    pub fn nearest(typed: &str, choices: &[Choice]) -> Option<&'static str> {
        // Nothing of this length is a slip, and comparing takes the product of both lengths.
        if typed.len() > 60 {
            return None;
        }
        let wanted = folded(typed);
        let alike = |choice: &Choice| {
            choice.names().map(|name| strsim::jaro_winkler(&wanted, &folded(name))).fold(0.0, f64::max)
        };
        let best = choices.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
        (alike(best) >= 0.75).then_some(best.slug)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.slug, self.label].into_iter().chain(self.also.iter().copied())
    }
}

/// An enum that is such a list. What is not in the list is no value of it, and every value is in the list.
pub trait Word: Copy + Ord + 'static {
    /// In the order of the list.
    const ALL: &'static [Self];
    const CHOICES: &'static [Choice];

    /// The one that a word means.
    fn of(typed: &str) -> Option<Self> {
        Choice::at(typed, Self::CHOICES).map(|at| Self::ALL[at])
    }

    /// By its slug or its label, or by the beginning of either from three letters on.
    fn begun(typed: &str) -> Option<Self> {
        let wanted = folded(typed);
        let is = |fits: &dyn Fn(String) -> bool| {
            let mut fitting = (0..Self::ALL.len()).filter(|at| {
                let choice = &Self::CHOICES[*at];
                fits(folded(choice.slug)) || fits(folded(choice.label))
            });
            (fitting.next(), fitting.next())
        };
        match is(&|word| word == wanted) {
            (Some(at), _) => Some(Self::ALL[at]),
            (None, _) if wanted.len() < 3 => None,
            (None, _) => match is(&|word| word.starts_with(&wanted)) {
                (Some(at), None) => Some(Self::ALL[at]),
                _ => None,
            },
        }
    }
}

/// `Low = "low", "low", ["not high"];`: the value, its slug, its label, and other words for it.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$value_meta:meta])* $value:ident = $slug:literal, $label:literal $(, [$($also:literal),*])?;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$value_meta])* $value,)+ }

        impl $name {
            pub const ALL: [$name; [$($slug),+].len()] = [$($name::$value),+];
            /// The words, in the order of the values.
            pub const CHOICES: &'static [$crate::words::choice::Choice] =
                &[$($crate::words::choice::choice($slug, $label, &[$($($also),*)?])),+];

            /// The word in documents, flags and JSON.
            pub fn slug(self) -> &'static str {
                match self { $($name::$value => $slug,)+ }
            }

            /// As people read it.
            pub fn label(self) -> &'static str {
                match self { $($name::$value => $label,)+ }
            }

            /// By any of its words.
            pub fn typed(typed: &str) -> Option<$name> {
                <$name as $crate::words::choice::Word>::of(typed)
            }

            /// By its slug alone.
            pub fn named(slug: &str) -> Option<$name> {
                $name::ALL.into_iter().find(|value| value.slug() == slug)
            }
        }

        impl $crate::words::choice::Word for $name {
            const ALL: &'static [$name] = &$name::ALL;
            const CHOICES: &'static [$crate::words::choice::Choice] = $name::CHOICES;
        }
    };
}

/// Kept as its slug, so that a value which only a newer version knows is told from a damaged one.
macro_rules! kept_by_slug {
    ($name:ident) => {
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                encoder: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                encoder.str(self.slug())?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                $name::named(decoder.str()?)
                    .ok_or_else(|| minicbor::decode::Error::message("a word that only a newer version knows"))
            }
        }
    };
}

pub(crate) use {kept_by_slug, words};
