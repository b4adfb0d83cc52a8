//! The half-pie as a picture: whatever the names, nothing leaves its wedge or the page, and no words lie on others.

use std::f64::consts::PI;

use crate::alone;

/// 60 letters and more, in scripts from the right too, all wide letters, and one that is short.
const NAMES: [&str; 6] = [
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfreunde",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsbeirat",
    "GEWERKSCHAFT DER KRANFÜHRERINNEN UND KRANFÜHRER AM UNTEREN WEHR",
    "رابطة جيران الميناء القديم وأصدقاء المكتبة العامة",
    "אגודת השכנים של הנמל הישן וידידי הספרייה הציבורית",
    "港の古い桟橋と図書館を大切にする住民の会とその友人たちの集まり",
];

struct Circle {
    x: f64,
    y: f64,
    r: f64,
}

/// Words and the box that they fill at most.
#[derive(Debug)]
struct Words {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Words {
    fn overlaps(&self, other: &Words) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// What stands between `name="` and the next quote.
fn attribute<'a>(element: &'a str, name: &str) -> &'a str {
    let (_, after) = element.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name}: {element}"));
    after.split('"').next().unwrap()
}

fn number(element: &str, name: &str) -> f64 {
    attribute(element, name).parse().unwrap_or_else(|error| panic!("{name}: {error}: {element}"))
}

fn elements<'a>(svg: &'a str, tag: &str) -> Vec<&'a str> {
    svg.split(&format!("<{tag} ")).skip(1).map(|rest| rest.split("/>").next().unwrap()).collect()
}

fn circle(element: &str) -> Circle {
    let of = |name| number(&format!(" {element}"), name);
    Circle { x: of("cx"), y: of("cy"), r: of("r") }
}

/// How wide a letter is in a wide font (DejaVu Sans), as part of its size.
fn width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' => 0.28,
        'm' => 0.97,
        'w' => 0.82,
        'f' | 't' | 'r' | ' ' | '.' | ',' | '(' | ')' | ':' => 0.41,
        'M' => 0.86,
        'W' => 0.99,
        '…' | '\u{2e80}'.. => 1.0,
        letter if letter.is_uppercase() => 0.74,
        _ => 0.62,
    }
}

fn words(element: &str) -> Words {
    let element = format!(" {}", element.split("</text>").next().unwrap());
    let (tag, text) = element.split_once('>').unwrap();
    let (x, y, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
    let bold = if attribute(tag, "font-weight") == "bold" { 1.1 } else { 1.0 };
    let wide = text.chars().map(width).sum::<f64>() * size * bold;
    let left = match attribute(tag, "text-anchor") {
        "start" => x,
        "middle" => x - wide / 2.0,
        "end" => x - wide,
        other => panic!("{other}"),
    };
    Words { text: text.to_owned(), left, right: left + wide, top: y - size * 0.8, bottom: y + size * 0.25 }
}

/// The boxes are computed, with letters as wide as those of a wide font.
#[test]
fn long_names_and_names_from_the_right_break_neither_the_wedges_nor_the_legend() {
    let wren = alone();
    wren.ok(&[
        "campaign",
        "add",
        "Die Verbandsgemeindeverwaltung Unterwehr nimmt alle auf, die mit dem letzten Bus ankommen, und FRAGT SIE ZUERST",
    ]);
    let mut table = "name,kind\n".to_owned();
    for number in 0..28 {
        table.push_str(&format!("{number} {},organisation\n", NAMES[number % NAMES.len()]));
    }
    let at = |name: &str| wren.home.parent().unwrap().join(name);
    std::fs::write(at("names.csv"), table).unwrap();
    wren.ok(&["import", at("names.csv").to_str().unwrap(), "--apply", "--no-input"]);
    let places = ["active-ally", "passive-ally", "neutral", "passive-opponent", "active-opponent"];
    for number in 0..28 {
        let name = format!("{number} {}", NAMES[number % NAMES.len()]);
        wren.ok(&["move", &name, places[number % 4 + number / 25], "--no-input"]);
    }
    wren.ok(&["spectrum", "--svg", at("spectrum.svg").to_str().unwrap(), "--since", "2026-01-01"]);
    let svg = std::fs::read_to_string(at("spectrum.svg")).unwrap();
    let page: Vec<f64> = attribute(&svg, "viewBox").split(' ').map(|number| number.parse().unwrap()).collect();
    let (page_width, page_height) = (page[2], page[3]);

    // Each wedge is four corners; the sides meet in the centre.
    let (mut centre, mut rim) = ((0.0, 0.0), 0.0);
    let mut wedges = 0;
    for part in svg.split("<path ").skip(1) {
        let numbers: Vec<f64> = attribute(&format!(" {part}"), "d")
            .split([' ', 'M', 'A', 'L', 'Z'])
            .filter_map(|word| word.parse().ok())
            .collect();
        let [ax, ay, _, _, _, _, _, bx, by, cx, cy, hub, _, _, _, _, dx, dy] = numbers[..] else {
            panic!("{numbers:?}")
        };
        let turn = (ax - dx) * (by - cy) - (ay - dy) * (bx - cx);
        let along = ((cx - dx) * (by - cy) - (cy - dy) * (bx - cx)) / turn;
        centre = (dx + along * (ax - dx), dy + along * (ay - dy));
        rim = (ax - centre.0).hypot(ay - centre.1);
        let from = (centre.1 - ay).atan2(ax - centre.0);
        let to = (centre.1 - by).atan2(bx - centre.0);
        let dots: Vec<Circle> = elements(part, "circle").into_iter().map(circle).collect();
        let numbers: Vec<Words> =
            part.split("<g>").skip(1).map(|dot| words(dot.split("<text ").nth(1).unwrap())).collect();
        assert_eq!(dots.len(), numbers.len());
        for (at, (dot, told)) in dots.iter().zip(&numbers).enumerate() {
            let distance = (dot.x - centre.0).hypot(dot.y - centre.1);
            assert!(distance + dot.r < rim && distance - dot.r > hub, "a dot leaves its wedge: {}", told.text);
            let angle = (centre.1 - dot.y).atan2(dot.x - centre.0);
            let aside = distance * (from - angle).min(angle - to).sin();
            assert!(from - to < PI / 4.0 && aside > dot.r, "a dot crosses the side of its wedge: {}", told.text);
            assert!(told.right - told.left < 2.0 * dot.r, "{} is wider than its dot", told.text);
            for other in &dots[..at] {
                assert!((dot.x - other.x).hypot(dot.y - other.y) > dot.r + other.r, "two dots touch");
            }
        }
        wedges += 1;
    }
    assert_eq!((wedges, elements(&svg, "circle").len()), (5, 28));

    let outside: Vec<Words> = svg
        .lines()
        .filter(|line| !line.starts_with("<g>"))
        .flat_map(|line| line.split("<text ").skip(1))
        .map(words)
        .collect();
    assert!(outside.len() > 60, "{outside:?}");
    for (at, one) in outside.iter().enumerate() {
        assert!(one.left >= 0.0 && one.right <= page_width, "{one:?} leaves a page {page_width} wide");
        assert!(one.top >= 0.0 && one.bottom <= page_height, "{one:?} leaves a page {page_height} high");
        let near = (
            centre.0.clamp(one.left.min(one.right), one.right) - centre.0,
            centre.1.clamp(one.top, one.bottom) - centre.1,
        );
        assert!(one.top > centre.1 || near.0.hypot(near.1) > rim, "{one:?} lies on a wedge");
        for other in &outside[..at] {
            assert!(!one.overlaps(other), "{one:?} lies on {other:?}");
        }
    }
    // Whole on the dot, also where the legend has no room.
    for name in NAMES {
        assert!(svg.contains(&format!(" {name}</title>")), "{name}");
    }
}
