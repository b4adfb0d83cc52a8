//! A disk that loses power: `shadow.c`, built, given to a program, and what is left after the cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: usize = 4096;

/// Two folders: in `root` a program works, in `kept` is what it has synced.
pub struct Shadow {
    library: PathBuf,
    pub root: PathBuf,
    pub kept: PathBuf,
}

/// How much of what was not synced reached the disk all the same.
#[derive(Clone, Copy, Debug)]
pub struct Luck {
    /// Each page came through with this probability in percent. In some of the cases the file's new length did, too.
    pub pages_percent: u64,
    pub seed: u64,
}

impl Shadow {
    /// Builds the library into `folder`. Nothing if this machine has no C compiler.
    pub fn build(source: &Path, folder: &Path) -> Option<Shadow> {
        let folder = folder.canonicalize().unwrap();
        let library = folder.join("shadow.so");
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(source)
            .args(["-ldl", "-lpthread"]);
        match cc.status() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            status => assert!(status.unwrap().success(), "the library does not compile"),
        }
        let shadow = Shadow { library, root: folder.join("root"), kept: folder.join("kept") };
        shadow.start_from(None);
        Some(shadow)
    }

    /// Empty folders, or copies of what is there.
    pub fn start_from(&self, there: Option<&Path>) {
        for folder in [&self.root, &self.kept] {
            _ = fs::remove_dir_all(folder);
            match there {
                Some(there) => copy(there, folder),
                None => fs::create_dir(folder).unwrap(),
            }
        }
    }

    /// Lets a program run with it.
    pub fn load(&self, program: &mut Command) {
        program.env("LD_PRELOAD", &self.library).env("SHADOW_ROOT", &self.root).env("SHADOW_COPY", &self.kept);
    }

    /// After the program was killed: makes `disk` what the disk then holds, which is `kept` and what luck lets through.
    pub fn cut(&self, luck: Luck, disk: &Path) {
        _ = fs::remove_dir_all(disk);
        copy(&self.kept, disk);
        merge(&self.root, disk, luck.pages_percent, &mut Dice(luck.seed));
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn merge(real: &Path, kept: &Path, percent: u64, dice: &mut Dice) {
    let mut entries: Vec<_> = fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for kept in entries {
        let real = real.join(kept.file_name().unwrap());
        if kept.is_dir() {
            if real.is_dir() {
                merge(&real, &kept, percent, dice);
            }
            continue;
        }
        // A file that was removed when the program died is still there if its name is.
        let Ok(new) = fs::read(&real) else { continue };
        let old = fs::read(&kept).unwrap();
        if new == old {
            continue;
        }
        let length = if dice.below(100) < percent { new.len() } else { old.len() };
        let mut merged = vec![0; length];
        for (number, page) in merged.chunks_mut(PAGE).enumerate() {
            let from = if dice.below(100) < percent { &new } else { &old };
            let start = number * PAGE;
            let end = from.len().min(start + page.len());
            if start < end {
                page[..end - start].copy_from_slice(&from[start..end]);
            }
        }
        fs::write(kept, merged).unwrap();
    }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 27) % limit
    }
}
