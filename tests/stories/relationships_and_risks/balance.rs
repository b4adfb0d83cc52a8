//! `allymap gave`, `got` and `balance`.

use crate::alone;

/// S132
#[test]
fn the_balance_is_told_in_words_over_a_year() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    assert_eq!(wren.ok(&["balance", "wharf"]).stdout, "Wharf Choir: nothing yet either way.\n");
    wren.ok(&["gave", "wharf", "a stage", "--size", "5", "--on", "2 years ago"]);
    wren.ok(&["got", "wharf", "sang at the vigil", "--size", "3", "--on", "2 months ago"]);
    let told = wren.ok(&["got", "wharf", "a banner", "--size", "1"]).stdout;
    assert_eq!(told, "They gave: a banner (1). With Wharf Choir: they gave 2 things this year, we gave 0: we owe.\n");
    wren.ok(&["gave", "wharf", "four people", "--size", "3"]);
    assert!(wren.ok(&["balance", "wharf"]).stdout.contains("about even"));
    assert_eq!(wren.json(&["balance"])["balances"][0]["balance"]["words"], "about even");
}

/// S132: never as a score of a person.
#[test]
fn nobody_gets_a_score() {
    let wren = alone();
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    wren.ok(&["got", "isolde", "spoke at the forum", "--size", "4"]);
    assert_eq!(wren.ok(&["balance", "isolde"]).stdout.lines().next(), Some("Isolde Farthing: we owe."));
    let balance = wren.json(&["balance", "isolde"])["balance"].clone();
    assert!(balance.get("got").is_none() && balance.get("gave").is_none(), "{balance}");
}
