//! Words of the guides and of everyday speech that are no commands here, and the command that does what they mean.

use crate::terminal::suggested;
use allymap_domain::entry::position::Place;
use clap::Command;

/// What somebody may type, and what does it. A command that is not in the tree (yet) is not told.
const WORDS: &[(&str, &str)] = &[
    ("add", "partner add"),
    ("show", "partner show"),
    ("list", "partner list"),
    ("archive", "partner archive"),
    ("same", "partner merge"),
    ("merge", "partner merge"),
    ("know", "partner edit WHO --known-by"),
    ("stage", "partner edit WHO --stage"),
    ("holds", "partner edit WHO --held-by"),
    ("moves", "spectrum --since"),
    ("draw", "spectrum --draw"),
    ("statement", "log add WHO --kind statement"),
    ("consult", "log add WHO --kind consulted"),
    ("practice", "new --practice"),
    ("give", "gave"),
    ("favour", "gave"),
    ("path", "link path"),
    ("influence", "link add"),
    ("dates", "date list"),
    ("hall", "place list"),
    ("halls", "place list"),
    ("parks", "place list"),
    ("answer", "map answer"),
    ("question", "map question"),
    ("issue", "map issue"),
    ("why", "history"),
    ("news", "history"),
    ("conflicts", "history"),
    ("settle", "risk settle"),
    ("members", "member list"),
    ("approve", "member approve"),
    ("revoke", "member remove"),
    ("print", "report"),
    ("directory", "report --directory"),
    ("wallchart", "report --wallchart"),
    ("understanding", "report --for partner --about"),
    ("decide", "event assess"),
    ("cases", "policy try"),
    ("refer", "refer add"),
    ("bundle", "bundle write"),
    ("search", "find"),
    ("calendar", "date list --ics"),
    ("settings", "config show"),
];

/// Words behind a noun that want another verb, or another noun.
const BEHIND: &[(&str, &str)] = &[("approach", "approach check"), ("log", "log add"), ("campaign", "campaign show")];

/// What was meant, if this program knows it better than a comparison of letters does.
pub(crate) fn hint(tree: &Command, words: &[String]) -> Option<String> {
    let path = path(tree, words);
    let typed: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let here = path.iter().try_fold(tree, |at, word| at.find_subcommand(word))?;
    if path.is_empty() {
        let (_, command) = WORDS.iter().find(|(word, _)| typed.first() == Some(word))?;
        return is_here(tree, command).then(|| format!("Here that is: allymap {command}"));
    }
    if !here.has_subcommands() {
        return None;
    }
    match (path.as_slice(), typed.get(path.len()), typed.get(path.len() + 1)) {
        (["place"], Some(who), Some(place)) if Place::typed(place).is_some() => {
            Some(format!("On the spectrum that is: {}", suggested::command("move", who, place)))
        }
        ([noun], Some(who), None) => {
            let (_, command) = BEHIND.iter().find(|(word, _)| word == noun)?;
            Some(format!("Perhaps: {}", suggested::command(command, who, "")))
        }
        (_, None, _) => {
            let verbs: Vec<&str> = here.get_subcommands().map(Command::get_name).collect();
            Some(format!("There are: allymap {} {}", path.join(" "), verbs.join(", ")))
        }
        _ => None,
    }
}

/// The commands among the words, from the first word on.
pub(crate) fn path<'a>(tree: &'a Command, words: &[String]) -> Vec<&'a str> {
    let mut path = Vec::new();
    let mut at = tree;
    for word in words.iter().filter(|word| !word.starts_with('-')) {
        let Some(below) = at.find_subcommand(word) else { break };
        path.push(below.get_name());
        at = below;
    }
    path
}

/// Details that follow a command do not begin with a small letter.
fn is_here(tree: &Command, command: &str) -> bool {
    let mut names = command.split(' ').take_while(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
    let found = names.try_fold(tree, |at, name| at.find_subcommand(name));
    found.is_some_and(|command| !command.has_subcommands())
}
