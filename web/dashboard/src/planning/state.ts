/** The states of an increase, in words. */

export const WORDS: Readonly<Record<string, string>> = { requested: '? Requested', scheduled: '○ Scheduled', running: '● Running', ended: '– Ended' };
