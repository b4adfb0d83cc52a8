//! Whoever mistypes a pack or a case file is told the line, what is wrong, and what to write.

use allymap_policy::{Fault, Pack, cases};

/// A page, the line of its mistake, and words of what is said about it.
type Row = (&'static str, usize, &'static [&'static str]);

const CASES: &[Row] = &[
    ("[[case]]\nid = \"x\"\nfacts = { mesage = \"same\" }", 3, &["`mesage` is not a fact", "Did you mean `message`?"]),
    (
        "[[case]]\nid = \"x\"\nmessage = \"same\"",
        3,
        &["`message` is not known in a case", "Write facts = { message = … }"],
    ),
    (
        "[[case]]\nid = \"x\"\nfacts = { message = \"diferent\" }",
        3,
        &["`diferent` is no value of `message`", "Did you mean `different`?"],
    ),
    ("[[case]]\nid = \"x\"\nfacts = { message = \"purple\" }", 3, &["`purple`", "Known are: same, different, open"]),
    ("[[case]]\nid = \"x\"\nfacts = { message = true }", 3, &["`message` is no text", "double quotes"]),
    ("[[case]]\nid = \"x\"\nstroy = \"…\"", 3, &["`stroy`", "Did you mean `story`?"]),
    ("[[case]]\nstory = \"x\"", 1, &["the case has no `id`"]),
    ("[[case]]\nid = \"x\"\n\n[[case]]\nid = \"x\"", 4, &["two cases `x`"]),
    ("[[caze]]\nid = \"x\"", 1, &["`caze` is not known in a case file", "Did you mean `case`?"]),
    ("[[case]\nid = \"x\"", 1, &["this is not TOML"]),
    ("[[case]]\nid = \"x\"\nrisk = { legl = \"low\" }", 3, &["`legl` is no type of risk", "Did you mean `legal`?"]),
    ("[[case]]\nid = \"x\"\nrisk = { legal = \"hi\" }", 3, &["`hi` is no value of `risk`", "Did you mean `high`?"]),
    ("[[case]]\nid = \"x\"\nrisk = { legal = [\"high\", \"can not\"] }", 3, &["`can not`", "Did you mean `cannot`?"]),
    ("[[case]]\nid = \"x\"\nrisk = { legal = [\"high\", \"cannot\", \"yes\"] }", 3, &["too many words"]),
    (
        "[[case]]\nid = \"x\"\nrisk = { legal = \"low\" }\n[case.facts]\nrisk = { legal = \"high\" }",
        3,
        &["`risk.legal` is said twice by `start`", "Keep one"],
    ),
    (
        "[[case]]\nid = \"x\"\nfacts = { research = \"done\" }\n[[case.organiser]]\nname = \"Choir\"",
        3,
        &["`research` does not say of which organiser", "[[case.organiser]] of Choir"],
    ),
    (
        "[[case]]\nid = \"x\"\n[[case.organiser]]\nname = \"Choir\"\nresearch = \"done\"\n[[case.organiser]]\nname = \"Choir\"\nresearch = \"open\"",
        8,
        &["`research.Choir` is said twice"],
    ),
    ("[[case]]\nid = \"x\"\n[[case.organiser]]\nresearch = \"done\"", 3, &["the organiser has no `name`"]),
    (
        "[[case]]\nid = \"x\"\n[[case.organiser]]\nname = \"Choir\"\nconsent = \"full\"",
        5,
        &["`consent` is not a fact of an organiser"],
    ),
    ("[[case]]\nid = \"x\"\nfacts = { consent = { anser = \"full\" } }", 3, &["`anser`", "Did you mean `answer`?"]),
    (
        "[[case]]\nid = \"x\"\n[[case.statement]]\nby = \"ana\"\nsaw = \"ben\"\n[[case.statement]]\nby = \"ben\"",
        5,
        &["`ben` is no earlier statement"],
    ),
    (
        "[[case]]\nid = \"x\"\n[[case.statement]]\nby = \"ana\"\n[[case.statement]]\nby = \"ana\"",
        6,
        &["`ana` has spoken already"],
    ),
    ("[[case]]\nid = \"x\"\nfacts = { lifted = [\"no filming\"] }", 3, &["what is lifted is no table", "who said so"]),
    (
        "[[case]]\nid = \"x\"\nfacts = { requests = [{ text = \"no shirts\", kind = \"no-brand\" }] }",
        3,
        &["`no-brand`", "Did you mean `no-branding`?"],
    ),
    ("[[case]]\nid = \"x\"\nreferral = { R5 = \"agree\" }", 3, &["`agree`", "Did you mean `agreed`?"]),
    (
        "[[case]]\nid = \"x\"\nexpect = { label = \"Ask frist\" }",
        3,
        &["`Ask frist` is no label", "Did you mean `Ask first`?"],
    ),
    (
        "[[case]]\nid = \"x\"\nexpect = { verdict = \"maybe\" }",
        3,
        &["`maybe` is no verdict", "go, go-if, reconsider, stop"],
    ),
    (
        "[[case]]\nid = \"x\"\nexpect = { open_contain = [\"consent\"] }",
        3,
        &["`open_contain`", "Did you mean `open_contains`?"],
    ),
    (
        "[[case]]\nid = \"x\"\nexpect = { open = [\"concent\"] }",
        3,
        &["`concent` is no question", "Did you mean `consent`?"],
    ),
    (
        "[[case]]\nid = \"x\"\nexpect = { refer = [\"stuff\"] }",
        3,
        &["`stuff` is nobody to refer to", "Did you mean `staff`?"],
    ),
    ("[[case]]\nid = \"x\"\nnotes = { \"rsk.legal\" = \"was low\" }", 3, &["`rsk.legal` is no question"]),
    ("", 1, &["no cases"]),
];

const HEAD: &str = "format = 1\nname = \"x\"\nversion = 1\nnote = \"ours\"\nsources = { PG = \"a guide\" }\n";

/// What comes after [`HEAD`] and a rule of five lines: the rule's line is 6.
const RULES: &[Row] = &[
    ("asks = \"message\"", 11, &["`asks`", "Did you mean `ask`?"]),
    ("ask = [{ fact = \"mesage\" }]", 11, &["`mesage` is no fact", "Did you mean `message`?"]),
    ("ask = [{ fact = \"referral\" }]", 11, &["`referral` is never asked"]),
    ("ask = [{ fact = \"message\" }, { fact = \"message\" }]", 11, &["asks for `message` twice"]),
    (
        "effect = [{ when = { mesage = \"same\" }, says = \"x\", verdict = \"stop\" }]",
        11,
        &["no rule can look at `mesage`", "Did you mean `message`?"],
    ),
    (
        "effect = [{ when = { message = \"sam\" }, says = \"x\", verdict = \"stop\" }]",
        11,
        &["`sam` is no value of `message`", "Did you mean `same`?"],
    ),
    ("effect = [{ when = { message = [] }, says = \"x\", verdict = \"stop\" }]", 11, &["`message` names no value"]),
    (
        "effect = [{ when = { message = \"different\" }, unless = { message = \"different\" }, says = \"x\", verdict = \"stop\" }]",
        11,
        &["wanted and not wanted at once"],
    ),
    (
        "effect = [{ when = { message = \"different\" }, says = \"x\", verdict = \"halt\" }]",
        11,
        &["`halt` is no verdict"],
    ),
    ("effect = [{ when = { message = \"different\" }, says = \"x\" }]", 11, &["the effect changes nothing"]),
    ("effect = [{ when = { message = \"different\" }, verdict = \"stop\" }]", 11, &["the effect has no `says`"]),
    ("effect = [{ says = \"x\", verdict = \"stop\" }]", 11, &["it would always fire"]),
    (
        "effect = [{ when = { message = \"different\" }, says = \"x\", verdict = \"stop\", role = \"silent\" }]",
        11,
        &["a stop already means"],
    ),
    (
        "effect = [{ when = { message = \"different\" }, says = \"x\", awaits_answer = true }]",
        11,
        &["waits for an answer that does not count", "answers = true"],
    ),
    (
        "effect = [{ when = { message = \"different\" }, says = \"x\", refer = \"stuff\" }]",
        11,
        &["`stuff`", "Did you mean `staff`?"],
    ),
    (
        "effect = [{ when = { tactics = \"lawful\", consent = \"full\" }, says = \"x\", verdict = \"stop\" }]",
        11,
        &["several kinds of subjects"],
    ),
    (
        "effect = [{ when = { risk = \"leagl\" }, says = \"x\", verdict = \"stop\" }]",
        11,
        &["`leagl`", "Did you mean `legal`?"],
    ),
    (
        "effect = [{ when = { message = \"same\" }, says = \"x\", start = true, verdict = \"stop\" }]",
        11,
        &["a reason only, and changes something"],
    ),
    ("answers = \"yes\"\nask = [{ fact = \"message\" }]", 11, &["neither true nor false"]),
    ("", 6, &["neither asks nor does anything"]),
];

fn check(what: &str, faults: &[Fault], line: usize, words: &[&str]) {
    let found = faults.iter().any(|fault| {
        let said = fault.to_string();
        fault.line == line
            && words.iter().all(|word| said.contains(word))
            && said.starts_with(&format!("line {line}: "))
    });
    assert!(found, "{what}\nwas answered with {faults:#?}");
}

#[test]
fn a_mistake_in_a_case_file_has_its_line_and_a_remedy() {
    for (text, line, words) in CASES {
        check(text, &cases::parse(text).expect_err(text), *line, words);
    }
}

#[test]
fn a_mistake_in_a_pack_has_its_line_and_a_remedy() {
    let rule = |id: &str| format!("[[rule]]\nid = \"{id}\"\ntext = \"x\"\nsource = \"PG 1\"\ndoes = \"x\"\n");
    for (text, line, words) in RULES {
        let text = format!("{HEAD}{}{text}", rule("R1"));
        check(&text, &Pack::parse(&text).expect_err(&text), *line, words);
    }
    let ask = "ask = [{ fact = \"message\" }]\n";
    let pages = [
        (
            format!("{HEAD}{}{ask}{}ask = [{{ fact = \"target\" }}]", rule("R1"), rule("R1")),
            12,
            "there are two rules R1",
        ),
        (format!("{HEAD}{}{ask}{}{ask}", rule("R1"), rule("R2")), 12, "`message` is asked by R1 and by R2"),
        (
            format!("{HEAD}{}{ask}", rule("R1").replace("PG 1", "PC 1")),
            9,
            "`PC` is not under [sources]. Did you mean `PG`?",
        ),
        (format!("{}{}{ask}", HEAD.replace("format = 1", "format = 2"), rule("R1")), 1, "not of format 1"),
        (format!("{}{}{ask}", HEAD.replace("version = 1", "version = \"one\""), rule("R1")), 3, "no whole number"),
        (format!("{}{}{ask}", HEAD.replace("note =", "nota ="), rule("R1")), 4, "Did you mean `note`?"),
        (HEAD.to_owned(), 1, "the pack has no rules"),
    ];
    for (text, line, words) in pages {
        check(&text, &Pack::parse(&text).expect_err(&text), line, &[words]);
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = "[[case]]\nid = \"x\"\nfacts = { mesage = \"same\", target = \"polcy\" }\nrisk = { legl = \"low\" }";
    let faults = cases::parse(text).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 3, 4], "{faults:#?}");
}
