/**
 * One reading for several readers: each item is made once, and the next when all have asked for it, so that nothing gathers. Each reader
 * must be read by somebody, or left.
 */
export function shareReading<T>(source: AsyncIterable<T>, readerCount: number): AsyncIterable<T>[] {
  const items = source[Symbol.asyncIterator]();
  let reading = readerCount;
  let round = openRound<T>();
  const advance = () => {
    if (reading === 0 || round.asked < reading) return;
    const now = round;
    round = openRound<T>();
    items.next().then(now.give, now.fail);
  };
  const leave = async () => {
    reading--;
    advance();
    if (reading === 0) await items.return?.();
  };
  const reader = (): AsyncIterator<T> => {
    let isLeft = false;
    return {
      next() {
        const mine = round;
        mine.asked++;
        advance();
        return mine.item;
      },
      async return() {
        if (!isLeft) await leave();
        isLeft = true;
        return { done: true, value: undefined };
      },
    };
  };
  return Array.from({ length: readerCount }, () => ({ [Symbol.asyncIterator]: reader }));
}

interface Round<T> {
  asked: number;
  readonly item: Promise<IteratorResult<T>>;
  give(item: IteratorResult<T>): void;
  fail(reason: unknown): void;
}

function openRound<T>(): Round<T> {
  let give: Round<T>["give"] = () => undefined;
  let fail: Round<T>["fail"] = () => undefined;
  const item = new Promise<IteratorResult<T>>((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  // Those who ask are told; where all have left, nobody has to be.
  item.catch(() => undefined);
  return { asked: 0, item, give, fail };
}
