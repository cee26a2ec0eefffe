import type { Notice } from "@flashdeconv/core";
import type { NoticeList } from "../contracts/notices.js";
import type { DeconvolveCallbacks } from "../contracts/run-context.js";

export function buildNoticeList(onNotice?: (notice: Notice) => void): NoticeList {
  const byCode = new Map<string, Notice>();
  return {
    get all() {
      return [...byCode.values()];
    },
    add(notice) {
      if (byCode.has(notice.code)) return;
      byCode.set(notice.code, notice);
      onNotice?.(notice);
    },
  };
}

/** A list that begins with the notices of the run that is resumed, and is kept with its pieces. */
export async function keptNotices({
  onNotice,
  checkpoint,
}: Pick<DeconvolveCallbacks, "onNotice" | "checkpoint">): Promise<NoticeList> {
  if (!checkpoint) return buildNoticeList(onNotice);
  const kept = (await checkpoint.load(PIECE))?.facts as readonly Notice[] | undefined;
  const list = buildNoticeList((notice) => {
    checkpoint.offer(PIECE, () => ({ facts: list.all, arrays: {} }));
    onNotice?.(notice);
  });
  for (const notice of kept ?? []) list.add(notice);
  return list;
}

/** A note: nothing would be gained by resuming from it alone. */
const PIECE = "note/notices";
