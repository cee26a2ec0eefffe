import type { MapDrawing } from "@flashdeconv/viewer";
import type { RunPicture } from "../run/protocol.js";
import type { RunMap } from "./contracts.js";
import { fill, h } from "./h.js";

/** Draws pictures of a run as they come. A browser that cannot draw says so, and the run goes on. */
export function drawRun(
  host: HTMLElement,
  load: () => Promise<typeof import("@flashdeconv/viewer")>,
): RunMap {
  const canvas = h("canvas", { role: "img", "aria-label": "Largest cell type of each spot, so far" });
  fill(host, canvas);
  let map: MapDrawing | undefined;
  let ground: RunPicture["ground"];
  let colors: readonly string[] = [];
  let waiting: RunPicture | undefined;
  let isClosed = false;

  const draw = (picture: RunPicture) => {
    if (picture.ground) map?.setGround(picture.ground);
    map?.setField({ kind: "classes", bytes: picture.bytes, colors });
  };
  load()
    .then(
      ({ createMap }) => {
        if (isClosed) return;
        map = createMap(canvas);
        if (waiting) draw({ ...waiting, ground });
      },
      () => undefined,
    )
    .catch(() => fill(host, "This browser has no WebGL2, so the map is not drawn. The run goes on."));

  return {
    show(picture) {
      ground = picture.ground ?? ground;
      colors = picture.colors ?? colors;
      waiting = picture;
      if (map) draw(picture);
    },
    close() {
      isClosed = true;
      map?.stop();
    },
  };
}
