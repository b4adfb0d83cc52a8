//! What somebody found out, for a question about the community or a part of one.

use allymap_domain::map::question::{Answer, Asked, Known, NotMeant};
use allymap_domain::map::{Map, Progress};

use crate::community::map::read;
use crate::together::member::{self, WhoSees};
use crate::trouble::{Community, Trouble};
use crate::visit::Visit;

/// What is to be answered.
#[derive(Clone, Debug)]
pub struct Before {
    pub asked: Asked,
    pub words: String,
    /// What is asked one after the other: the parts of a whole question, or the one thing that was meant.
    pub in_turn: Vec<Part>,
}

#[derive(Clone, Debug)]
pub struct Part {
    pub asked: Asked,
    pub words: String,
    /// What was answered so far.
    pub said: Option<String>,
}

/// Where an answer goes that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    InPlace,
    Below,
}

/// What was answered, and how much is known now.
#[derive(Clone, Debug)]
pub struct Given {
    pub kept: Vec<Kept>,
    pub progress: Progress,
    pub seen_by: WhoSees,
}

#[derive(Clone, Debug)]
pub struct Kept {
    pub asked: Asked,
    pub known: Known,
    /// What it said until now and does not say any more.
    pub replaced: Option<String>,
}

/// What is meant, and what was said of it so far.
pub fn before(v: &mut Visit<'_>, said: &str, part: Option<&str>) -> Result<Before, Trouble> {
    let map = read(v)?;
    let asked = Asked::meant(&map, said, part).map_err(|not_meant| match not_meant {
        NotMeant::NoQuestion => Community::NoQuestion { said: said.to_owned() },
        NotMeant::NoPart { of } => Community::NoPart { of, said: part.unwrap_or_default().to_owned() },
    })?;
    let words = |asked: Asked| asked.words(&map).unwrap_or_default().to_owned();
    let part = |asked| Part { asked, words: words(asked), said: map.said(asked) };
    Ok(Before { asked, words: words(asked), in_turn: asked.in_turn().into_iter().map(part).collect() })
}

/// Gives answers, each to its question.
pub fn give(v: &mut Visit<'_>, answers: &[(Asked, Answer)], place: Where) -> Result<Given, Trouble> {
    let map = read(v)?;
    let (mut given, mut kept) = (Vec::new(), Vec::new());
    for (asked, answer) in answers {
        let before = map.said(*asked);
        let (answer, replaced) = match place {
            Where::Below => (answer.clone().below(before.as_deref()), None),
            Where::InPlace => (answer.clone(), before.filter(|before| Some(before) != answer.text.as_ref())),
        };
        kept.push(Kept { asked: *asked, known: answer.known, replaced });
        given.push((*asked, answer));
    }
    let document = v.map_document()?;
    v.edit(document, |edit| given.iter().try_for_each(|(asked, answer)| Map::put(edit, asked, answer)))??;
    v.commit()?;
    Ok(Given { kept, progress: read(v)?.progress(), seen_by: member::who_sees(v)? })
}
