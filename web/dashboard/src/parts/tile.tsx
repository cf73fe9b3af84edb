/** One number with its word; its definition is told on hover and to a screen reader. */

import type { ComponentChildren } from 'preact';
import { type Defined, DEFINITIONS } from '../definitions';

interface Props {
  readonly name: string;
  readonly defined: Defined;
  readonly value: ComponentChildren;
  readonly more?: ComponentChildren;
  readonly tone?: 'good' | 'warn' | 'bad' | 'plain';
  readonly icon?: string;
}

export function Tile({ name, defined, value, more, tone = 'plain', icon }: Props) {
  return (
    <li class={`tile ${tone}`} title={DEFINITIONS[defined]}>
      <span class="name">{name}</span>
      <span class={`figure ${typeof value === 'string' && value.length > 8 ? 'long' : ''}`}>{icon ? <span aria-hidden="true">{icon} </span> : null}{value}</span>
      <span class="more">{more}</span>
      <span class="unseen">{DEFINITIONS[defined]}</span>
    </li>
  );
}
