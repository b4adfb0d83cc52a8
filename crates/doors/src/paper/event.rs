//! An event on one sheet of paper, under the guide's five headings (guide, table of examples).

use std::collections::BTreeSet;

use allymap_domain::weigh::sheet::EventSheet;

use crate::paper::page::{Block, Page};
use crate::paper::report::Printed;

/// The five headings, in the guide's order.
pub(crate) const HEADINGS: [&str; 5] = ["Event", "Theme", "Organisers", "Consider", "Conclusion"];

/// One page of A4, also when every part is full: what does not fit is counted, and stands in the map.
pub fn event_sheet(sheet: &EventSheet) -> Printed {
    let facts = sheet.event.iter().map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>();
    let parts =
        [(&facts, 4), (&sheet.theme, 3), (&sheet.organisers, 4), (&sheet.consider, 14), (&sheet.conclusion, 10)];
    let mut blocks = Vec::new();
    let mut left_out = BTreeSet::new();
    for (heading, (lines, room)) in HEADINGS.iter().zip(parts) {
        blocks.push(Block::Heading((*heading).to_owned()));
        let (kept, more) = fitting(lines, room);
        let mut lines: Vec<String> = kept.iter().map(|line| cut(line, 3 * LETTERS)).collect();
        if lines.is_empty() {
            lines.push("not known yet".to_owned());
        }
        if more > 0 {
            left_out.insert("what did not fit on one page");
            lines.push(format!("… and {more} more; the map has them"));
        }
        blocks.push(Block::Lines(lines));
    }
    let page = Page {
        title: cut(&sheet.title, 60),
        below: sheet.below.iter().map(|line| cut(line, LETTERS)).collect(),
        blocks,
    };
    Printed { html: page.html(), entries: 1, left_out }
}

/// Letters on a line of paper.
const LETTERS: usize = 92;

/// As many as there is room for, and how many are left.
fn fitting(lines: &[String], room: usize) -> (&[String], usize) {
    let (mut used, mut kept) = (0, 0);
    for line in lines {
        used += line.chars().count().min(3 * LETTERS).div_ceil(LETTERS).max(1);
        if used > room {
            break;
        }
        kept += 1;
    }
    (&lines[..kept], lines.len() - kept)
}

fn cut(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s35_a_sheet_has_exactly_five_headings_and_stays_on_one_page() {
        let long: Vec<String> = (0..80).map(|number| format!("{number} {}", "many words ".repeat(60))).collect();
        let sheet = EventSheet {
            title: "Harbour evening".into(),
            consider: long.clone(),
            conclusion: long.clone(),
            organisers: long,
            ..EventSheet::default()
        };
        let printed = event_sheet(&sheet);
        let headings: Vec<&str> =
            printed.html.split("<h3>").skip(1).map(|part| part.split("</h3>").next().unwrap()).collect();
        assert_eq!(headings, HEADINGS);
        assert!(!printed.html.contains("<h2") && !printed.html.contains("<h4"));
        let letters: usize = printed.html.split("<main>").nth(1).unwrap().split('<').map(str::len).sum();
        assert!(letters < 44 * LETTERS, "{letters}");
        assert!(printed.left_out.contains("what did not fit on one page"));
        let theme = EventSheet { theme: vec!["a theme in many words ".repeat(40)], ..EventSheet::default() };
        assert!(event_sheet(&theme).html.contains("a theme in many words"), "what is too long is cut, not dropped");
    }
}
