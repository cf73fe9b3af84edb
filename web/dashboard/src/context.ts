/** What every page can reach. */

import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Place } from './address';
import type { Api } from './api';
import type { Freshness } from './live/feed';
import type { LiveStore } from './live/store';
import type { Me, Organization } from './organization';
import type { World } from './world';

export interface DeskValue {
  readonly world: World;
  readonly api: Api;
  readonly me: Me;
  /** The organization that is looked at. */
  readonly id: string;
  readonly place: Place;
  readonly go: (change: Partial<Place>, replace?: boolean) => void;
  readonly store: LiveStore;
}

export const DeskContext = createContext<DeskValue | null>(null);

export function useDesk(): DeskValue {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('a page stands in the desk');
  return desk;
}

export interface Live {
  readonly organization: Organization | null;
  readonly freshness: Freshness['kind'];
  /** This token sees no such organization. */
  readonly isMissing: boolean;
  readonly zone: string;
}

/** The organization as it was last told. */
export function useLive(): Live {
  const { store } = useDesk();
  const [live, setLive] = useState(() => store.live());
  useEffect(() => {
    setLive(store.live());
    return store.subscribe(() => setLive(store.live()));
  }, [store]);
  return live;
}

/** The wall clock, each second. */
export function useNow(): number {
  const { world } = useDesk();
  const [now, setNow] = useState(world.now().wall);
  useEffect(() => world.everySecond(() => setNow(world.now().wall)), []);
  return now;
}

/** The minute that it is: whoever shows what goes up to now asks again with each. */
export function useMinute(): number {
  const { world } = useDesk();
  const minute = (): number => Math.floor(world.now().wall / 60_000);
  const [now, setNow] = useState(minute);
  useEffect(() => world.everySecond(() => setNow(minute())), []);
  return now;
}

export const path = (id: string, rest = ''): string => `/api/v1/organizations/${encodeURIComponent(id)}${rest}`;

/** Whether this token may change what is in an organization. */
export const mayManage = ({ role }: Me): boolean => role !== 'viewer';
