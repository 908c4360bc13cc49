//! Capabilities: the narrow things that a duty lets somebody do. The pack bundles them into duties; nothing else grants
//! one.

use base::pack::{DutyWords, Pack};

macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal),+ $(,)?) => {
        /// What a duty may let somebody do. The pack bundles these into duties; nothing else grants one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Capability { $($(#[doc = $doc])+ $name),+ }

        impl Capability {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// How packs name it.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }

        $($(#[doc = $doc])+ #[derive(Clone, Copy, Debug)] pub struct $name;
        impl Needs for $name { const CAPABILITY: Capability = Capability::$name; })+
    };
}

/// Names the capability that a [`Holding`] stands for.
pub trait Needs: Send + Sync + 'static {
    const CAPABILITY: Capability;
}

capabilities! {
    /// Invite people in.
    Welcome = "welcome",
    /// See requests to join, and say yes or no with a reason.
    ReadRequests = "read_requests",
    /// Correct what a song is called, put two together that are one, take off and put back what stands in the library.
    TendLibrary = "tend_library",
    /// Fold or withdraw a comment.
    TendTalk = "tend_talk",
    /// Write and change the community's own pages.
    TendPages = "tend_pages",
    /// Correct helplines and say when they were checked.
    KeepHelplines = "keep_helplines",
    /// Fill, renew and end seats.
    FillSeats = "fill_seats",
    /// Hand an imported name to the person it belongs to.
    IssueClaims = "issue_claims",
    /// Change how people join and what the community is called.
    ChangeSettings = "change_settings",
    /// Answer somebody who asks for a second look at what another seat did. Comes with every seat.
    SecondLook = "second_look",
}

impl Capability {
    /// The key of the sentence that says it in plain words.
    #[must_use]
    pub fn key(self) -> String {
        format!("can-{}", self.id().replace('_', "-"))
    }

    #[must_use]
    pub fn read(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|capability| capability.id() == id)
    }

    /// Whether it shows what people said in private: words that only whoever looks again reads, a request, an old
    /// name's owner.
    #[must_use]
    pub fn sees_private(self) -> bool {
        matches!(self, Self::SecondLook | Self::ReadRequests | Self::IssueClaims)
    }

    /// What is wrong with what a pack's duties can do, a line each.
    #[must_use]
    pub fn faults(pack: &Pack) -> Vec<String> {
        let mut faults = Vec::new();
        for duty in &pack.duties {
            let unknown = duty.capabilities.iter().filter(|id| Self::read(id).is_none());
            faults.extend(unknown.map(|id| format!("duty {}: there is no “{id}”", duty.id)));
            let sees = duty.capabilities.iter().filter_map(|id| Self::read(id)).any(Self::sees_private);
            if sees != duty.sees_private {
                faults.push(format!("duty {}: sees_private has to be {sees}", duty.id));
            }
        }
        // A second look comes with every seat; no pack has to say so.
        let missing = Self::ALL.iter().filter(|it| **it != Self::SecondLook);
        let missing = missing.filter(|it| !pack.duties.iter().any(|duty| it.is_of(duty)));
        faults.extend(missing.map(|it| format!("duties: none can “{}”", it.id())));
        faults
    }

    /// Whether a duty can do it. A second look comes with every duty, so that there is somebody to ask.
    #[must_use]
    pub fn is_of(self, duty: &DutyWords) -> bool {
        self == Self::SecondLook || duty.capabilities.iter().any(|id| id == self.id())
    }
}
