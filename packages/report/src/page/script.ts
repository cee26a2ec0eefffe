/**
 * What a report does beyond showing itself: the legend becomes buttons that show one type alone, and the pointer names what it is over.
 * Plain text of a script, with nothing of the data in it; names are read from the page.
 */
export const SCRIPT = `
"use strict";
(() => {
  const whole = document.querySelector(".whole");
  if (!whole) return;
  const map = whole.querySelector(".map");
  const items = [...whole.querySelectorAll(".legend li")];
  const named = document.getElementById("named");
  const shown = Number(whole.dataset.shown);
  const nameOf = (item) => item.querySelector(".name").textContent;
  const isImage = map.tagName === "IMG";
  const original = map.src;
  const bytes = isImage ? Uint8Array.from(atob(original.split(",")[1]), (c) => c.charCodeAt(0)) : null;
  const PALETTE = 33;
  let pressed = null;

  function crcOf(part) {
    let crc = -1;
    for (const byte of part) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  }

  /* The same pixels with all types but one in grey. */
  function withOne(index) {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    const length = view.getUint32(PALETTE);
    for (let i = 1; i <= 2 * shown; i++) {
      if (i !== index && i !== index + shown) copy.fill(0xc4, PALETTE + 8 + 3 * i, PALETTE + 11 + 3 * i);
    }
    view.setUint32(PALETTE + 8 + length, crcOf(copy.subarray(PALETTE + 4, PALETTE + 8 + length)));
    let text = "";
    for (let at = 0; at < copy.length; at += 8192) text += String.fromCharCode(...copy.subarray(at, at + 8192));
    return "data:image/png;base64," + btoa(text);
  }

  function press(item) {
    pressed = pressed === item ? null : item;
    for (const one of items) one.querySelector("button").setAttribute("aria-pressed", String(one === pressed));
    if (isImage) {
      const index = pressed ? Number(pressed.dataset.index) : 0;
      map.src = index > 0 ? withOne(index) : original;
      return;
    }
    map.toggleAttribute("data-off", pressed !== null);
    for (const path of map.querySelectorAll("path[data-type]")) {
      path.toggleAttribute("data-on", pressed !== null && path.dataset.type === pressed.dataset.type);
    }
  }

  for (const item of items) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      press(item);
      named.textContent = pressed ? "Shown alone: " + nameOf(item) + ". Press again for all." : "";
    });
    item.append(button);
  }

  let pixels = null;
  map.addEventListener("pointermove", (event) => {
    if (pressed) return;
    let type = event.target.dataset.type;
    if (isImage) {
      if (!pixels) {
        const canvas = document.createElement("canvas");
        canvas.width = map.naturalWidth;
        canvas.height = map.naturalHeight;
        pixels = canvas.getContext("2d", { willReadFrequently: true });
        pixels.drawImage(map, 0, 0);
      }
      /* The picture is fitted into its box without being stretched. */
      const box = map.getBoundingClientRect();
      const scale = Math.min(box.width / map.naturalWidth, box.height / map.naturalHeight);
      const x = (event.clientX - box.left - (box.width - scale * map.naturalWidth) / 2) / scale;
      const y = (event.clientY - box.top - (box.height - scale * map.naturalHeight) / 2) / scale;
      const [r, g, b, a] = pixels.getImageData(x, y, 1, 1).data;
      const near = (i) => Math.abs(bytes[PALETTE + 8 + 3 * i] - r) + Math.abs(bytes[PALETTE + 9 + 3 * i] - g) + Math.abs(bytes[PALETTE + 10 + 3 * i] - b);
      const found = a === 0 ? undefined : items.find((item) => item.dataset.index > 0 && near(Number(item.dataset.index)) < (a < 255 ? 9 : 1));
      type = found && found.dataset.type;
    }
    const item = items.find((one) => one.dataset.type === type);
    named.textContent = item ? nameOf(item) : "";
  });

  addEventListener("beforeprint", () => {
    if (pressed) press(pressed);
  });
})();
`;
