import { h } from "./h.js";
import type { Stage } from "./stage.js";

/** A canvas is empty on paper unless it is drawn just then: a picture stands in for it until the page has been printed. */
export function printPicture({ map, canvas, element }: Stage, opacity: number): void {
  map.setOpacity(opacity);
  map.draw();
  const image = h("img", { class: "fd-print", src: canvas.toDataURL(), alt: canvas.ariaLabel ?? "" });
  element.append(image);
  window.addEventListener("afterprint", () => image.remove(), { once: true });
}
