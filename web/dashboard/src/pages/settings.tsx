/** What an organization is, its credentials, who changed what, and what is stored. */

import { useDesk } from '../context';
import { Audit } from '../settings/audit';
import { Keys } from '../settings/keys';
import { OrganizationSettings } from '../settings/organization';
import { Thresholds } from '../settings/thresholds';
import { Tokens } from '../settings/tokens';
import { Stored } from '../settings/stored';

export function SettingsPage() {
  const { id } = useDesk();
  return (
    <>
      <OrganizationSettings key={id} />
      <Thresholds />
      <Keys />
      <Tokens />
      <Audit />
      <Stored />
    </>
  );
}
