interface NumberArray<A> {
  readonly length: number;
  subarray(start: number, end: number): A;
}

/** Hands out the same array again and again, made again only when more is asked for than ever before. */
export function growingMemory<A extends NumberArray<A>>(
  Storage: new (length: number) => A,
): (length: number) => A {
  let memory = new Storage(0);
  return (length) => {
    if (memory.length < length) memory = new Storage(length);
    return memory.subarray(0, length);
  };
}
