fn main() {
    let args: Vec<String> = std::env::args().collect();
    let pool = sortition::Pool::read(&std::fs::read_to_string(&args[1]).unwrap(), &std::fs::read_to_string(&args[2]).unwrap(), args[3].parse().unwrap()).unwrap();
    let method = match args[4].as_str() { "leximin" => sortition::Method::Leximin, "maximin" => sortition::Method::Maximin, _ => sortition::Method::Goldilocks };
    let mut n = 0u64;
    match sortition::Odds::of(&pool, method, &mut |p| { n += 1; if n % 200 == 0 { eprintln!("{p:?}"); } true }) {
        Ok(odds) => println!("{{\"probability\": {:?}, \"gap\": {}, \"levels\": {}, \"calls\": {n}, \"obj\": {:?}}}", odds.chances, odds.gap(), odds.levels.len(), odds.objective.map_or(0.0, |o| o.value)),
        Err(error) => println!("{{\"error\": \"{error}\"}}"),
    }
}
