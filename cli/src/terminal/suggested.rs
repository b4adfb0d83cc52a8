//! Commands that are suggested: what stands there can be copied into a shell, and does what it says and nothing else, whoever
//! wrote the name in it.

/// `allymap VERB NAME REST`, as the shell of this computer reads it. A name that begins as a flag does stands behind `--`.
pub(crate) fn command(verb: &str, name: &str, rest: &str) -> String {
    let name = name.trim();
    let parts = match name.starts_with('-') {
        true => [verb, rest, "--", &quoted(name)],
        false => [verb, &quoted(name), rest, ""],
    };
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    ["allymap"].into_iter().chain(parts).collect::<Vec<_>>().join(" ")
}

/// One word of a command. In single quotes a POSIX shell reads nothing but what stands there (POSIX.1-2024, Shell Command
/// Language, 2.2.2); on Windows they are PowerShell's, where a quote is doubled.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-./:_,=".contains(letter);
    // zsh looks for a program where a word begins with =.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
        return word.to_owned();
    }
    let quote = if cfg!(windows) { "''" } else { r"'\''" };
    format!("'{}'", word.replace('\'', quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell makes of it, argument by argument.
    #[cfg(unix)]
    fn read_by_a_shell(line: &str) -> Vec<String> {
        let script = format!("allymap() {{ printf '%s\\0' \"$@\"; }}\n{line}");
        let read = std::process::Command::new("sh").arg("-c").arg(script).output().expect("there is a shell");
        assert!(read.status.success() && read.stderr.is_empty(), "{line}: {read:?}");
        let text = String::from_utf8(read.stdout).expect("it is text");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_name_and_does_nothing_else() {
        let names = [
            "Choir",
            "Harbour Choir",
            "Men's Shed",
            "$(touch /tmp/never)",
            "`id`; rm -rf ~ && echo \"$HOME\" | sh > x < y #",
            "a\\b\\",
            "'",
            "''\"'\"",
            "*?[a-z]{a,b}",
            "~root",
            "=ls",
            "!!",
            "海港 合唱团",
            "two\nlines",
        ];
        for name in names {
            let read = read_by_a_shell(&command("partner show", name, "--questions"));
            assert_eq!(read, ["partner", "show", name, "--questions"]);
        }
        for name in ["-rf", "--note=$(id)", "- 'x"] {
            let read = read_by_a_shell(&command("partner show", name, "--questions"));
            assert_eq!(read, ["partner", "show", "--questions", "--", name]);
        }
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(command("meet", "Choir", ""), "allymap meet Choir");
        assert_eq!(command("meet", "2026-11-20", ""), "allymap meet 2026-11-20");
        assert_eq!(command("meet", "", ""), "allymap meet ''");
    }
}
