//! What follows about an event from the fields of its entries, where nobody has stated it.

use allymap_policy::{About, Fact, Question, Statement};

use crate::card::Card;
use crate::date::Date;
use crate::entry::fact::FactKind;
use crate::ids::EntryId;
use crate::kind::affiliation::Tie;
use crate::kind::place::ACCESS;
use crate::kind::{event, field, person, relationship};
use crate::weigh::{Basis, Weigher, Weighing, mark};

impl Weigher<'_> {
    /// What follows from fields and the log. Whoever thinks otherwise changes those.
    pub(super) fn derived(&self, event: &Card, weighing: &mut Weighing) {
        let mut add = Derived { weighing };
        for party in self.parties(event) {
            let id = format!("map/major/{party}");
            let said = Statement::new(id, Fact::MajorParties, About::Event, party.as_str());
            add.put(said, event.id, "the map's list of major parties", None);
        }
        let led_by_them = event.value(&event::LEAD) == Some("them");
        let mut faiths = 0;
        for subject in add.weighing.subjects.clone() {
            let rows = subject.entry.map_or(Vec::new(), |id| self.of(id));
            for row in &rows {
                let id = |fact: Fact| format!("{}/{fact}", row.id);
                let organiser = || About::Organiser(subject.name.clone());
                if subject.organiser {
                    for (at, category) in row.all_values(&field::CATEGORY).filter(|word| *word != "unknown").enumerate()
                    {
                        let said = Statement::new(
                            format!("{}/{at}", id(Fact::Category)),
                            Fact::Category,
                            organiser(),
                            category,
                        );
                        add.put(said, row.id, "its category on the map", None);
                    }
                    if let Some(on) = row.contact.last_research {
                        let said = Statement::new(id(Fact::Research), Fact::Research, organiser(), "done");
                        let limit = self.today.months_before(self.map.facts_age_months());
                        let said =
                            if on < limit { said.aged(format!("was done in {}", on.month_spelled())) } else { said };
                        add.put(said, row.id, "its log", Some(on));
                    }
                    let pushed =
                        row.members(&relationship::ALIENATES).iter().map(|whom| format!("it would push away {whom}"));
                    let against: Vec<String> =
                        row.members(&relationship::IRRECONCILABLE).iter().cloned().chain(pushed).collect();
                    if !against.is_empty() {
                        let against = against.join("; ");
                        let said = Statement::new(id(Fact::OpposesOther), Fact::OpposesOther, organiser(), "yes");
                        let from = format!("what is noted there: {against}");
                        add.put(Statement { text: Some(against), ..said }, row.id, &from, None);
                    }
                    if row.value(&field::TYPE) == Some("council") {
                        let said =
                            Statement::new(id(Fact::GovernmentHost), Fact::GovernmentHost, About::Event, "local");
                        add.put(said, row.id, "an organiser is a council", None);
                    }
                    if row.value(&field::TYPE) == Some("party") {
                        let said = Statement::new(id(Fact::Affiliation), Fact::Affiliation, organiser(), "party");
                        add.put(said, row.id, "its type on the map", None);
                    }
                }
                if subject.community {
                    let led = subject.organiser && led_by_them;
                    let value = if led { "led" } else { "affected" };
                    let about = About::Community(subject.name.clone());
                    let said = Statement::new(id(Fact::RightsHolders), Fact::RightsHolders, about, value);
                    add.put(said, row.id, if led { "who leads it" } else { "whom it is about" }, None);
                }
            }
            faiths += usize::from(subject.organiser && rows.iter().any(|row| row.value(&field::TYPE) == Some("faith")));
            if subject.community && rows.is_empty() {
                let about = About::Community(subject.name.clone());
                let id = format!("{}/{}/{}", event.id, Fact::RightsHolders, subject.name);
                let said = Statement::new(id, Fact::RightsHolders, about, "affected");
                add.put(said, event.id, "whom it is about", None);
            }
        }
        if faiths > 0 {
            let value = if faiths == 1 { "one" } else { "several" };
            let said =
                Statement::new(format!("{}/{}", event.id, Fact::FaithHost), Fact::FaithHost, About::Event, value);
            add.put(said, event.id, "the organisers' types on the map", None);
        }
        self.derived_space(event, &mut add);
        self.derived_people(event, &mut add);
    }

    fn derived_space(&self, event: &Card, add: &mut Derived<'_>) {
        let Some(place) = event.value(&event::PLACE).and_then(|value| self.meant(value).0) else { return };
        for row in self.of(place) {
            let missing = ACCESS.iter().find(|access| row.all_values(access.field).any(|value| value == "no"));
            let open = ACCESS.iter().filter(|access| {
                row.value(access.field).is_none() || row.all_values(access.field).any(|value| value != "yes")
            });
            let open: Vec<String> = open.map(|access| access.label.to_lowercase()).collect();
            let (value, from) = match missing {
                Some(access) => ("not-ok", format!("{}: {}, no", row.name, access.label.to_lowercase())),
                None if open.is_empty() => ("ok", format!("what is known of {}", row.name)),
                None => {
                    let note = format!("not known of {}: {}", row.name, open.join(", "));
                    let question = Question::new(Fact::Space, About::Event);
                    add.weighing.case.notes.insert(question, note);
                    continue;
                }
            };
            let said = Statement::new(format!("{}/{}", row.id, Fact::Space), Fact::Space, About::Event, value);
            add.put(said, row.id, &from, None);
        }
    }

    /// Who speaks, and who stands there for us (guide, section 3).
    fn derived_people(&self, event: &Card, add: &mut Derived<'_>) {
        let mut facts: Vec<(Fact, &str, EntryId, String)> = Vec::new();
        for value in event.members(&event::SPEAKERS) {
            let (entry, name) = self.meant(value);
            let rows = entry.map_or(Vec::new(), |id| self.of(id));
            let politician = rows.iter().any(|row| is_politician(row)) || (entry.is_none() && names_a_seat(&name));
            let id = entry.unwrap_or(event.id);
            if politician {
                facts.push((Fact::PoliticiansSpeak, "yes", id, format!("{name} speaks")));
            } else if rows.iter().any(|row| self.is_affiliated(row)) {
                facts.push((Fact::SpeakersFound, "affiliated", id, format!("{name} is tied to a party")));
            }
        }
        for value in event.members(&event::REPRESENTATIVES) {
            let (entry, name) = self.meant(value);
            let rows = entry.map_or(Vec::new(), |id| self.of(id));
            if rows.iter().any(|row| is_politician(row) || self.is_affiliated(row)) {
                facts.push((Fact::RepOffice, "yes", entry.unwrap_or(event.id), format!("{name} represents us")));
            }
        }
        for (at, (fact, value, id, from)) in facts.into_iter().enumerate() {
            let said = Statement::new(format!("{id}/{fact}/{at}"), fact, About::Event, value);
            add.put(Statement { text: Some(from.clone()), ..said }, id, &from, None);
        }
    }

    fn is_affiliated(&self, row: &Card) -> bool {
        let party = row.affiliations.iter().any(|seat| seat.tie == Tie::Party && !seat.has_ended(self.today));
        party || row.fact(FactKind::AffiliationKind).is_some_and(|fact| fact.ties_to_a_party())
    }
}

struct Derived<'w> {
    weighing: &'w mut Weighing,
}

impl Derived<'_> {
    fn put(&mut self, said: Statement, entry: EntryId, from: &str, on: Option<Date>) {
        let basis = Basis {
            entry,
            row: None,
            by: None,
            follows_from: Some(from.to_owned()),
            on,
            on_typed: None,
            source: None,
            said_by: None,
            reason: None,
        };
        self.weighing.origins.insert(said.id.clone(), basis);
        // An answer to a referral names what followed from the map by its mark.
        let (id, mark) = (said.id.clone(), mark(&said).to_string());
        let answers = self.weighing.case.statements.iter_mut().filter(|answer| answer.fact == Fact::Referral);
        for answer in answers.filter(|answer| answer.saw.contains(&mark)) {
            answer.saw.push(id.clone());
        }
        self.weighing.case.statements.push(said);
    }
}

/// A member of a parliament or a council, or a candidate for one.
fn is_politician(row: &Card) -> bool {
    row.is(&person::KIND) && row.all_values(&person::ROLE).any(names_a_seat)
}

fn names_a_seat(words: &str) -> bool {
    let folded = crate::words::folded(words);
    let has = |seat: &str| format!(" {folded} ").contains(&format!(" {seat} "));
    SEATS.iter().any(|seat| has(seat))
}

const SEATS: [&str; 14] = [
    "mp",
    "mla",
    "mlc",
    "member of parliament",
    "member of the parliament",
    "parliamentarian",
    "senator",
    "minister",
    "premier",
    "prime minister",
    "mayor",
    "councillor",
    "cr",
    "candidate",
];
