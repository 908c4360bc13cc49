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
    if args.iter().any(|a| a=="--dev") {
      let t=std::time::Instant::now();
      let b = opinion_map::bridging(&conversation.votes);
      let t=t.elapsed().as_secs_f64();
      let p=opinion_map::proportional(&conversation.votes,10); let a=opinion_map::popular(&conversation.votes,10);
      let ids=|l:&[usize]| {let mut v:Vec<u64>=l.iter().map(|s|conversation.statements[*s]).collect(); v.sort(); v};
      println!("{}", serde_json::json!({"t":t,"mean":b.mean,"loss":b.loss,"n":b.ratings,"people":b.people.len(),"ids":b.statements.iter().map(|s|conversation.statements[s.statement]).collect::<Vec<_>>(),"intercept":b.statements.iter().map(|s|s.intercept).collect::<Vec<_>>(),"side":b.statements.iter().map(|s|s.side).collect::<Vec<_>>(),"least":b.statements.iter().map(|s|s.least_without_one).collect::<Vec<_>>(),"verdict":b.statements.iter().map(|s|format!("{:?}",s.verdict)).collect::<Vec<_>>(),
      "seqpav":ids(&p.statements),"pr":p.reached,"av":ids(&a.statements),"ar":a.reached,"voters":a.people}));
      return ExitCode::SUCCESS;
    }
    let map = if args.iter().any(|a| a=="--compatible") {opinion_map::OpinionMap::compatible(&conversation.votes, None)} else {opinion_map::OpinionMap::draw(&conversation.votes, &opinion_map::Settings::default())};
    let mut out = printing::map(&conversation, &comments, &map);
    if let Some(given) = printing::given(&conversation, &ballots) { out.insert("given_production_groups".into(), given); }
    println!("{}", serde_json::Value::Object(out));
    ExitCode::SUCCESS
}
