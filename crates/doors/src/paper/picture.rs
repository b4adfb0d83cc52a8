//! The spectrum of allies as a half-pie in SVG: five wedges from active ally to active opponent, and apart from them those
//! who are not known to us. Every dot has a number, every number a name below; nothing is said by colour alone.

use std::fmt::Write;

use allymap_domain::advice::spectrum::{Placed, Spectrum};
use allymap_domain::date::Date;
use allymap_domain::entry::position::Place;

/// What is written around the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// The sentence that people are for or against.
    pub title: String,
    /// A line below it, as the score between two dates; may be empty.
    pub line: String,
    /// The last line: which map, which day, for whom.
    pub foot: String,
}

impl Caption {
    /// At the foot: of which map, of which day, and for whom it is.
    pub fn foot(map: &str, day: Date) -> String {
        format!("{map}, {}. For the group: not to be handed on.", day.spelled())
    }
}

/// The whole file. The same spectrum gives the same bytes.
pub fn half_pie(spectrum: &Spectrum<'_>, caption: &Caption) -> String {
    let mut numbered: Vec<(usize, &Placed<'_>)> = Vec::new();
    let mut wedges = String::new();
    let mut legend: Vec<Line> = Vec::new();
    for wedge in WEDGES {
        let placed: Vec<&Placed<'_>> = spectrum.at(wedge.place).collect();
        wedge.draw(&placed, numbered.len(), &mut wedges);
        legend.push(Line::Heading(format!("{} ({})", wedge.place.label(), placed.len())));
        let room = wedge.spots().len();
        let drawn = if placed.len() > room { room - 1 } else { placed.len() };
        for one in &placed[..drawn] {
            numbered.push((numbered.len() + 1, one));
            legend.push(Line::Name(numbered.len(), name(one)));
        }
        if placed.len() > drawn {
            legend.push(Line::More(format!("and {} more", placed.len() - drawn)));
        }
    }
    let unknown = spectrum.at(Place::NotKnown).count();
    let (legend, below) = columns(&legend);
    let height = below + 50;
    let mut svg = String::new();
    let mut line = |text: &str| {
        svg.push_str(text);
        svg.push('\n');
    };
    line(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title description\" font-family=\"system-ui, sans-serif\" font-size=\"15\" fill=\"#1a1a1a\">"
    ));
    line(&format!("<title id=\"title\">Spectrum of allies: {}</title>", escaped(&caption.title)));
    line(&format!("<desc id=\"description\">{}</desc>", escaped(&described(spectrum, caption))));
    line(&format!("<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>"));
    line(&text(CENTRE.0, 34.0, "middle", 22, "bold", &clipped(&caption.title, 24.0, 960.0)));
    if !caption.line.is_empty() {
        line(&text(CENTRE.0, 60.0, "middle", 15, "normal", &clipped(&caption.line, 15.0, 960.0)));
    }
    line(wedges.trim_end());
    // Not knowing is no place between the others: a box of its own below the line.
    line(&format!(
        "<rect x=\"350\" y=\"{}\" width=\"340\" height=\"40\" rx=\"6\" fill=\"#ffffff\" stroke=\"#1a1a1a\" stroke-dasharray=\"6 4\"/>",
        CENTRE.1 + 22.0
    ));
    line(&text(CENTRE.0, CENTRE.1 + 47.0, "middle", 15, "normal", &format!("{} ({unknown})", Place::NotKnown.label())));
    line(legend.trim_end());
    line(&text(40.0, f64::from(height) - 18.0, "start", 13, "normal", &clipped(&caption.foot, 13.0, 960.0)));
    line("</svg>");
    svg
}

/// The whole picture in words, for whoever hears it.
fn described(spectrum: &Spectrum<'_>, caption: &Caption) -> String {
    let mut words = format!(
        "Five wedges, from those who are with us on the left to those who are against us on the right. {}",
        caption.line
    );
    for place in WEDGES.iter().map(|wedge| wedge.place).chain([Place::NotKnown]) {
        let placed: Vec<&Placed<'_>> = spectrum.at(place).collect();
        let _ = write!(words, " {}: {}", place.label(), placed.len());
        let names: Vec<String> = placed.iter().take(NAMES_SPOKEN).map(|one| name(one)).collect();
        let more = if placed.len() > NAMES_SPOKEN { " and others" } else { "" };
        words.push_str(&if names.is_empty() || place == Place::NotKnown {
            ".".to_owned()
        } else {
            format!(", {}{more}.", names.join(", "))
        });
    }
    words
}

/// One fifth of the half circle.
struct Wedge {
    place: Place,
    /// The number from the left.
    number: u8,
    /// The dots, dark enough for white digits on white paper in colour and in grey.
    dark: &'static str,
    light: &'static str,
    /// Lines across the wedge tell its neighbours apart where there is no colour.
    dash: &'static str,
}

const WEDGES: [Wedge; 5] = [
    Wedge { place: Place::ActiveAlly, number: 0, dark: "#08519c", light: "#d6e6f4", dash: "" },
    Wedge { place: Place::PassiveAlly, number: 1, dark: "#2a6fa3", light: "#eaf3fa", dash: "" },
    Wedge { place: Place::Neutral, number: 2, dark: "#6b6b6b", light: "#ffffff", dash: "" },
    Wedge {
        place: Place::PassiveOpponent,
        number: 3,
        dark: "#b35806",
        light: "#fbeedd",
        dash: " stroke-dasharray=\"3 3\"",
    },
    Wedge {
        place: Place::ActiveOpponent,
        number: 4,
        dark: "#7f2704",
        light: "#f4dcc8",
        dash: " stroke-dasharray=\"3 3\"",
    },
];

impl Wedge {
    /// From the left end of the half circle, in degrees.
    fn from(&self) -> f64 {
        f64::from(self.number) * 36.0
    }

    fn draw(&self, placed: &[&Placed<'_>], before: usize, svg: &mut String) {
        let Wedge { light, dark, dash, .. } = self;
        let (from, to) = (self.from(), self.from() + 36.0);
        let [a, b, c, d] = [point(RIM, from), point(RIM, to), point(HUB, to), point(HUB, from)];
        let _ = writeln!(
            svg,
            "<path d=\"M{} A{RIM} {RIM} 0 0 1 {} L{} A{HUB} {HUB} 0 0 0 {} Z\" fill=\"{light}\" stroke=\"#1a1a1a\" stroke-width=\"1.5\"{dash}/>",
            at(a),
            at(b),
            at(c),
            at(d)
        );
        // Outside the rim, where no dot can run into it.
        let middle = from + 18.0;
        let (x, y) = point(RIM + 20.0, middle);
        let anchor = ["end", "end", "middle", "start", "start"][usize::from(self.number)];
        let _ = writeln!(svg, "{}", text(x, y - 8.0, anchor, 16, "bold", self.place.label()));
        let people = if placed.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", placed.len()) };
        let _ = writeln!(svg, "{}", text(x, y + 10.0, anchor, 14, "normal", &people));
        let spots = self.spots();
        for (index, spot) in spots.iter().take(placed.len()).enumerate() {
            let (x, y) = point(spot.0, spot.1);
            let over = index + 1 == spots.len() && placed.len() > spots.len();
            let (words, told) = if over {
                (format!("+{}", placed.len() - index), "more, who are not drawn".to_owned())
            } else {
                ((before + index + 1).to_string(), name(placed[index]))
            };
            let size = if words.len() > 3 { 10 } else { 12 };
            // A dashed ring: people placed them differently.
            let ring = if !over && placed[index].differs() {
                format!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"15.5\" fill=\"none\" stroke=\"#1a1a1a\" stroke-width=\"1.5\" stroke-dasharray=\"3 2\"/>"
                )
            } else {
                String::new()
            };
            let _ = writeln!(
                svg,
                "<g><title>{} {}</title>{ring}<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"13\" fill=\"{dark}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"{size}\" font-weight=\"bold\" fill=\"#ffffff\">{words}</text></g>",
                escaped(&words),
                escaped(&told),
                y + 4.5
            );
        }
    }

    /// Where dots have room, from the rim inwards: distance from the centre, degrees.
    fn spots(&self) -> Vec<(f64, f64)> {
        let mut spots = Vec::new();
        let mut distance = RIM - 24.0;
        while distance > HUB + 14.0 {
            let across = distance * 36f64.to_radians();
            let count = ((across - 12.0) / 33.0) as usize;
            for number in 0..count {
                let part = (number as f64 + 0.5) / count as f64;
                spots.push((distance, self.from() + 36.0 * part));
            }
            distance -= 34.0;
        }
        spots
    }
}

enum Line {
    Heading(String),
    Name(usize, String),
    More(String),
}

/// The legend in three columns, and where it ends.
fn columns(lines: &[Line]) -> (String, u32) {
    let mut svg = String::new();
    let rows = lines.len().div_ceil(3).max(1);
    for (index, line) in lines.iter().enumerate() {
        let (x, y) = (40.0 + (index / rows) as f64 * 315.0, LEGEND + (index % rows) as f64 * 21.0);
        let line = match line {
            Line::Heading(words) => text(x, y, "start", 15, "bold", words),
            Line::More(words) => text(x + 34.0, y, "start", 14, "normal", words),
            Line::Name(number, words) => format!(
                "{}\n{}",
                text(x + 26.0, y, "end", 14, "bold", &number.to_string()),
                text(x + 34.0, y, "start", 14, "normal", &clipped(words, 14.0, 270.0))
            ),
        };
        svg.push_str(&line);
        svg.push('\n');
    }
    (svg, (LEGEND + rows as f64 * 21.0) as u32)
}

fn name(placed: &Placed<'_>) -> String {
    if placed.differs() {
        format!("{} (people differ: up to {})", placed.row.name, placed.friendliest.label())
    } else {
        placed.row.name.clone()
    }
}

fn text(x: f64, y: f64, anchor: &str, size: u8, weight: &str, words: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" font-weight=\"{weight}\">{}</text>",
        escaped(words)
    )
}

/// Degrees count from the left end over the top.
fn point(distance: f64, degrees: f64) -> (f64, f64) {
    let angle = (180.0 - degrees).to_radians();
    (CENTRE.0 + distance * angle.cos(), CENTRE.1 - distance * angle.sin())
}

fn at((x, y): (f64, f64)) -> String {
    format!("{x:.1} {y:.1}")
}

/// As much of it as surely fits into this room at this size, whatever the font: which one it is, the reader's computer says.
fn clipped(words: &str, size: f64, room: f64) -> String {
    let wide = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.4,
        'f' | 'r' | 't' | '-' | '(' | ')' => 0.46,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '\u{1100}'.. => 1.05,
        letter if letter.is_uppercase() => 0.82,
        _ => 0.66,
    };
    if words.chars().map(wide).sum::<f64>() * size <= room {
        return words.to_owned();
    }
    let mut used = wide('…') * size;
    let kept = words.chars().take_while(|letter| {
        used += wide(*letter) * size;
        used <= room
    });
    kept.chain(['…']).collect()
}

/// Text inside of an element; what XML has no place for is left out.
fn escaped(words: &str) -> String {
    let mut safe = String::new();
    for letter in words.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => safe.push(letter),
        }
    }
    safe
}

const WIDTH: u32 = 1040;
const CENTRE: (f64, f64) = (520.0, 440.0);
const RIM: f64 = 330.0;
const HUB: f64 = 70.0;
const LEGEND: f64 = 540.0;
/// Names that the description lists for each place.
const NAMES_SPOKEN: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::desk::{Desk, NOW, row, today};
    use allymap_domain::card::Card;
    use allymap_domain::date::When;
    use allymap_domain::entry::assertion::{Assertion, Claim};
    use allymap_domain::entry::{Entry, NewEntry};
    use allymap_domain::ids::EntryId;
    use allymap_domain::kind::Kind;

    fn placed(names: &[&str], place: Place) -> Vec<Card> {
        let with_id = |(number, name): (u8, &&str)| {
            let [mut ana, ..] = Desk::three(&NewEntry::new(Kind::named("organisation").unwrap(), name));
            let claim = Claim::Position { campaign: row(99), place };
            let assertion = Assertion::new(claim, When::on(today()), NOW);
            ana.edit(|edit| Entry::assert(edit, row(1), &assertion)).unwrap();
            Card::of(&ana.document, EntryId([place as u8 * 40 + number; 16])).unwrap()
        };
        (0..).zip(names).map(with_id).collect()
    }

    fn drawn(rows: &[Card]) -> String {
        let caption = Caption { title: "Boats & <homes>".into(), line: String::new(), foot: "Thornwick".into() };
        half_pie(&Spectrum::of(rows, row(99), None), &caption)
    }

    /// S101
    #[test]
    fn the_picture_has_five_wedges_a_title_a_description_and_every_name() {
        let rows = [placed(&["Harbour Choir"], Place::ActiveAlly), placed(&["Quarry"], Place::ActiveOpponent)].concat();
        let svg = drawn(&rows);
        assert_eq!(svg.matches("<path ").count(), 5);
        assert!(svg.contains("<title id=\"title\">Spectrum of allies: Boats &amp; &lt;homes&gt;</title>"));
        assert!(svg.contains("active ally: 1, Harbour Choir.") && svg.contains("neutral: 0."), "{svg}");
        for name in ["Harbour Choir", "Quarry"] {
            assert!(svg.matches(name).count() >= 3, "dot, legend and description name {name}");
        }
        assert_eq!(drawn(&rows), svg);
    }

    /// S93
    #[test]
    fn those_who_are_not_known_are_in_no_wedge() {
        let svg = drawn(&placed(&["Nobody Asked"], Place::NotKnown));
        assert!(
            svg.contains("not known to us (1)") && !svg.contains("<circle") && svg.contains("neutral: 0."),
            "{svg}"
        );
    }

    #[test]
    fn long_names_are_clipped_below_and_whole_on_the_dot() {
        let long = "a name of very many letters ".repeat(6);
        let svg = drawn(&placed(&[long.trim(), "قرية الميناء"], Place::Neutral));
        let legend = svg.lines().find(|line| line.starts_with("<text") && line.contains("a name of")).unwrap();
        assert!(legend.contains('…') && legend.len() < 160, "{legend}");
        assert!(svg.contains(long.trim()) && svg.contains("قرية الميناء"));
    }

    #[test]
    fn more_than_a_wedge_holds_is_counted_and_no_dot_leaves_its_wedge() {
        let names: Vec<String> = (0..40).map(|number| format!("Group {number}")).collect();
        let rows = placed(&names.iter().map(String::as_str).collect::<Vec<_>>(), Place::Neutral);
        let svg = drawn(&rows);
        let room = WEDGES[2].spots().len();
        assert!((20..40).contains(&room), "{room}");
        assert_eq!(svg.matches("<circle").count(), room);
        assert!(svg.contains(&format!(">+{}<", 41 - room)) && svg.contains(&format!("and {} more", 41 - room)));
        for wedge in &WEDGES {
            let spots = wedge.spots();
            for (index, (distance, degrees)) in spots.iter().enumerate() {
                let side = distance * (degrees - wedge.from()).min(wedge.from() + 36.0 - degrees).to_radians().sin();
                assert!(side > 14.0 && distance + 14.0 < RIM, "{distance} {degrees}");
                let (x, y) = point(*distance, *degrees);
                for other in &spots[..index] {
                    let (a, b) = point(other.0, other.1);
                    assert!((x - a).hypot(y - b) > 28.0, "two dots touch");
                }
            }
        }
    }

    /// Digits on dots can be read, and dots on their wedge, in colour and in grey (WCAG 1.4.3, 1.4.11).
    #[test]
    fn white_digits_stand_out_on_every_dot() {
        let luminance = |colour: &str| {
            let part = |at: usize| {
                let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        for wedge in &WEDGES {
            assert!(1.05 / (luminance(wedge.dark) + 0.05) >= 4.5, "{}", wedge.dark);
            assert!((luminance(wedge.light) + 0.05) / (luminance(wedge.dark) + 0.05) >= 3.0, "{}", wedge.light);
        }
    }
}
