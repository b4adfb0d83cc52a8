//! Making a map, inviting, asking to join, letting in: what did not work.

use allymap_home::trouble::{People, Turned};

use super::{Candidate, Exit, Failure};

pub(super) fn people(trouble: People) -> Failure {
    match trouble {
        People::NotFounded(error) => {
            Failure::new("AM-NEW", Exit::Failed, format!("The map could not be made: {error}."))
        }
        People::NobodyReachesIt => Failure::new(
            "AM-NO-RELAY",
            Exit::Failed,
            "This map is not exchanged through any relay yet, so nobody can reach it.",
        )
        .hint("Add one with: allymap relay add LINE (its operator has the line)."),
        People::NotAConvenor => {
            Failure::new("AM-ROLE", Exit::Failed, "Only a convenor of this map can invite or approve.")
                .hint("allymap member list names the convenors.")
        }
        People::NotInvited(error) => {
            Failure::new("AM-INVITE", Exit::Failed, format!("That did not work: {error}.")).hint("Nothing was changed.")
        }
        People::NotAnInvitation(error) => Failure::usage(format!("This is not an invitation: {error}."))
            .hint("Copy the whole line again, from ALLYMAP: to its end. Nothing was changed."),
        People::NewerInvitation(error) => Failure::usage(format!("This is not an invitation: {error}."))
            .hint("Install the newer version of allymap."),
        People::HereAlready { map } => {
            Failure::new("AM-JOINED", Exit::Failed, format!("This computer has {map} already."))
                .hint("Look at it with: allymap status")
        }
        People::Turned(why) => turned(&why),
        People::NoMapInIt(error) => {
            Failure::new("AM-JOIN", Exit::Failed, format!("The invitation's map cannot be read: {error}."))
        }
        People::NobodyAsks { number } => Failure::new(
            "AM-NOBODY",
            Exit::WhichEntry,
            match number {
                Some(number) => format!("Nobody asks to join under number {number}."),
                None => "Nobody asks to join.".to_owned(),
            },
        )
        .hint("Requests arrive with: allymap sync, on the computer that made the invitation."),
        People::SeveralAsk { fitting } => {
            let mut failure = Failure::new("AM-WHICH", Exit::WhichEntry, "More than one person asks to join.")
                .hint("Say which, by their number: allymap member approve NUMBER");
            failure.candidates = fitting
                .into_iter()
                .map(|one| Candidate { id: one.number.to_string(), name: one.name, kind: one.group })
                .collect();
            failure
        }
        People::OtherWords { number } => Failure::new("AM-WORDS", Exit::Failed, "These are not the words of who asks.")
            .hint(format!(
                "Nobody was let in. Let them read their words once more. If they differ again, somebody may stand between you: allymap member decline {number}"
            )),
    }
}

fn turned(why: &Turned) -> Failure {
    let because = match why {
        Turned::OtherRelay => "the relay at this address is not the one of the invitation".to_owned(),
        Turned::Version { oldest, newest, ours } => {
            format!("the relay speaks versions {oldest} to {newest} of the protocol, this program {ours}")
        }
        Turned::Taken => "this invitation was used on another device".to_owned(),
        Turned::Unknown => "the relay knows no such invitation".to_owned(),
        Turned::Altered => "what the relay holds for this invitation was altered".to_owned(),
        Turned::Refused { code } => format!("the relay refused: {code}"),
        Turned::Protocol => "the relay does not keep to the protocol".to_owned(),
    };
    let told = Failure::new("AM-INVITATION", Exit::Failed, format!("You could not join: {because}."));
    told.hint(match why {
        Turned::Taken | Turned::Unknown => {
            "Ask for a new invitation. If this one is quite new, the person who made it must run allymap sync first."
        }
        Turned::OtherRelay | Turned::Altered => "Ask for a new invitation, and tell the person who invited you.",
        Turned::Version { .. } => "Bring allymap on this computer and the relay to the same version.",
        Turned::Refused { .. } | Turned::Protocol => "Nothing was changed. Try again later.",
    })
}
