/** A question before something is done. It holds the focus, and Escape leaves it. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = element?.ownerDocument.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      // The dialog may be out of the document by now, and then gives nothing back.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onCancel={(event) => (event.preventDefault(), close())}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}
