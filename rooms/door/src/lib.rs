//! In and out: imports, feeds, files. Glossary: an *export* is what another program wrote; what is *brought* out of one is
//! offered to the rooms, and one of them *takes it in*; what none takes is *left*, with why.

pub mod html;
pub mod wxr;
