//! Forms for paper: to be filled with a pen where a screen would be in the way, and typed in afterwards.

use allymap_domain::map::question::QUESTIONS;
use allymap_domain::map::section::SECTIONS;

use crate::paper::page::{Block, Page, Paper};

/// A form to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlankForm {
    /// For a relational meeting: the eight things to find out.
    Meeting,
    /// The eight questions and the seven sections.
    Template,
}

/// One HTML file.
pub fn blank_form(form: BlankForm) -> String {
    let (title, below, blocks) = match form {
        BlankForm::Meeting => ("Getting to know each other", MEETING_BELOW, meeting()),
        BlankForm::Template => ("Our community map", TEMPLATE_BELOW, template()),
    };
    Page { title: title.to_owned(), below: vec![below.to_owned()], blocks }.html()
}

const MEETING_BELOW: &str = "A conversation, not an interview: let it wander, and write this down afterwards. Write as if they will read it; they may ask to.";
const TEMPLATE_BELOW: &str = "Not knowing is fine: leave it empty, and it becomes something to find out. For each answer note who said so, and when.";

fn meeting() -> Vec<Block> {
    let mut blocks = vec![Block::Part("Who met", Paper::Upright)];
    blocks.push(Block::Room("With whom (name, organisation)".to_owned(), 1));
    blocks.push(Block::Room("Who of us · date · where".to_owned(), 1));
    blocks.push(Block::Ticks(vec!["We said who we are and why we came", "We said that we keep notes"]));
    blocks.push(Block::Heading("What we found out".to_owned()));
    for question in [
        "1  What do they do, and what are they working on?",
        "2  Where do they stand on our campaign?",
        "3  What resources and capacity do they have?",
        "4  Whom else do they know and work with?",
        "5  Which decision makers listen to them?",
        "6  Would they like to work with us?",
        "7  What might stand in the way?",
        "8  What could we do for each other?",
    ] {
        blocks.push(Block::Room(question.to_owned(), 2));
        if question.starts_with('2') {
            blocks.push(Block::Ticks(vec![
                "active ally",
                "passive ally",
                "neutral",
                "passive opponent",
                "active opponent",
                "not known",
            ]));
        }
    }
    blocks.push(Block::Heading("Afterwards".to_owned()));
    blocks.push(Block::Room("What did we promise, and by when? When do we next say hello?".to_owned(), 2));
    blocks
}

fn template() -> Vec<Block> {
    let mut blocks = vec![Block::Part("Questions", Paper::Upright)];
    for question in QUESTIONS {
        // Number 6 has the words of number 5.
        let number = if question.number == 5 { "5, 6".to_owned() } else { question.number.to_string() };
        blocks.push(Block::Heading(format!("{number}  {}", question.words)));
        let parts: Vec<&str> = question.parts.iter().map(|part| part.words).collect();
        blocks.push(Block::Room(parts.join(" "), 4));
    }
    blocks.push(Block::Part("Sections", Paper::Upright));
    for section in SECTIONS {
        blocks.push(Block::Heading(section.title.to_owned()));
        blocks.push(Block::Room(section.hint.to_owned(), 5));
    }
    blocks
}
