//! The command.
#[path = "opinion-map/printing.rs"]
mod printing;
#[path = "opinion-map/reading.rs"]
mod reading;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let votes = std::fs::read(&args[2]).unwrap();
    let ballots = reading::votes(&votes, true).unwrap();
    let comments = args.get(4).map(|p| reading::comments(&std::fs::read(p).unwrap()).unwrap()).unwrap_or_default();
    let conversation = ballots.number(&comments).unwrap();
    let map = if args.iter().any(|a| a=="--compatible") {opinion_map::OpinionMap::compatible(&conversation.votes, None)} else {opinion_map::OpinionMap::draw(&conversation.votes, &opinion_map::Settings::default())};
    let mut out = printing::map(&conversation, &comments, &map);
    if let Some(given) = printing::given(&conversation, &ballots) { out.insert("given_production_groups".into(), given); }
    println!("{}", serde_json::Value::Object(out));
    ExitCode::SUCCESS
}
