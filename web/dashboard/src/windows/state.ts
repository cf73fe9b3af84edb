/** The states of a maintenance window, in words. */

export const WORDS: Readonly<Record<string, string>> = {
  scheduled: '○ Scheduled',
  in_progress: '● In progress',
  verifying: '◐ Verifying',
  completed: '✓ Completed',
  cancelled: '– Cancelled',
};
