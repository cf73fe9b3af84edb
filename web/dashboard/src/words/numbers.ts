/** Numbers for people. Pure. */

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** "12,345" */
export const count = (value: number): string => whole.format(value);
/** "12.3" */
export const decimal = (value: number): string => fine.format(value);
/** "97.5 %"; "–" of nothing */
export const share = (part: number, of: number): string => (of === 0 ? '–' : `${fine.format((part / of) * 100)} %`);

/** "1 seat", "2 seats" */
export const several = (value: number, one: string, more = `${one}s`): string => `${count(value)} ${value === 1 ? one : more}`;
