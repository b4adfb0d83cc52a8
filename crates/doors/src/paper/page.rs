//! A page of HTML that stands alone: its own style, no script, no address that would be fetched, and everything escaped.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// What is printed, from top to bottom.
pub(super) struct Page {
    pub title: String,
    /// Small lines under the title.
    pub below: Vec<String>,
    pub blocks: Vec<Block>,
}

pub(super) enum Block {
    /// A part that begins a new sheet of paper.
    Part(&'static str, Paper),
    Heading(String),
    /// Below a heading: a sort of entries.
    Sort(String),
    Small(String),
    Text(String),
    Items(Vec<Item>),
    /// Lines close to each other, where all must stay on one sheet.
    Lines(Vec<String>),
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<Vec<String>>>,
    },
    /// Columns side by side, as on a wall: a heading, a count, names.
    Columns(Vec<(String, Vec<String>)>),
    /// A question, and lines to write on.
    Room(String, usize),
    /// Things to tick.
    Ticks(Vec<&'static str>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    Upright,
    /// For a wall: on its side, larger letters.
    Wide,
}

/// Somebody or something, and what is said of it.
pub(super) struct Item {
    pub name: String,
    /// Beside the name.
    pub beside: String,
    pub facts: Vec<(String, String)>,
    pub paragraphs: Vec<String>,
    pub small: Vec<String>,
}

impl Page {
    pub(super) fn html(&self) -> String {
        let digest = BASE64.encode(&Sha256::digest(STYLE));
        let title = escaped(&self.title);
        let below: String =
            self.below.iter().map(|line| format!("<p class=\"below\">{}</p>\n", escaped(line))).collect();
        let mut body = String::new();
        let mut wide = false;
        for block in &self.blocks {
            if let Block::Part(_, paper) = block {
                if wide {
                    body.push_str("</section>\n");
                }
                wide = *paper == Paper::Wide;
                if wide {
                    body.push_str("<section class=\"wide\">\n");
                }
            }
            block.write(&mut body);
        }
        if wide {
            body.push_str("</section>\n");
        }
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n{below}</header>\n<main>\n{body}</main>\n</body>\n</html>\n"
        )
    }
}

impl Block {
    fn write(&self, html: &mut String) {
        match self {
            Block::Part(title, _) => html.push_str(&format!("<h2 class=\"part\">{}</h2>\n", escaped(title))),
            Block::Heading(text) => html.push_str(&format!("<h3>{}</h3>\n", escaped(text))),
            Block::Sort(text) => html.push_str(&format!("<h4>{}</h4>\n", escaped(text))),
            Block::Small(text) => html.push_str(&format!("<p class=\"small\">{}</p>\n", escaped(text))),
            Block::Text(text) => html.push_str(&format!("<p class=\"text\">{}</p>\n", escaped(text))),
            Block::Items(items) => items.iter().for_each(|item| item.write(html)),
            Block::Lines(lines) => {
                let lines: String = lines.iter().map(|line| format!("<p><bdi>{}</bdi></p>\n", escaped(line))).collect();
                html.push_str(&format!("<div class=\"lines\">\n{lines}</div>\n"));
            }
            Block::Table { columns, rows } => {
                let cells: String =
                    columns.iter().map(|column| format!("<th scope=\"col\">{}</th>", escaped(column))).collect();
                html.push_str(&format!("<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n"));
                for row in rows {
                    let cell = |lines: &Vec<String>| {
                        let lines: Vec<String> =
                            lines.iter().map(|line| format!("<bdi>{}</bdi>", escaped(line))).collect();
                        format!("<td>{}</td>", lines.join("<br>"))
                    };
                    html.push_str(&format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>()));
                }
                html.push_str("</tbody>\n</table>\n");
            }
            Block::Columns(columns) => {
                html.push_str("<div class=\"columns\">\n");
                for (heading, names) in columns {
                    let names_html: String =
                        names.iter().map(|name| format!("<li><bdi>{}</bdi></li>", escaped(name))).collect();
                    html.push_str(&format!(
                        "<div><h4>{} <span class=\"count\">{}</span></h4><ul>{names_html}</ul></div>\n",
                        escaped(heading),
                        names.len()
                    ));
                }
                html.push_str("</div>\n");
            }
            Block::Room(question, lines) => {
                let ruled = "<div class=\"ruled\"></div>".repeat(*lines);
                let question = if question.is_empty() {
                    String::new()
                } else {
                    format!("<p class=\"question\">{}</p>", escaped(question))
                };
                html.push_str(&format!("<div class=\"room\">{question}{ruled}</div>\n"));
            }
            Block::Ticks(choices) => {
                let ticks: String = choices
                    .iter()
                    .map(|choice| format!("<span class=\"tick\">☐ {}</span> ", escaped(choice)))
                    .collect();
                html.push_str(&format!("<p class=\"ticks\">{ticks}</p>\n"));
            }
        }
    }
}

impl Item {
    pub(super) fn new(name: impl Into<String>) -> Item {
        Item { name: name.into(), beside: String::new(), facts: Vec::new(), paragraphs: Vec::new(), small: Vec::new() }
    }

    fn write(&self, html: &mut String) {
        html.push_str("<div class=\"item\">");
        if !self.name.is_empty() {
            html.push_str(&format!("<b><bdi>{}</bdi></b>", escaped(&self.name)));
        }
        if !self.beside.is_empty() {
            let space = if self.name.is_empty() { "" } else { " " };
            html.push_str(&format!("{space}<bdi>{}</bdi>", escaped(&self.beside)));
        }
        if !self.facts.is_empty() {
            let facts: Vec<String> = self
                .facts
                .iter()
                .map(|(label, value)| {
                    format!("<span class=\"label\">{}</span> <bdi>{}</bdi>", escaped(label), escaped(value))
                })
                .collect();
            html.push_str(&format!("<div class=\"facts\">{}</div>", facts.join(" · ")));
        }
        for paragraph in &self.paragraphs {
            html.push_str(&format!("<p class=\"text\">{}</p>", escaped(paragraph)));
        }
        for small in &self.small {
            html.push_str(&format!("<p class=\"small\">{}</p>", escaped(small)));
        }
        html.push_str("</div>\n");
    }
}

/// Text, never markup, also inside an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// For paper first: black on white, nothing broken across pages that belongs together.
const STYLE: &str = "
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; } }
@page wide { size: A4 landscape; margin: 12mm; @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; } }
* { box-sizing: border-box; }
body { font: 10.5pt/1.4 'Noto Sans', 'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif; color: #111; background: #fff; margin: 0 auto; max-width: 180mm; padding: 1rem; }
header { border-bottom: 2pt solid #111; margin-bottom: 5mm; padding-bottom: 2mm; }
h1 { font-size: 20pt; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
.below { margin: 1mm 0 0; font-size: 9pt; color: #444; }
h2.part { font-size: 15pt; margin: 8mm 0 3mm; break-before: page; break-after: avoid; }
main > h2.part:first-child { break-before: auto; margin-top: 0; }
h3 { font-size: 12pt; margin: 6mm 0 1.5mm; padding-bottom: .5mm; border-bottom: .6pt solid #111; break-after: avoid; }
h4 { font-size: 9.5pt; font-weight: normal; font-style: italic; margin: 3mm 0 1mm; break-after: avoid; }
p { margin: 0 0 1.5mm; }
.text { white-space: pre-line; overflow-wrap: anywhere; }
.small { font-size: 8.5pt; color: #444; overflow-wrap: anywhere; }
.item { margin: 0 0 2mm; break-inside: avoid; overflow-wrap: anywhere; }
.item p { margin: .5mm 0 0; }
h3:has(+ .lines) { margin: 3.5mm 0 1mm; }
.lines { font-size: 9.5pt; line-height: 1.25; overflow-wrap: anywhere; }
.lines p { margin: 0 0 .4mm; }
.facts { font-size: 9.5pt; }
.label { color: #555; }
table { width: 100%; border-collapse: collapse; font-size: 9.5pt; }
th { text-align: left; border-bottom: 1pt solid #111; padding: 1mm 2mm 1mm 0; }
td { vertical-align: top; border-bottom: .4pt solid #999; padding: 1mm 2mm 1mm 0; overflow-wrap: anywhere; }
tr { break-inside: avoid; }
td:first-child bdi:first-child { font-weight: bold; }
.columns { break-inside: avoid; margin-bottom: 2mm; display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 2mm; }
.columns > div { border: .8pt solid #111; padding: 1.5mm 2mm; min-height: 40mm; }
.columns h4 { font: inherit; font-weight: bold; margin: 0 0 1.5mm; border-bottom: .6pt solid #111; }
.columns ul { list-style: none; margin: 0; padding: 0; }
.columns li { margin-bottom: 1mm; line-height: 1.25; overflow-wrap: anywhere; }
.count { float: right; font-weight: normal; }
.wide { page: wide; font-size: 11pt; break-before: page; }
.wide > h2.part { break-before: auto; margin-top: 0; }
.room { margin: 2mm 0 3mm; break-inside: avoid; }
.question { margin: 0; break-after: avoid; }
.ruled { height: 7.5mm; border-bottom: .4pt solid #777; }
.tick { display: inline-block; margin-right: 4mm; white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } }
@media screen and (max-width: 40rem) { .columns { grid-auto-flow: row; } }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_on_a_page_is_markup_but_ours() {
        assert_eq!(
            escaped("<script>alert('1')&\"</script>"),
            "&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;&lt;/script&gt;"
        );
        let page = Page { title: "</title><b>".into(), below: vec!["<i>".into()], blocks: Vec::new() };
        let html = page.html();
        assert!(!html.contains("</title><b>") && !html.contains("<i>"));
    }
}
