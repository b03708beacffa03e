// Something that is fetched once.
import { useEffect, useState } from 'react';

export type Fetched<T> = { state: 'waiting' } | { state: 'here'; value: T } | { state: 'failed'; error: unknown };

/** `fetching` must be the same function as long as the same thing is wanted. */
export function useFetched<T>(fetching: () => Promise<T>): Fetched<T> {
  const [fetched, setFetched] = useState<Fetched<T>>({ state: 'waiting' });
  useEffect(() => {
    let wanted = true;
    const settle = (next: Fetched<T>) => wanted && setFetched(next);
    fetching().then(
      (value) => settle({ state: 'here', value }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
    return () => {
      wanted = false;
    };
  }, [fetching]);
  return fetched;
}
