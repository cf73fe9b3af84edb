//! What there is to call about.

/// One cause for a call. An organization has each at most once at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Used up to so many percent of the seats, and not all of them.
    Level(u8),
    /// No seat is free.
    Exhausted,
    /// Several people were refused within a short time.
    Refusals,
    /// Somebody waits for a seat for long.
    LongWait,
    /// An increase without which the seats would not do ends within so many days.
    IncreaseEnds(u8),
    /// Many lines were lost at once.
    MassLoss,
}

/// How much it hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be planned for.
    Notice,
    /// Soon somebody cannot log in.
    Warning,
    /// Somebody cannot log in.
    Critical,
}

/// A cause came up or went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// From here on.
    Raised(Alarm),
    /// Until here.
    Cleared(Alarm),
}

impl Alarm {
    /// How much it hurts.
    pub fn severity(self) -> Severity {
        match self {
            Self::Level(..90) | Self::IncreaseEnds(2..) => Severity::Notice,
            Self::Level(_) | Self::LongWait | Self::IncreaseEnds(_) => Severity::Warning,
            Self::Exhausted | Self::Refusals | Self::MassLoss => Severity::Critical,
        }
    }
}
