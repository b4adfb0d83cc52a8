//! Questions, where something is missing and somebody is there. One question a line, Enter skips.

use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// Who can be asked. Never required: without it a command says which flag it needs.
#[derive(Clone)]
pub(crate) struct Prompt {
    asks: bool,
    output: Output,
    /// Questions and what was typed in answer to them. Secrets and a yes or no are not in it.
    typed: Arc<Mutex<Vec<(String, String)>>>,
}

/// What somebody picked.
pub(crate) enum Picked {
    One(usize),
    Nothing,
    Back,
}

/// Typed to go back one question.
pub(crate) const BACK: &str = "b";

impl Prompt {
    pub(crate) fn new(no_input: bool, output: Output) -> Prompt {
        Prompt { asks: output.streams.has_somebody() && !no_input, output, typed: Arc::default() }
    }

    pub(crate) fn can_ask(&self) -> bool {
        self.asks
    }

    /// Everything that was typed so far, for a command that fails after it.
    pub(crate) fn typed(&self) -> Vec<(String, String)> {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A line that must not be empty.
    pub(crate) fn required(&self, question: &str, flag: &str) -> Result<String, Failure> {
        if !self.asks {
            return Err(Failure::missing(question, flag));
        }
        loop {
            let answer = self.line(question)?;
            if !answer.is_empty() {
                self.remember(question, &answer);
                return Ok(answer);
            }
        }
    }

    /// A line, or nothing.
    pub(crate) fn optional(&self, question: &str) -> Result<Option<String>, Failure> {
        if !self.asks {
            return Ok(None);
        }
        let answer = self.line(question)?;
        self.remember(question, &answer);
        Ok(Some(answer).filter(|answer| !answer.is_empty()))
    }

    /// A line about something that a stranger wrote: it stands below the question.
    pub(crate) fn about(&self, question: &str, what: &str) -> Result<String, Failure> {
        if self.output.plain {
            return self.output.ask_line(&format!("{question}\n{}", self.output.one_line(what)));
        }
        let (question, what) = (self.output.safe(question), self.output.one_line(what));
        let answer = inquire::Text::new(&question).with_help_message(&what).prompt().map_err(gone)?;
        Ok(answer.trim().to_owned())
    }

    /// One of these, by number or by name; `None` for Enter.
    pub(crate) fn choose(&self, question: &str, choices: &[String]) -> Result<Option<usize>, Failure> {
        Ok(match self.pick(question, choices, false)? {
            Picked::One(at) => Some(at),
            Picked::Nothing | Picked::Back => None,
        })
    }

    /// One of these, or `b` to go back to the question before.
    pub(crate) fn pick(&self, question: &str, choices: &[String], back: bool) -> Result<Picked, Failure> {
        if !self.asks {
            return Ok(Picked::Nothing);
        }
        if self.output.plain {
            let list: Vec<String> = choices
                .iter()
                .enumerate()
                .map(|(at, choice)| format!("{} {}", at + 1, self.output.one_line(choice)))
                .collect();
            let keys = if back { "Enter: none; b: back" } else { "Enter: none" };
            let answer = self.line(&format!("{question}\n{}\nNumber ({keys})", list.join("\n")))?;
            if back && answer.eq_ignore_ascii_case(BACK) {
                return Ok(Picked::Back);
            }
            let number = answer.trim().parse::<usize>().ok().filter(|number| (1..=choices.len()).contains(number));
            return Ok(number.map_or(Picked::Nothing, |number| Picked::One(number - 1)));
        }
        let mut lines: Vec<String> = choices.iter().map(|choice| self.output.one_line(choice)).collect();
        lines.extend(back.then(|| format!("{BACK}  back to the question before")));
        let picked = inquire::Select::new(&self.output.safe(question), lines).raw_prompt_skippable().map_err(gone)?;
        Ok(match picked.map(|picked| picked.index) {
            Some(at) if at == choices.len() => Picked::Back,
            Some(at) => Picked::One(at),
            None => Picked::Nothing,
        })
    }

    /// Yes or no; no when nobody can be asked.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, Failure> {
        if !self.asks {
            return Ok(false);
        }
        Ok(matches!(self.line(&format!("{question} [y/N]"))?.to_lowercase().as_str(), "y" | "yes"))
    }

    /// A letter, or Enter.
    pub(crate) fn letter(&self, question: &str) -> Result<String, Failure> {
        Ok(if self.asks { self.line(question)?.to_lowercase() } else { String::new() })
    }

    pub(crate) fn secret(&self, question: &str) -> Result<Zeroizing<String>, Failure> {
        let typed = rpassword::prompt_password(self.output.safe(&format!("{question}: ")));
        typed.map(Zeroizing::new).map_err(|_| Failure::stopped())
    }

    /// Several lines, until an empty one.
    pub(crate) fn text(&self, question: &str) -> Result<Option<String>, Failure> {
        if !self.asks {
            return Ok(None);
        }
        let mut lines = vec![self.line(&format!("{question} (an empty line ends)"))?];
        while let Some(line) = lines.last().filter(|line| !line.is_empty()) {
            self.remember(if lines.len() == 1 { question } else { "" }, line);
            lines.push(self.line("")?);
        }
        lines.pop();
        Ok((!lines.is_empty()).then(|| lines.join("\n")))
    }

    fn remember(&self, question: &str, answer: &str) {
        if !answer.is_empty() {
            let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
            typed.push((question.to_owned(), answer.to_owned()));
        }
    }

    fn line(&self, question: &str) -> Result<String, Failure> {
        if self.output.plain {
            return self.output.ask_line(question);
        }
        let answer = inquire::Text::new(&self.output.safe(question)).prompt().map_err(gone)?;
        Ok(answer.trim().to_owned())
    }
}

fn gone(_: inquire::InquireError) -> Failure {
    Failure::stopped()
}
