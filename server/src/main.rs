//! `allymap-relay`: keeps what devices seal, in order, and hands it to those who may have it. It cannot read any of it.

fn main() -> std::process::ExitCode {
    allymap_server::run()
}
