//! `circlepit`: see `circlepit --help`.

fn main() {}
