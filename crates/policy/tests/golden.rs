//! The cases of the guides, and those of people who disagree, come out as they should.

use allymap_policy::{Pack, cases};

const FILES: [(&str, &str); 3] = [
    ("guide", include_str!("../cases/guide.toml")),
    ("text", include_str!("../cases/text.toml")),
    ("people", include_str!("../cases/people.toml")),
];

#[test]
fn every_case_comes_out_as_it_should() {
    let mut wrong = Vec::new();
    for (file, text) in FILES {
        let cases = cases::parse(text).unwrap_or_else(|faults| panic!("{file}: {faults:#?}"));
        for tried in cases::run(Pack::shipped(), &cases) {
            wrong.extend(tried.differences.iter().map(|difference| format!("{file}, {}: {difference}", tried.id)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
