import type { Notice, SpotRange, TaskContext } from "@flashdeconv/core";
import type { PassReport } from "../contracts/tasks.js";

/** How a task reads a range of spots: it tells how many of them are done. */
export function streamOptions(spotRange: SpotRange, { signal, report }: TaskContext) {
  const tell = (data: PassReport) => report(data);
  return {
    spotRange,
    signal,
    onProgress: ({ spotsDone }: { spotsDone: number }) => tell({ kind: "progress", spotsDone }),
    onNotice: (notice: Notice) => tell({ kind: "notice", notice }),
  };
}
