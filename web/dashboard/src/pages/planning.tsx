/** What is to come: the right number of seats, what if, quiet windows, and temporary increases. */

import { Increases } from '../planning/increases';
import { QuietWindows } from '../planning/quiet';
import { RightSize } from '../planning/right-size';
import { WhatIf } from '../planning/what-if';

export function PlanningPage() {
  return (
    <>
      <RightSize />
      <WhatIf />
      <QuietWindows />
      <Increases />
    </>
  );
}
