//! Tables that are not Unicode.

use allymap_domain::kind::field;
use encoding_rs::{ISO_8859_2, WINDOWS_1250, WINDOWS_1252, WINDOWS_1253};

use crate::import::table::read_csv;

#[test]
fn a_table_in_an_old_encoding_is_read_in_the_language_it_was_written_in() {
    let polish = "name;address\nChór Łódzki;ul. Żeromskiego 7, Łódź\nKoło Gospodyń Wiejskich;Święta Góra 3\n";
    let greek = "name;address\nΧορωδία Λιμανιού;Οδός Ερμού 7\nΣύλλογος Γυναικών;Πλατεία Αγοράς\n";
    let spanish = "name;address\nPeña de Núñez;Calle Ángel 7\nCafé Zoë;£5 at the door\n";
    let british = "name;address\nEast Hall;£5 at the door\n";
    let cases = [
        (WINDOWS_1250, polish, "Windows-1250", "Chór Łódzki"),
        (ISO_8859_2, polish, "ISO-8859-2", "Chór Łódzki"),
        (WINDOWS_1253, greek, "Windows-1253", "Χορωδία Λιμανιού"),
        (WINDOWS_1252, spanish, "Windows-1252", "Peña de Núñez"),
        (WINDOWS_1252, british, "Windows-1252", "East Hall"),
    ];
    for (encoding, text, form, name) in cases {
        let bytes = encoding.encode(text).0;
        let register = read_csv(&bytes, "choirs.csv", None).unwrap();
        assert_eq!(register.form, format!("semicolon, {form}"));
        assert_eq!(register.rows[0].entry.name(), name);
        let address = text.lines().last().and_then(|line| line.split_once(';')).unwrap().1;
        assert_eq!(register.rows.last().unwrap().entry.value(&field::ADDRESS), Some(address));
        let warning = format!("the file is not UTF-8; it was read as {form}, so look at a name with an accent");
        assert_eq!(register.warnings, [warning]);
    }
}
