//! docs/policy.md says what is so: its pack parses, its cases come out, its tables are the ones in the code.

use allymap_policy::{Case, Fact, Pack, Per, Question, RiskType, cases, evaluate};

const PAGE: &str = include_str!("../../../docs/policy.md");

/// The fenced examples of one kind.
fn examples(kind: &str) -> Vec<&'static str> {
    let fence = format!("```toml {kind}\n");
    PAGE.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_example_pack_is_one() {
    let [text] = examples("pack")[..] else { panic!("one example") };
    let pack = Pack::parse(text).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(pack.rules().len(), 2);
    let outcome = evaluate(&pack, &Case::new());
    let open: Vec<String> = outcome.open.iter().map(Question::to_string).collect();
    assert_eq!(open.len(), 7, "{open:?}");
}

#[test]
fn the_example_cases_come_out_as_the_page_says() {
    let [text] = examples("cases")[..] else { panic!("one example") };
    let cases = cases::parse(text).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(cases.len(), 3);
    for tried in cases::run(Pack::shipped(), &cases) {
        assert!(tried.passed(), "{}: {:#?}", tried.id, tried.differences);
    }
}

#[test]
fn the_table_of_facts_is_the_one_in_the_code() {
    let rows: Vec<(String, String, String)> = PAGE
        .split("## The facts")
        .nth(1)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`').to_owned(), cells[2].to_owned(), cells[3].to_owned())
        })
        .collect();
    let facts: Vec<(String, String, String)> = Fact::ALL
        .into_iter()
        .map(|fact| {
            let values = if fact.values().is_empty() { "any names".to_owned() } else { fact.values().join(", ") };
            let per = match fact.per() {
                Per::Event => "event",
                Per::Organiser => "organiser",
                Per::Community => "community",
                Per::OrganiserOrCommunity => "community or organiser",
                Per::Party => "party",
                Per::Risk => "type of risk",
                Per::Rule => "rule",
            };
            (fact.name().to_owned(), values, per.to_owned())
        })
        .collect();
    assert_eq!(rows, facts);
    let risks = format!("Types of risk: {}.", RiskType::ALL.map(RiskType::name).join(", "));
    assert!(PAGE.contains(&risks));
}

#[test]
fn the_page_names_every_key_of_an_effect() {
    for key in [
        "says",
        "verdict",
        "role",
        "branding",
        "conditions",
        "options",
        "refer",
        "theirs",
        "awaits_answer",
        "lowered",
        "while_verdict",
        "start",
    ] {
        assert!(PAGE.contains(&format!("`{key}`")), "{key}");
    }
}
