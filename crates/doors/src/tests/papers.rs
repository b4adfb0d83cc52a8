//! Stories of paper: what stands on it, in which order, and for whom.

use std::collections::BTreeSet;

use allymap_domain::date::When;
use allymap_domain::date::rule::Rule;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::fact::{Fact, FactKind};
use allymap_domain::entry::link::{Direction, Link, Strength};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::entry::position::Place;
use allymap_domain::entry::risk::{Level, Mitigation, Risk, RiskKind};
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::{Audience, Holds, Merges};
use allymap_domain::kind::person;
use allymap_domain::kind::{KINDS, Kind};
use allymap_domain::map::campaign::Campaign;
use allymap_domain::map::figure::Figure;
use allymap_domain::map::issue::Issue;
use allymap_domain::map::key_date::{DateSort, KeyDate};
use allymap_domain::map::origin::Origin;
use allymap_domain::map::question::{Answer, Asked, Known, OwnQuestion};
use allymap_domain::map::section::{OwnSection, SECTIONS};
use allymap_domain::map::{MAP_FIELDS, Map, NewMap};
use allymap_domain::rejection::Rejection;

use crate::paper::blank::{BlankForm, blank_form};
use crate::paper::report::{Material, Printed, ReportPart, report};
use crate::paper::understanding::understanding;
use crate::tests::desk::{Desk, NOW, row, today, who};

const AUDIENCES: [Audience; 4] = [Audience::Public, Audience::Partner, Audience::Group, Audience::Staff];

fn entry(number: u8, new: &NewEntry, more: impl FnOnce(&mut Desk)) -> Entry {
    let mut desk = Desk::empty(0);
    desk.edit(|edit| Entry::create(edit, new)).unwrap();
    more(&mut desk);
    Entry::read(&desk.document, EntryId([number; 16]), &who)
}

fn new(kind: &str, name: &str) -> NewEntry {
    NewEntry::new(Kind::named(kind).unwrap(), name)
}

fn town() -> Map {
    town_that_says(&|what| what.to_owned())
}

/// A map with something in each of its lists, each in the words that `say` gives for it.
fn town_that_says(say: &dyn Fn(&str) -> String) -> Map {
    let mut desk = Desk::empty(3);
    let origin = |what: &str| Origin { source: Some(say(&format!("{what} source"))), ..Origin::default() };
    let answer = |what: &str| Answer { known: Known::Partly, text: Some(say(what)), origin: origin(what) };
    desk.edit(|edit| -> Result<(), Rejection> {
        Map::create(edit, &NewMap { name: "Thornwick".into(), community: "From the weir to the sea".into() })?;
        Campaign::say(edit, row(99), "Thornwick welcomes refugees")?;
        Campaign::address(edit, row(99), EntryId([1; 16]))?;
        Campaign::argue(edit, row(99), row(98), &say("argument"))?;
        Campaign::say(edit, row(97), &say("campaign"))?;
        let figure = Figure { what: say("figure"), value: "9,000".into(), origin: origin("figure") };
        Map::put(edit, &row(1), &figure)?;
        let issue =
            Issue { name: say("issue"), weight: Some(5), note: Some(say("issue note")), origin: origin("issue") };
        Map::put(edit, &row(2), &issue)?;
        let fair = KeyDate::new(&say("date"), Rule::Easter { days: 0 });
        let (note, source) = (Some(say("date note")), Some(say("date source")));
        Map::put(edit, &row(3), &KeyDate { note, source, days: 2, ..fair })?;
        let ours = KeyDate::new(&say("our date"), Rule::Yearly { month: 2, day: 3 });
        Map::put(edit, &row(4), &KeyDate { sort: Some(DateSort::Ours), ..ours })?;
        Map::put(edit, &row(5), &OwnQuestion { words: say("own question"), sixth: false })?;
        Map::put(edit, &row(6), &OwnSection { title: say("own section"), text: Some(say("own text")) })?;
        Map::put(edit, &Asked::Whole("community"), &answer("answer"))?;
        Map::put(edit, &Asked::Part("influencers", "who"), &answer("part answer"))?;
        Map::put(edit, &Asked::Own(row(5)), &answer("own answer"))?;
        for field in MAP_FIELDS.iter().filter(|field| matches!(field.holds, Holds::Line | Holds::Note)) {
            if !field.name.starts_with("weeks-") && field.name != "facts-age" {
                let word = say(&format!("head {}", field.name));
                match field.merges {
                    Merges::Set => Map::add(edit, field.name, &word)?,
                    _ => Map::set(edit, field.name, &word)?,
                }
            }
        }
        Ok(())
    })
    .unwrap();
    Map::read(&desk.document)
}

fn print(entries: &[Entry], audience: Audience, parts: &[ReportPart]) -> Printed {
    let map = town();
    report(&Material { map: &map, entries, rows: &[], audience, today: today() }, &parts.iter().copied().collect())
}

const ALL: [ReportPart; 3] = [ReportPart::Template, ReportPart::Directory, ReportPart::WallChart];

fn position(place: Place, reason: &str) -> impl FnOnce(&mut Desk) {
    let reason = reason.to_owned();
    move |desk| {
        let claim = Claim::Position { campaign: row(99), place };
        let source = Some("secret-source".to_owned());
        let assertion = Assertion { reason: Some(reason), source, ..Assertion::new(claim, When::on(today()), NOW) };
        desk.edit(|edit| Entry::assert(edit, row(1), &assertion)).unwrap();
    }
}

/// Where each of these first stands in the text; they must stand in this order.
fn in_order(html: &str, wanted: &[&str]) {
    let mut from = 0;
    for text in wanted {
        let at = html[from..].find(text).unwrap_or_else(|| panic!("{text} is not after the one before it"));
        from += at + text.len();
    }
}

#[test]
fn s108_the_seven_headings_stand_in_order_also_on_an_empty_map() {
    for entries in [vec![], vec![entry(1, &new("organisation", "Ropewalk Choir"), |_| {})]] {
        let html = print(&entries, Audience::Group, &[ReportPart::Template]).html;
        let headings: Vec<&str> = html.split("<h3>").skip(1).filter_map(|rest| rest.split("</h3>").next()).collect();
        assert_eq!(
            headings[..7],
            [
                "Demographics",
                "Key dates",
                "Local issues",
                "Organisations &amp; groups",
                "Decision makers &amp; influencers",
                "Institutions",
                "Physical spaces"
            ]
        );
    }
}

#[test]
fn s112_s114_s115_entries_stand_under_their_types_in_the_order_of_the_template() {
    let of = |number: u8, kind: &str, slug: &str| {
        entry(number, &new(kind, &format!("The {slug} one")).with("type", slug), |_| {})
    };
    let entries = [
        of(1, "organisation", "business"),
        of(2, "organisation", "activist"),
        of(3, "organisation", "union"),
        of(4, "institution", "library"),
        of(5, "institution", "school"),
        of(6, "place", "market"),
        of(7, "place", "garden"),
        entry(8, &new("organisation", "Nobody knows what"), |_| {}),
        entry(9, &new("person", "Cr Wilma Oakes").with("basis", "public-role").with("role", "Mayor"), |_| {}),
    ];
    let html = print(&entries, Audience::Public, &[ReportPart::Template]).html;
    in_order(
        &html,
        &[
            "Organisations &amp; groups",
            "Activist group",
            "The activist one",
            "Business",
            "The business one",
            "The union one",
        ],
    );
    in_order(
        &html,
        &[
            "The business one",
            "The union one",
            "Not sorted yet",
            "Nobody knows what",
            "Nobody known yet: rights holders",
        ],
    );
    in_order(
        &html,
        &["Decision makers", "Cr Wilma Oakes", "Mayor", "Institutions", "The school one", "The library one"],
    );
    in_order(&html, &["Physical spaces", "The garden one", "The market one"]);
}

#[test]
fn s120_the_directory_has_name_contact_holder_and_stage() {
    let choir = new("organisation", "Ropewalk Choir").with("phone", "02 5550 1").with("held-by", "Moruya");
    let entries = [entry(1, &choir, |desk| {
        desk.log(2, "one-to-one", today());
        let claim = Claim::Fact(Fact::typed(FactKind::Stage, "acquainted").unwrap());
        let met = Assertion::new(claim, When::on(today()), NOW);
        desk.edit(|edit| Entry::assert(edit, row(3), &met)).unwrap();
    })];
    let html = print(&entries, Audience::Group, &[ReportPart::Directory]).html;
    in_order(
        &html,
        &[
            "Name",
            "Contact",
            "Held by",
            "Stage",
            "Ropewalk Choir",
            "02 5550 1",
            "Moruya",
            "acquainted",
            "Mon 23 Nov 2026",
        ],
    );
    let html = print(&entries, Audience::Public, &[ReportPart::Directory]).html;
    assert!(html.contains("Ropewalk Choir") && !html.contains("02 5550 1") && !html.contains("Held by"), "{html}");
}

#[test]
fn the_wall_chart_shows_where_everybody_stands_and_where_people_differ() {
    let entries = [
        entry(1, &new("organisation", "Ropewalk Choir"), position(Place::ActiveAlly, "sang for us")),
        entry(2, &new("organisation", "Anglers"), position(Place::PassiveOpponent, "a letter")),
        entry(3, &new("organisation", "Rowers"), |_| {}),
    ];
    let printed = print(&entries, Audience::Group, &[ReportPart::WallChart]);
    in_order(
        &printed.html,
        &[
            "Thornwick welcomes refugees",
            "active ally",
            "Ropewalk Choir",
            "neutral",
            "passive opponent",
            "Anglers",
            "active opponent",
            "Not placed yet: 1.",
        ],
    );
    let partner = print(&entries, Audience::Partner, &[ReportPart::WallChart]);
    assert!(!partner.html.contains("Anglers"), "{}", partner.html);
    assert!(partner.left_out.contains("the spectrum of allies"));
}

/// S1, S87, S88, S130, S137
#[test]
fn a_report_counts_partnerships_by_reason_and_the_log_by_kind() {
    let choir = new("organisation", "Ropewalk Choir").with("reasons", "audiences").with("reasons", "learning");
    let entries = [
        entry(1, &choir, |desk| {
            for (number, kind) in
                ["amplified", "amplified", "solidarity", "mention", "audience"].into_iter().enumerate()
            {
                let line = LogLine::new(LogKind::typed(kind).unwrap(), When::on(today()), "x", 0);
                desk.edit(|edit| Entry::log(edit, row(number as u8 + 1), &line)).unwrap();
            }
        }),
        entry(2, &new("organisation", "Anglers").with("reasons", "audiences"), |_| {}),
    ];
    let printed = print(&entries, Audience::Group, &[ReportPart::Template]);
    let told = printed.html.split("In numbers").nth(1).unwrap();
    for (label, number) in [
        ("new audiences and supporters", 2),
        ("learning and pooled resources", 1),
        ("we amplified", 2),
        ("call for solidarity", 1),
        ("mailing-list mention", 1),
        ("reached more people", 1),
    ] {
        let counted = told.split(label).nth(1).unwrap_or_else(|| panic!("{label}: {told}"));
        let number = number.to_string();
        assert_eq!(counted.chars().find(char::is_ascii_digit).map(String::from), Some(number), "{label}: {told}");
    }
    let partner = print(&entries, Audience::Partner, &[ReportPart::Template]);
    assert!(!partner.html.contains("we amplified") && partner.left_out.contains("the log"));
}

#[test]
fn nothing_above_the_level_of_an_audience_leaves() {
    // Every field of every kind holds a word of its own.
    let mut secrets: Vec<(String, Audience)> = Vec::new();
    let mut entries = Vec::new();
    for (number, kind) in (1..).zip(KINDS) {
        let mut new = NewEntry::new(kind, &format!("Open {}", kind.name));
        for (index, field) in kind.fields.iter().enumerate() {
            let word = match field.holds {
                Holds::Count => format!("9{number}{index:02}7"),
                _ => format!("secret{number}x{index}z"),
            };
            let value = match field.holds {
                Holds::Email => format!("{word}@a.example"),
                Holds::Url => format!("https://{word}.example"),
                Holds::Phone => format!("{word} 02"),
                Holds::Sourced => format!("{word} (Bay Post, 4 Feb 2026)"),
                Holds::Choice(_) | Holds::YesNo | Holds::Day => continue,
                _ => word.clone(),
            };
            // A kind of value that this test does not know yet must not be passed over in silence.
            if field.name == "name" {
                continue;
            }
            field
                .clean(&value)
                .unwrap_or_else(|refusal| panic!("give {} a value that it takes: {refusal}", field.name));
            new = new.with(field.name, &value);
            secrets.push((word, field.audience));
        }
        if **kind == person::KIND {
            new = new.with("basis", "public-role");
        }
        let other = EntryId([(number % 4) + 1; 16]);
        entries.push(entry(number, &new, |desk| {
            let risk = Risk { kind: RiskKind::Legal, level: Level::High, mitigation: Mitigation::CanBe };
            let (reason, evidence) = (Some("secret-reason".to_owned()), Some("secret-evidence".to_owned()));
            let assertion = Assertion {
                reason,
                evidence,
                said_by: Some("secret-sayer".into()),
                ..Assertion::new(Claim::Risk(risk), When::on(today()), NOW)
            };
            desk.edit(|edit| Entry::assert(edit, row(3), &assertion)).unwrap();
            position(Place::PassiveOpponent, "secret-because")(desk);
            let line = LogLine::new(
                LogKind::typed("gave").unwrap(),
                When { typed: "secret-when".into(), date: None },
                "secret-text",
                NOW,
            );
            let line = LogLine { with: Some("secret-with".into()), size: Some(2), ..line };
            desk.edit(|edit| Entry::log(edit, row(4), &line)).unwrap();
            let link = Link::influence(other, Direction::Out, Strength::Strong, NOW);
            desk.edit(|edit| {
                let (how, source) = (Some("secret-how".into()), Some("secret-source".into()));
                Entry::link(edit, EntryId([0xee; 16]), row(5), &Link { how, source, ..link })
            })
            .unwrap();
        }));
    }
    for word in [
        "secret-reason",
        "secret-evidence",
        "secret-sayer",
        "secret-how",
        "secret-with",
        "secret-because",
        "secret-source",
    ] {
        secrets.push((word.to_owned(), Audience::Staff));
    }
    secrets.extend([("secret-text".to_owned(), Audience::Group), ("secret-when".to_owned(), Audience::Group)]);
    secrets.extend([("Can move".to_owned(), Audience::Group), ("legal high".to_owned(), Audience::Staff)]);
    secrets.push(("passive opponent".to_owned(), Audience::Group));
    entries.push(entry(20, &new("person", "secret-neighbour").with("basis", "willing-contact"), |_| {}));
    secrets.push(("secret-neighbour".to_owned(), Audience::Group));
    entries.push(entry(21, &new("organisation", "secret-archived"), |desk| {
        desk.edit(|edit| Entry::archive(edit, true)).unwrap()
    }));
    let map = town_that_says(&|what| format!("secret {what}."));
    for (what, widest) in [
        ("figure", Audience::Public),
        ("figure source", Audience::Public),
        ("date", Audience::Public),
        ("issue", Audience::Partner),
        ("issue note", Audience::Group),
        ("issue source", Audience::Group),
        ("date note", Audience::Group),
        ("date source", Audience::Group),
        ("our date", Audience::Group),
        ("own question", Audience::Group),
        ("own section", Audience::Group),
        ("own text", Audience::Group),
        ("answer", Audience::Group),
        ("answer source", Audience::Group),
        ("part answer", Audience::Group),
        ("own answer", Audience::Group),
        ("campaign", Audience::Group),
        ("argument", Audience::Staff),
    ] {
        secrets.push((format!("secret {what}."), widest));
    }
    secrets.push(("everybody talks about it".to_owned(), Audience::Group));
    for field in MAP_FIELDS {
        secrets.push((format!("secret head {}.", field.name), field.audience));
    }

    for audience in AUDIENCES {
        let material = Material { map: &map, entries: &entries, rows: &[], audience, today: today() };
        let mut pages = vec![report(&material, &ALL.into_iter().collect()).html];
        pages.extend(entries.iter().filter_map(|entry| understanding(&material, entry)).map(|printed| printed.html));
        for (word, widest) in &secrets {
            if audience < *widest {
                assert!(!pages.iter().any(|page| page.contains(word.as_str())), "{word} for {audience:?}");
            }
        }
        assert!(!pages[0].contains("secret-archived"));
        // The same words do stand where they may, or this test would find nothing.
        let there =
            secrets.iter().filter(|(word, widest)| *widest <= audience && pages[0].contains(word.as_str())).count();
        let may = secrets.iter().filter(|(_, widest)| *widest <= audience).count();
        assert!(there * 10 >= may * 6, "{there} of {may} for {audience:?}");
    }
    let staff = print(&entries, Audience::Staff, &ALL);
    assert_eq!(staff.left_out, BTreeSet::new());
}

#[test]
fn s109_s110_s111_s116_what_the_map_says_stands_in_its_section() {
    let html = print(&[], Audience::Group, &ALL).html;
    in_order(
        &html,
        &[
            "From the weir to the sea",
            "Region",
            "head region",
            "Demographics",
            "figure",
            "9,000",
            "figure source",
            "Key dates",
            "our date",
            "Wed 3 Feb 2027",
            "Sun 28 Mar 2027 to Mon 29 Mar 2027",
            "Local issues",
            "issue",
            "everybody talks about it",
            "Our campaigns",
            "Thornwick welcomes refugees",
            "Physical spaces",
            "own section",
            "own text",
            "Questions and answers",
            "1  Which community is this",
            "partly known",
            "answer",
            "own question",
            "own answer",
        ],
    );
}

#[test]
fn s80_a_shared_understanding_tells_a_partner_nothing_private() {
    let choir = new("organisation", "Ropewalk Choir")
        .with("notes", "hard to reach")
        .with("description", "Sings on Sundays.")
        .with("phone", "02 5550 1");
    let choir = entry(1, &choir, |desk| {
        let line = LogLine::new(LogKind::typed("got").unwrap(), When::on(today()), "they owed us that", NOW);
        desk.edit(|edit| Entry::log(edit, row(4), &LogLine { size: Some(3), ..line })).unwrap();
        desk.rate(5, Level::High, &[], Some("a split")).unwrap();
    });
    let map = town();
    let material = Material { map: &map, entries: &[], rows: &[], audience: Audience::Partner, today: today() };
    let printed = understanding(&material, &choir).unwrap();
    in_order(
        &printed.html,
        &[
            "Ropewalk Choir",
            "Sings on Sundays.",
            "Give and take",
            "Mon 23 Nov 2026",
            "you gave",
            "people or a room",
            "To settle together",
        ],
    );
    for private in ["hard to reach", "02 5550 1", "they owed us", "high", "a split", "opponent"] {
        assert!(!printed.html.contains(private), "{private}");
    }
    assert_eq!(printed.left_out, ["Notes", "Phone", "risks", "the words of the log"].into_iter().collect());
    let neighbour = entry(2, &new("person", "Ida Brandt").with("basis", "willing-contact"), |_| {});
    assert!(understanding(&material, &neighbour).is_none());
}

#[test]
fn a_page_stands_alone_and_what_people_typed_is_never_markup() {
    let evil = "<script>alert(1)</script><img src=x onerror=\"y\">'";
    let choir =
        new("organisation", evil).with("notes", evil).with("held-by", evil).with("website", "https://a.example/<b>");
    let entries = [entry(1, &choir, position(Place::Neutral, evil))];
    let mut pages = vec![print(&entries, Audience::Staff, &ALL).html];
    let map = Map { names: vec![evil.into()], ..town_that_says(&|_| evil.to_owned()) };
    let material = Material { map: &map, entries: &entries, rows: &[], audience: Audience::Staff, today: today() };
    pages.push(report(&material, &ALL.into_iter().collect()).html);
    pages.push(understanding(&material, &entries[0]).unwrap().html);
    pages.extend([BlankForm::Meeting, BlankForm::Template].map(blank_form));
    for html in &pages {
        for forbidden in
            ["<script", "<img", "<link", "<a ", "<iframe", "onerror=\"", "src=\"", "url(", "@import", "style=\""]
        {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("default-src 'none'; style-src 'sha256-") && html.contains("<meta charset=\"utf-8\">"));
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
        assert_eq!(html.matches("<section").count(), html.matches("</section>").count());
    }
    assert!(pages[0].contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn the_same_map_prints_the_same_and_blank_forms_have_what_the_guide_asks() {
    let entries = [entry(1, &new("organisation", "B"), |_| {}), entry(2, &new("organisation", "a"), |_| {})];
    let turned = [entries[1].clone(), entries[0].clone()];
    assert_eq!(print(&entries, Audience::Group, &ALL).html, print(&turned, Audience::Group, &ALL).html);
    let meeting = blank_form(BlankForm::Meeting);
    assert_eq!(meeting.matches("class=\"question\"").count(), 8 + 3);
    assert!(meeting.contains("we keep notes") && meeting.contains("they may ask to"));
    let template = blank_form(BlankForm::Template);
    for section in SECTIONS {
        assert!(template.contains(&section.title.replace('&', "&amp;")));
    }
    assert_eq!(template.matches("<h3>").count(), 7 + 7);
}
