//! What each number of a report is: said on the page, and the same everywhere.

/// Each number with its one definition.
pub const DEFINITIONS: [(&str, &str); 18] = [
    (
        "in use",
        "Sessions that hold a seat: connected, and in grace. Every change is counted, nothing is sampled.",
    ),
    (
        "peak",
        "The highest number in use that was reached, for however short a time.",
    ),
    (
        "peak held 30 minutes",
        "The highest number in use at or above which 30 minutes were spent in total.",
    ),
    (
        "limit",
        "The seats that the organization may use: base and increases; where it changed, the highest.",
    ),
    ("open time", "Time with at least one seat in use."),
    ("mean while open", "Seat hours divided by the open time."),
    (
        "seat hours",
        "The time that each session was in use, summed up over all sessions.",
    ),
    (
        "enough for 95, 99, 99.9 %",
        "The smallest number of seats above which the use was for at most 5, 1, 0.1 % of the open time.",
    ),
    (
        "logins",
        "Sessions that took a seat. A reload or a resume is none.",
    ),
    (
        "logout, closed, lost, ended",
        "How sessions ended: by the agent; the page was closed and the grace ran out; the widget fell silent, or the server was away, and the grace ran out; by an administrator. Handed off: passed on to another page. Withdrawn: the login could not be answered.",
    ),
    (
        "resume success",
        "Sessions that were taken up again, as a part of those and of the ones whose grace ran out. Whoever goes home by closing the page counts as one whose grace ran out.",
    ),
    (
        "over 12 hours",
        "Sessions that were longer than 12 hours when they ended.",
    ),
    (
        "length of sessions",
        "From the grant to the end, in buckets of a fifth: the upper edge of the bucket that half, and 95 % of them, do not exceed.",
    ),
    (
        "refusals",
        "Refusals for want of a seat: those of one attempt within an hour once.",
    ),
    (
        "waited, abandoned",
        "Attempts that met a full house and got a seat after trying; attempts that gave up: 60 seconds without another try.",
    ),
    (
        "top peaks",
        "The highest of the days' peaks, with the half-hour in which each was first reached.",
    ),
    (
        "heatmap",
        "The highest of the peaks of each half-hour of the week, in the organization's time zone.",
    ),
    (
        "not known",
        "Time in which no server ran, before the first start, or which a clock set forward left out. It counts nowhere.",
    ),
];
