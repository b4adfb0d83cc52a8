//! Forms for paper: to be filled with a pen where a screen would be in the way, and typed in afterwards.

use crate::report::Section;
use crate::report::page::{Block, Page, Paper};

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

/// The guide's questions, with what to think of in each. Its sixth has the words of the fifth.
const QUESTIONS: [(&str, &str); 7] = [
    (
        "1  What is our community?",
        "Where does it start and end: a suburb, an electorate, a town? A particular group of people? Who lives here?",
    ),
    (
        "2  How well does it know us?",
        "Do we start from scratch? Good or bad experiences? What do people expect of us, what do they know?",
    ),
    (
        "3  What is out there?",
        "Other organisations, schools, health, government, businesses? Where and how do people meet? Which events matter?",
    ),
    ("4  What do people care about?", "Which issues, which campaigns now? What will make them want to join in?"),
    (
        "5/6  Who else campaigns on this?",
        "What are they doing now, what did they do before? Local tensions? What do we risk, what do we gain by coming in?",
    ),
    ("7  Who decides?", "Local, state and federal politicians? Heads of organisations, institutions and businesses?"),
    ("8  Who influences them?", "Which associations? Where can more pressure come from?"),
];

fn template() -> Vec<Block> {
    let mut blocks = vec![Block::Part("Eight questions", Paper::Upright)];
    for (question, hints) in QUESTIONS {
        blocks.push(Block::Heading(question.to_owned()));
        blocks.push(Block::Room(hints.to_owned(), 3));
    }
    blocks.push(Block::Part("Seven sections", Paper::Upright));
    for section in Section::ALL {
        blocks.push(Block::Heading(section.heading().to_owned()));
        let hint = match section {
            Section::Demographics => "Figures and facts, with source and date",
            Section::KeyDates => "Local holidays, festivals, human-rights dates",
            Section::LocalIssues => "What people here talk and worry about",
            Section::Organisations => {
                "Activists, rights holders, charities, social, youth, recreation, businesses: name, contact, who of us knows them"
            }
            Section::People => {
                "Politicians, community leaders, journalists, celebrities, Elders: name, role, who listens to whom"
            }
            Section::Institutions => {
                "Schools, universities, colleges, hospitals, churches, government buildings, shopping centres"
            }
            Section::Places => "Gardens, parks, halls, public spaces, markets: where, how many people, steps or none",
        };
        blocks.push(Block::Room(hint.to_owned(), 4));
    }
    blocks
}
