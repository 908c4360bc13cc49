//! `circlepit`: see `circlepit --help`.

fn main() -> std::process::ExitCode {
    circlepit::commands::main()
}
