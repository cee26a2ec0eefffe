import type { Notice } from "@flashdeconv/core";

/** Collects notices, one per code, and passes each on when it first comes. */
export interface NoticeList {
  readonly all: readonly Notice[];
  add(notice: Notice): void;
}

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
