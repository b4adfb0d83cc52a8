//! Small lists of words: each value has the word that is kept, and the words that people read.

/// An enum whose values are kept as their slugs, so that a value which only a newer version knows is told from a damaged one.
macro_rules! slugs {
    ($(#[$meta:meta])* $name:ident { $($(#[$value_meta:meta])* $value:ident = $slug:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$value_meta])* $value,)+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$value),+];

            /// The word in documents, flags and JSON.
            pub fn slug(self) -> &'static str {
                match self { $($name::$value => $slug,)+ }
            }

            /// As people read it.
            pub fn label(self) -> &'static str {
                match self { $($name::$value => $label,)+ }
            }

            /// By its slug, its label, or the beginning of either from three letters on.
            pub fn typed(typed: &str) -> Option<$name> {
                let folded = crate::words::folded(typed);
                let exact = |value: &$name| {
                    crate::words::folded(value.slug()) == folded || crate::words::folded(value.label()) == folded
                };
                if let Some(value) = $name::ALL.iter().copied().find(exact) {
                    return Some(value);
                }
                let begins = |value: &$name| {
                    folded.len() >= 3
                        && (crate::words::folded(value.slug()).starts_with(&folded)
                            || crate::words::folded(value.label()).starts_with(&folded))
                };
                let mut fitting = $name::ALL.iter().copied().filter(begins);
                let value = fitting.next()?;
                fitting.next().is_none().then_some(value)
            }
        }

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
                let slug = decoder.str()?;
                $name::ALL
                    .iter()
                    .copied()
                    .find(|value| value.slug() == slug)
                    .ok_or_else(|| minicbor::decode::Error::message("a word that only a newer version knows"))
            }
        }
    };
}

pub(crate) use slugs;
