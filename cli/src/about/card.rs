//! One card, for several commands: in lists, as JSON, and who will read what was just kept.

use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::entry::fact::{Fact, FactKind};
use allymap_domain::entry::favour::Balance;
use allymap_domain::kind::person;
use serde_json::json;

/// What a list says about somebody beside the name.
pub(crate) fn office(row: &Card) -> String {
    let role = row.value(&person::ROLE).map(str::to_owned);
    let seat = row.affiliations.first().map(ToString::to_string);
    role.or(seat).unwrap_or_default()
}

pub(crate) fn row_json(row: &Card, short: &str, today: Date) -> serde_json::Value {
    json!({
        "id": row.id.to_string(),
        "short_id": short,
        "name": row.name,
        "kind": row.kind,
        "category": row.category(),
        "role": row.value(&person::ROLE),
        "belongs_to": row.affiliations.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "held_by": row.held_by(),
        "archived": row.archived,
        "strictest_risk": row.strictest_risk().slug(),
        "log_lines": row.contact.lines,
        "stage": row.stage().slug(),
        "health": row.fact(FactKind::Health).map(Fact::slug),
        "last_contact": row.contact.last.map(|date| date.to_string()),
        "balance": Balance::of(&row.favours, today).standing().words(),
        "to_settle": row.conflicts,
    })
}
