/** Where rules put what is to be done; whoever collects more kinds of effects can be passed on. */
export interface Effects<E> {
  push(...effects: E[]): unknown;
}
