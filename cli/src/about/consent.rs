//! What a community answered, and what it asks of us.

use allymap_home::events::consent::Given;
use allymap_home::events::request::Requested;
use allymap_policy::Fact;
use serde_json::{Value, json};

/// `yes, with conditions, for Film night: no photographs (given by Noor, 2026-11-20)`
pub(crate) fn words(given: &Given) -> String {
    let what = given.event.as_ref().or(given.occasion.as_ref()).map_or("no occasion named", String::as_str);
    let answer = given.answer.as_deref().map_or("taken back; ask again", |value| Fact::Consent.value_words(value));
    let conditions =
        if given.conditions.is_empty() { String::new() } else { format!(": {}", given.conditions.join("; ")) };
    let giver = given.given_by.as_ref().map_or_else(|| "nobody named".to_owned(), |giver| format!("given by {giver}"));
    let reason = given.reason.as_ref().map(|reason| format!(", {reason}")).unwrap_or_default();
    format!("{answer}, for {what}{conditions} ({giver}, {}{reason})", given.on)
}

pub(crate) fn json(given: &Given) -> Value {
    json!({
        "answer": given.answer, "event": given.event, "occasion": given.occasion, "conditions": given.conditions,
        "given_by": given.given_by, "on": given.on.typed, "reason": given.reason, "by": given.by,
    })
}

/// `no filming (said by Aunty Wilga, 2026-11-20)`
pub(crate) fn request_words(request: &Requested) -> String {
    let text = request.text.as_deref().unwrap_or_default();
    let kind = request.kind.as_deref().filter(|kind| *kind != "other");
    let kind = kind.map(|kind| format!(", {}", Fact::Requests.value_words(kind))).unwrap_or_default();
    let by = request.said_by.as_ref().map(|who| format!("said by {who}, ")).unwrap_or_default();
    format!("{text}{kind} ({by}{})", request.on)
}

pub(crate) fn request_json(request: &Requested) -> Value {
    json!({
        "text": request.text, "kind": request.kind, "said_by": request.said_by, "on": request.on.typed,
    })
}
