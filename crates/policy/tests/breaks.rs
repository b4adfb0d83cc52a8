//! The cases are watched too: whoever breaks a rule of the pack, by a line or by a word, is caught by at least one case.

use allymap_policy::cases::{self, NamedCase};
use allymap_policy::{Case, Pack, Statement, evaluate};

fn golden() -> Vec<NamedCase> {
    [include_str!("../cases/guide.toml"), include_str!("../cases/text.toml"), include_str!("../cases/people.toml")]
        .into_iter()
        .flat_map(|text| cases::parse(text).unwrap())
        .collect()
}

/// The first case that notices.
fn caught(pack: &Pack, golden: &[NamedCase]) -> Option<String> {
    golden.iter().find_map(|case| {
        let differs = !case.expect.differences(&evaluate(pack, &case.case)).is_empty();
        differs.then(|| case.id.clone())
    })
}

/// Deliberate breaks, each a plausible mistake of somebody who edits the pack.
const BREAKS: &[(&str, &str, &str)] = &[
    (
        "a party is only a reason to think again",
        "when = { affiliation = \"party\" }\nsays = \"an organiser is a political party\"\nverdict = \"stop\"",
        "when = { affiliation = \"party\" }\nsays = \"an organiser is a political party\"\nverdict = \"reconsider\"",
    ),
    (
        "only a high danger to people counts, not one to our name",
        "risk = [\"reputational\", \"physical\"]",
        "risk = \"physical\"",
    ),
    (
        "a high danger that can be mitigated stops too",
        "level = \"high\", mitigation = \"cannot\" }\nsays = \"a high {risk} that cannot be mitigated\"\nverdict = \"stop\"",
        "level = \"high\", mitigation = [\"can-be\", \"cannot\"] }\nsays = \"a high {risk} that cannot be mitigated\"\nverdict = \"stop\"",
    ),
    (
        "the law is not asked about",
        "[[rule.ask]]\nfact = \"law_conflict\"\nwhen = { risk = \"legal\", level = \"high\", mitigation = \"cannot\" }\n",
        "",
    ),
    (
        "an unjust law counts like any other",
        "unless = { law_conflict = \"no\" }\n",
        "unless = { law_conflict = [\"yes\", \"no\"] }\n",
    ),
    ("an agreement lowers nothing", "lowered = \"as agreed\"\n", ""),
    (
        "consent is asked only where it is known to be about them",
        "unless = { rights_holders = \"no\" }",
        "when = { rights_holders = [\"affected\", \"led\"] }",
    ),
    (
        "a blessing is a yes",
        "when = { consent = \"blessing\" }\nsays = \"they are not part of it, and wish our own action well\"\nrole = \"none\"",
        "when = { consent = \"blessing\" }\nsays = \"they are not part of it, and wish our own action well\"",
    ),
    (
        "a no is a reason to think again",
        "says = \"they said no\"\nverdict = \"stop\"",
        "says = \"they said no\"\nverdict = \"reconsider\"",
    ),
    (
        "a different message needs nobody's answer",
        "refer = [\"staff\", \"branch-committee\"]\nawaits_answer = true\n\n",
        "refer = [\"staff\", \"branch-committee\"]\n\n",
    ),
    ("a different message keeps our name", "role = \"issue-only\"\nbranding = \"none\"", "role = \"issue-only\""),
    (
        "a party that declined is as good as silent",
        "when = { politicians_speak = \"yes\", parties = \"declined\" }\nsays = \"a major party declined\"\n",
        "when = { politicians_speak = \"yes\", parties = \"declined\" }\nsays = \"a major party declined\"\nverdict = \"reconsider\"\n",
    ),
    ("several faiths count as one", "faith_host = \"one\" }\nsays", "faith_host = [\"several\", \"one\"] }\nsays"),
    (
        "an official tie is not waited for",
        "says = \"the tie to the party is official\"\nawaits_answer = true",
        "says = \"the tie to the party is official\"\noptions = \"ask staff\"",
    ),
    (
        "the money may be shared with those who lead",
        "when = { rights_holders = \"led\", funds = \"shared\" }\nsays = \"they lead, and we would take a share of the money\"\nverdict = \"reconsider\"",
        "when = { rights_holders = \"led\", funds = \"shared\" }\nsays = \"they lead, and we would take a share of the money\"\noptions = \"talk\"",
    ),
    ("a request is forgotten", "theirs = \"as they asked\"", "options = \"as they asked\""),
    (
        "nobody answers for a political tie, and yet an answer counts there",
        "id = \"R14\"",
        "id = \"R14\"\nanswers = true",
    ),
    ("mitigation is a good wish", "conditions = \"mitigate the {risk}\"", "options = \"mitigate the {risk}\""),
];

#[test]
fn every_deliberate_break_is_caught() {
    let golden = golden();
    assert_eq!(caught(Pack::shipped(), &golden), None);
    for (name, from, to) in BREAKS {
        assert!(Pack::SHIPPED_TEXT.contains(from), "{name}: the pack does not say {from:?} any more");
        let pack = Pack::parse(&Pack::SHIPPED_TEXT.replacen(from, to, 1))
            .unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert!(caught(&pack, &golden).is_some(), "nobody noticed: {name}");
    }
}

/// Every line that does something is taken out, and every question and every effect: each must be missed.
#[test]
fn no_line_of_the_pack_can_be_lost_unnoticed() {
    let golden = golden();
    let lines: Vec<&str> = Pack::SHIPPED_TEXT.lines().collect();
    let mut unnoticed = Vec::new();
    let mut tried = 0;
    for (place, line) in lines.iter().enumerate() {
        let length = match line.split(' ').next().unwrap_or_default() {
            "[[rule.ask]]" | "[[rule.effect]]" => {
                1 + lines[place + 1..].iter().take_while(|line| !line.is_empty() && !line.starts_with('[')).count()
            }
            "unless" | "verdict" | "role" | "branding" | "conditions" | "refer" | "options" | "theirs"
            | "awaits_answer" | "lowered" | "answers" => 1,
            _ => continue,
        };
        let text: Vec<&str> = [&lines[..place], &lines[place + length..]].concat();
        // A page that no longer makes sense says so, which is being caught too.
        let Ok(pack) = Pack::parse(&text.join("\n")) else { continue };
        tried += 1;
        if caught(&pack, &golden).is_none() {
            unnoticed.push(format!("line {}: {}", place + 1, lines[place..place + length].join(" / ")));
        }
    }
    assert!(tried > 90, "only {tried} were tried");
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
}

/// The engine's own promises, broken from outside: what the statements say of each other is made to lie.
#[test]
fn cases_about_people_notice_when_what_was_seen_is_lost_or_invented() {
    let golden = golden();
    type Bend = fn(&mut Statement);
    let bends: [(&str, Bend); 5] = [
        ("nobody saw anything", |said| said.saw.clear()),
        ("everybody has a reason", |said| said.reason = said.reason.clone().or_else(|| Some("so".to_owned()))),
        ("no consent has a giver", |said| said.giver = None),
        ("every consent is for this event", |said| said.occasion = None),
        ("what was taken back is too old instead", |said| {
            if said.value.is_none() {
                said.was = Some("was something".to_owned());
            }
        }),
    ];
    for (name, bend) in bends {
        let noticed = golden.iter().any(|named| {
            let mut case: Case = named.case.clone();
            case.statements.iter_mut().for_each(bend);
            !named.expect.differences(&evaluate(Pack::shipped(), &case)).is_empty()
        });
        assert!(noticed, "nobody noticed: {name}");
    }
}
