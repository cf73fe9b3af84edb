/** Where the real browser is, and how it is started: alone, and without a word to anybody. */

export const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export const flags: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
