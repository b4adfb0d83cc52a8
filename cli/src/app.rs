//! What a command may reach: a visit to the maps of this computer, the output, and whoever can be asked.

use std::path::PathBuf;

use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_home::computer::folders::Folders;
use allymap_home::computer::keys::Keys;
use allymap_home::maps::rows::MapRow;
use allymap_home::{Home, Tried, Trouble, Visit};
use tokio::runtime::{self, Runtime};

use crate::terminal::answer::Answer;
use crate::terminal::failure::{Failure, exchange};
use crate::terminal::output::Output;
use crate::terminal::prompt::Prompt;
use crate::terminal::typed;

/// Options that every command understands, beside those of the visit and of the output.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// The program as a command sees it.
pub(crate) struct App<'h> {
    /// Reached through [`App::visit`], which sees to it that the maps are open.
    visit: Visit<'h>,
    pub(crate) output: Output,
    /// Reached through [`App::ask`] alone, which lets the maps go meanwhile.
    prompt: Prompt,
    pub(crate) options: Options,
}

impl<'h> App<'h> {
    pub(crate) fn new(visit: Visit<'h>, output: Output, prompt: Prompt, options: Options) -> App<'h> {
        App { visit, output, prompt, options }
    }

    /// The visit, with the passphrase asked for when the maps are first used, if it has to be.
    pub(crate) fn visit(&mut self) -> Result<&mut Visit<'h>, Failure> {
        self.unlocked()?;
        Ok(&mut self.visit)
    }

    /// Sees to it that the maps are open, if there are any.
    pub(crate) fn unlocked(&mut self) -> Result<(), Failure> {
        if self.visit.home().keys()? == Keys::Locked {
            let passphrase = match &self.options.passphrase_file {
                Some(path) => typed::passphrase(&self.output, path)?,
                None if self.prompt.can_ask() => self.prompt.secret("Passphrase")?,
                None => return Err(Failure::locked()),
            };
            self.visit.home_mut().unlock(&passphrase, None)?;
        }
        Ok(())
    }

    /// This computer, whether its maps are open or not.
    pub(crate) fn home(&self) -> &Home {
        self.visit.home()
    }

    pub(crate) fn home_mut(&mut self) -> &mut Home {
        self.visit.home_mut()
    }

    pub(crate) fn folders(&self) -> &Folders {
        self.visit.home().folders()
    }

    /// Makes the home on this computer, with a passphrase or without one, if there is none yet.
    pub(crate) fn make_home(&mut self) -> Result<(), Failure> {
        // Maps without their keys must not get new ones over them.
        if self.home().has_keys() || self.folders().store().exists() {
            self.unlocked()?;
            return Ok(());
        }
        let passphrase = match &self.options.passphrase_file {
            Some(path) => Some(typed::passphrase(&self.output, path)?),
            None => typed::new_passphrase(&self.ask())?,
        };
        self.home_mut().make(passphrase.as_ref().map(|passphrase| passphrase.as_str()))?;
        if passphrase.is_none() {
            self.output.warn(
                "No passphrase: whoever has this computer can read the map. Set one with: allymap lock --new-passphrase",
            );
        }
        Ok(())
    }

    /// Ends the visit.
    pub(crate) fn leave(self) {
        if let Some(packed) = self.visit.leave() {
            self.output.status(format_args!(
                "The folder of your maps was packed: {} MB before, {} MB now.",
                packed.before_bytes >> 20,
                packed.after_bytes.div_ceil(1 << 20)
            ));
        }
    }

    /// The day of `--as-of`, or what this computer's calendar says.
    pub(crate) fn today(&self) -> Date {
        self.visit.today()
    }

    /// Who can be asked, with the home let go meanwhile: a person who thinks must not keep other commands waiting.
    pub(crate) fn ask(&mut self) -> Prompt {
        if self.can_ask() {
            self.let_go();
        }
        self.prompt.clone()
    }

    pub(crate) fn map(&mut self) -> Result<MapRow, Failure> {
        Ok(self.visit()?.map()?)
    }

    /// The one entry that somebody means. Nothing is guessed: several, or a misspelt name, are told as candidates.
    pub(crate) fn find(&mut self, said: &str) -> Result<Card, Failure> {
        Ok(self.visit()?.find(said)?)
    }

    /// A fresh name for something beside the map; nothing secret is made of it.
    pub(crate) fn fresh<const N: usize>(&self) -> [u8; N] {
        self.visit.fresh()
    }

    /// Whether there is somebody to ask.
    pub(crate) fn can_ask(&self) -> bool {
        self.prompt.can_ask()
    }

    /// Asks until the answer is understood; `None` for Enter, and when there is nobody to ask.
    pub(crate) fn ask_until<T>(
        &mut self,
        question: &str,
        mut understand: impl FnMut(&mut Self, &str) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        loop {
            let Some(answer) = self.ask().optional(question)? else { return Ok(None) };
            match understand(self, &answer) {
                Err(failure) if failure.is_about_the_answer() => self.output.again(&failure),
                understood => return understood.map(Some),
            }
        }
    }

    /// Says an answer: as JSON, or in words. The two forms of each stand beside each other in the command's file.
    pub(crate) fn tell(&self, answer: &impl Answer) -> Result<(), Failure> {
        self.output.tell(answer);
        Ok(())
    }

    /// Calls an act until it is done, finding out each time what it wants first.
    pub(crate) fn settle<D, T, W>(
        &mut self,
        draft: &mut D,
        act: impl Fn(&mut Visit<'h>, &D) -> Result<Tried<T, W>, Trouble>,
        mut find_out: impl FnMut(&mut Self, &mut D, W) -> Result<(), Failure>,
    ) -> Result<T, Failure> {
        loop {
            match act(self.visit()?, draft)? {
                Tried::Kept(done) => return Ok(done),
                Tried::Wants(wants) => {
                    let first = wants.into_iter().next().expect("an act that is not done wants something");
                    find_out(self, draft, first)?;
                }
            }
        }
    }

    /// Others may use the home while a person thinks, unless an edit of theirs waits to be kept.
    pub(crate) fn let_go(&mut self) {
        self.visit.let_go();
    }
}

/// What an exchange runs in.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    runtime::Builder::new_current_thread().enable_all().build().map_err(|error| exchange::no_network(&error))
}
