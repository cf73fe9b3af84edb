/** The widget keys of an organization. */

import { path, useDesk } from '../context';
import { Credentials } from './credentials';

export function Keys() {
  const { id } = useDesk();
  return (
    <Credentials
      title="Widget keys"
      word="key"
      path={path(id, '/keys')}
      none="There is no widget key. Without one, the allowed pages alone decide who may log in."
      use="It goes into the page that holds the widget. The server keeps only its hash."
      revoking="Widgets with this key cannot log in any more. Sessions that hold a seat keep it."
      body={(label) => ({ label })}
    />
  );
}
