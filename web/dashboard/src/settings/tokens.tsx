/** The tokens of administrators. */

import { useState } from 'preact/hooks';
import { useDesk } from '../context';
import { Credentials } from './credentials';

export function Tokens() {
  const { id, me } = useDesk();
  const [role, setRole] = useState('viewer');
  return (
    <Credentials
      title="Admin tokens"
      word="token"
      path="/api/v1/tokens"
      none="There is no token that you may see."
      use="Whoever has it can do what its role may do. It is for this page and for programs. The server keeps only its hash."
      revoking="Whoever uses it is out at once."
      more={
        <label>
          Role{' '}
          <select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
            <option value="viewer">viewer of {id}</option>
            <option value="admin">admin of {id}</option>
            {me.role === 'operator' ? <option value="operator">operator of all</option> : null}
          </select>
        </label>
      }
      body={(label) => ({ label, role, ...(role === 'operator' ? {} : { org: id }) })}
    />
  );
}
