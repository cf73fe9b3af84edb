/** What is out of the ordinary, above everything else. */

import { OpenAlert } from './alert';
import { useDesk, useLive, useNow } from '../context';
import type { Organization } from '../organization';
import { concerns, firstFall, type Increase, type Maintenance, refuses } from '../plans';
import { several } from '../words/numbers';
import { DAY, length, near } from '../words/time';

interface Props {
  readonly organization: Organization;
  readonly increases: readonly Increase[];
  readonly windows: readonly Maintenance[];
}

export function Banners({ organization, increases, windows }: Props) {
  const { id } = useDesk();
  const { zone } = useLive();
  const now = useNow();
  const planned = windows.filter((one) => concerns(one, id) && one.startsAt - now < DAY && one.endsAt > now);
  const fall = firstFall(increases, now);
  const after = organization.limit.base + (fall?.left ?? 0);
  return (
    <div class="banners">
      <OpenAlert key={id} />
      {planned.map((one) => (
        <p key={one.id} class="notice amber">
          ⚒ {one.startsAt > now ? `Maintenance from ${near(one.startsAt, now, zone)} to ${near(one.endsAt, now, zone)}` : `Maintenance until ${near(one.endsAt, now, zone)}, for ${length(one.endsAt - now)} more`}: {one.title}
          {refuses(one) ? ' — new logins are refused meanwhile.' : ' — new logins go on.'}
        </p>
      ))}
      {fall && fall.at - now < DAY ? (
        <p class="notice info">
          ◔ An increase ends in {length(fall.at - now)}. With {several(after, 'seat')} afterwards, {after < organization.inUse ? `${organization.inUse - after} fewer than are in use now; nobody is thrown out` : 'those in use now still fit'}.
        </p>
      ) : null}
    </div>
  );
}
