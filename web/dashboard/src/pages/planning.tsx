/** What is to come: the right number of seats, and temporary increases. */

import { Increases } from '../planning/increases';
import { RightSize } from '../planning/right-size';

export function PlanningPage() {
  return (
    <>
      <RightSize />
      <Increases />
    </>
  );
}
