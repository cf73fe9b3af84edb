/** The languages that there are texts in. */

/** For a language tag as in `de-AT`; English where there is none. */
export const languageOf = (tag: string): 'de' | 'en' => (/^de\b/i.test(tag) ? 'de' : 'en');
