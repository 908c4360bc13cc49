#[cfg_attr(not(test), expect(dead_code, reason = "the demo is read by its tests alone until `circlepit demo` fills a house with it"))]
mod demo;

fn main() {}
