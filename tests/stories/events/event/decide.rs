//! `allymap event decide`: what a person decided, and under which rules.

use allymap_tests::alone;

use crate::events::{answer, event, say};
use crate::refused;

/// S16, S43, A.8
#[test]
fn a_decision_is_on_record_with_the_answer_and_the_policy() {
    let wren = alone();
    event(&wren, "Walk", &[("Choir", "b")], &[]);
    let early = wren.run(&["event", "decide", "walk", "--choice", "take-part", "--because", "fun", "--no-input"]);
    refused(&early, 4, "Ask first");
    say(&wren, "walk", &["target=none", "rights_holders=no"], &[]);
    let decided = wren.json(&["event", "decide", "walk", "--choice", "take-part", "--because", "good people"]);
    assert_eq!((&decided["answer"], &decided["policy"]), (&"Partner, full branding".into(), &"au-2020-07 v1".into()));
    let told = answer(&wren, "walk");
    assert_eq!(told["decisions"][0]["decision"], "take-part");
    assert_eq!(told["decisions"][0]["under_an_older_policy"], false);
    let text = wren.ok(&["event", "assess", "walk", "--no-input"]).stdout;
    assert!(text.contains("Decided        take part (Partner, full branding)"), "{text}");
    assert!(text.contains("au-2020-07 v1"), "{text}");
    assert_eq!(told["decisions"][0]["more_is_known_since"], false);
    say(&wren, "walk", &["target=policy"], &[]);
    assert_eq!(answer(&wren, "walk")["decisions"][0]["more_is_known_since"], true);
    wren.ok(&["undo", "--no-input"]);
    wren.ok(&["event", "decide", "walk", "--choice", "no", "--because", "rain"]);
    assert_eq!(answer(&wren, "walk")["decisions"][0]["decision"], "no");
    wren.ok(&["undo", "--no-input"]);
    assert_eq!(answer(&wren, "walk")["decisions"][0]["decision"], "take-part", "one command is one step");
}

/// A.12: decisions made under an older version are listed.
#[test]
fn a_decision_under_an_older_policy_is_listed_until_somebody_decides_again() {
    let wren = alone();
    wren.ok(&["event", "add", "Walk", "--no-input"]);
    wren.ok(&["event", "decide", "walk", "--choice", "wait", "--because", "too early"]);
    assert_eq!(wren.json(&["policy", "show"])["decided_under_an_older_policy"], serde_json::json!([]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("map.jsonl");
    wren.ok(&["export", "-o", file.to_str().unwrap()]);
    // The same map, as it was decided on with an earlier version of the rules.
    let now = wren.json(&["event", "list"])["policy"].as_str().unwrap().to_owned();
    let then = format!("{}0", &now[..now.len() - 1]);
    let old = older(&std::fs::read_to_string(&file).unwrap(), now.as_bytes(), then.as_bytes());
    std::fs::write(&file, old).unwrap();
    let ben = alone();
    ben.ok(&["import", file.to_str().unwrap(), "--apply"]);
    assert_eq!(ben.json(&["policy", "show"])["decided_under_an_older_policy"], serde_json::json!(["Walk"]));
    let told = ben.ok(&["event", "list"]).stdout;
    assert!(told.contains("1 decision was made under an older policy"), "{told}");
    ben.ok(&["event", "decide", "walk", "--choice", "wait", "--because", "still too early"]);
    assert_eq!(ben.json(&["policy", "show"])["decided_under_an_older_policy"], serde_json::json!([]));
}

/// Replaces a word within the bytes of every row.
fn older(lines: &str, now: &[u8], then: &[u8]) -> String {
    let mut out = String::new();
    for line in lines.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        for values in value["content"].as_object_mut().unwrap().values_mut() {
            for one in values.as_array_mut().unwrap() {
                let Some(text) = one.get("bytes").and_then(|bytes| bytes.as_str()) else { continue };
                let mut bytes = data_encoding::BASE64.decode(text.as_bytes()).unwrap();
                while let Some(at) = bytes.windows(now.len()).position(|window| window == now) {
                    bytes[at..at + now.len()].copy_from_slice(then);
                }
                one["bytes"] = data_encoding::BASE64.encode(&bytes).into();
            }
        }
        out.push_str(&format!("{value}\n"));
    }
    out
}
