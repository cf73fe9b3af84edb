/** The catalogue of texts. A host may replace any of them. */

import { languageOf } from './language';
import { de } from './texts/de';
import { en } from './texts/en';

type Words<T> = T extends readonly [string, string] ? readonly [title: string, text: string] : string;
export type Texts = { readonly [Name in keyof typeof en]: Words<(typeof en)[Name]> };

/** The catalogue for a language tag as in `de-AT`; English where there is none. */
export const textsFor = (language: string): Texts => (languageOf(language) === 'de' ? de : en);

export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
