/** The one file that touches the document. */

/** Tells what may have cut the line, or brought it back, while nobody looked. */
export function watchPage(tell: (what: 'online' | 'offline' | 'wake') => void): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  addEventListener('online', () => tell('online'), { signal });
  addEventListener('offline', () => tell('offline'), { signal });
  addEventListener('pageshow', () => tell('wake'), { signal });
  document.addEventListener('resume', () => tell('wake'), { signal });
  const seen = (): void => {
    if (document.visibilityState === 'visible') tell('wake');
  };
  document.addEventListener('visibilitychange', seen, { signal });
  return () => ends.abort();
}
