//! Which campaign was meant, in words.

use allymap_home::trouble::Campaign;

use super::{Candidate, Exit, Failure};

pub(super) fn words(trouble: Campaign) -> Failure {
    match trouble {
        Campaign::NoneOpen => Failure::new("AM-NO-CAMPAIGN", Exit::Failed, "This map has no campaign that is open.")
            .hint("Begin one with: allymap campaign add \"SENTENCE\""),
        Campaign::SeveralOpen { open } => which("This map has several campaigns.", &open),
        Campaign::Several { fitting } => which("Several campaigns fit.", &fitting),
        Campaign::NotCalled { said, near, open } => {
            let said: String = said.chars().take(60).collect();
            let message = match near {
                Some(near) => format!("No campaign is called \"{said}\". Did you mean \"{near}\"?"),
                None => format!("No campaign is called \"{said}\"."),
            };
            let mut failure = which(&message, &open);
            failure.code = "AM-NO-CAMPAIGN";
            failure.hint("Begin one with: allymap campaign add \"SENTENCE\". Nothing was changed.")
        }
        Campaign::Alike { sentence, closed } => Failure::new(
            "AM-ALIKE",
            Exit::NeedsPerson,
            format!("\"{sentence}\" is a campaign of this map already. Nothing was added."),
        )
        .hint(match closed {
            true => "It is closed; it goes on with: allymap campaign edit … --reopen",
            false => "Look at it with: allymap campaign show",
        }),
        Campaign::Closed { sentence, on } => Failure::usage(format!("\"{sentence}\" was closed on {}.", on.spelled()))
            .hint("Nothing was changed. It goes on with: allymap campaign edit … --reopen"),
        Campaign::WhichArgument { campaign } => {
            let mut failure = Failure::new("AM-WHICH", Exit::WhichEntry, "It is not clear which argument is meant.")
                .hint("Use the letters at the end of its line. Nothing was changed.");
            let candidate = |argument| {
                let id = campaign.letters(argument);
                Candidate { id, name: argument.said.join(" / "), kind: "argument".to_owned() }
            };
            failure.candidates = campaign.arguments.iter().map(candidate).collect();
            failure
        }
    }
}

fn which(message: &str, several: &[allymap_domain::map::campaign::Campaign]) -> Failure {
    let mut failure = Failure::new("AM-WHICH-CAMPAIGN", Exit::WhichEntry, message)
        .hint("Name one of them with --for, by words of its sentence.");
    let candidate = |campaign: &allymap_domain::map::campaign::Campaign| Candidate {
        id: campaign.id.to_string(),
        name: campaign.sentence.clone(),
        kind: "campaign".to_owned(),
    };
    failure.candidates = several.iter().map(candidate).collect();
    failure
}
