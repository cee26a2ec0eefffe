import { count, percent, shortNumber } from "@flashdeconv/core/internal";
import { escaped, nameText } from "./text.js";

/** A histogram as bars, in the colour of the text. */
export function histogram(label: string, bins: ArrayLike<number>, ends: readonly [string, string]): string {
  const most = Math.max(1, ...Array.from(bins));
  const bars = Array.from(bins, (value, i) => {
    const height = (60 * value) / most;
    return value > 0
      ? `<rect x="${i * 6}" y="${(60 - Math.max(0.7, height)).toFixed(1)}" width="5" height="${Math.max(0.7, height).toFixed(1)}"/>`
      : "";
  });
  const width = 6 * bins.length;
  return (
    `<svg class="chart" viewBox="0 0 ${width} 76" width="${width}" height="76" role="img" aria-label="${escaped(label)}" fill="currentColor">${bars.join("")}` +
    `<path d="M0 60.5h${width}" stroke="currentColor" stroke-opacity=".5"/><text y="73" font-size="10">${escaped(ends[0])}</text><text x="${width}" y="73" font-size="10" text-anchor="end">${escaped(ends[1])}</text></svg>`
  );
}

/** A small histogram within a table. */
export function spark(bins: readonly number[]): string {
  const most = Math.max(1, ...bins);
  const bars = bins.map((value, i) =>
    value > 0
      ? `<rect x="${i * 4}" y="${(16 - Math.max(1, (16 * value) / most)).toFixed(1)}" width="3" height="${Math.max(1, (16 * value) / most).toFixed(1)}"/>`
      : "",
  );
  return `<svg viewBox="0 0 ${4 * bins.length} 16" width="${4 * bins.length}" height="16" aria-hidden="true" fill="currentColor">${bars.join("")}</svg>`;
}

/** Bars of one length, divided by shares in the colours of types; at the end how many spots, where that is given. */
export function stackedBars(
  label: string,
  rows: readonly { readonly name: string; readonly spots?: number; readonly shares: readonly number[] }[],
  colors: readonly string[],
): string {
  const [left, width] = [170, 400];
  const bars = rows.map(({ name, spots, shares }, row) => {
    let at = left;
    const parts = shares.map((share, k) => {
      const part = `<rect x="${at.toFixed(1)}" y="${row * 20 + 2}" width="${(share * width).toFixed(1)}" height="15" fill="${colors[k]}"/>`;
      at += share * width;
      return share * width >= 0.1 ? part : "";
    });
    const short = name.length > 22 ? `${name.slice(0, 21)}…` : name;
    const end =
      spots === undefined
        ? ""
        : `<text x="${left + width + 6}" y="${row * 20 + 14}" font-size="11">${count(spots)}</text>`;
    return `<text x="${left - 6}" y="${row * 20 + 14}" text-anchor="end" font-size="12">${escaped(short)}</text>${parts.join("")}${end}`;
  });
  return `<svg class="chart" viewBox="0 0 640 ${rows.length * 20 + 4}" width="640" height="${rows.length * 20 + 4}" role="img" aria-label="${escaped(label)}" fill="currentColor">${bars.join("")}</svg>`;
}

/** Correlations as squares: blue with each other, orange against. */
export function heatMap(label: string, names: readonly string[], values: ArrayLike<number>): string {
  const size = names.length;
  const cell = size > 30 ? 10 : 16;
  const room = size > 30 ? 4 : 120;
  const cells: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const value = values[row * size + column];
      if (row === column || !(Math.abs(value) >= 0.02)) continue;
      cells.push(
        `<rect x="${room + column * cell}" y="${row * cell}" width="${cell}" height="${cell}" fill="${value > 0 ? "#0072b2" : "#d55e00"}" fill-opacity="${Math.abs(value).toFixed(2)}"/>`,
      );
    }
  }
  const short = (name: string) => escaped(name.length > 17 ? `${name.slice(0, 16)}…` : name);
  const texts =
    size > 30
      ? []
      : names.map(
          (name, i) =>
            `<text x="${room - 4}" y="${i * cell + 12}" text-anchor="end">${short(name)}</text><text transform="translate(${room + i * cell + 12} ${size * cell + 4}) rotate(-90)" text-anchor="end">${short(name)}</text>`,
        );
  const [width, height] = [room + size * cell, size * cell + room];
  const frame = `<rect x="${room}" width="${size * cell}" height="${size * cell}" fill="none" stroke="currentColor" stroke-opacity=".4"/>`;
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}" font-size="11" fill="currentColor">${cells.join("")}${frame}${texts.join("")}</svg>`;
}

/** Losses by strength of smoothing, evenly spaced, with the chosen one marked. */
export function curve(
  label: string,
  points: readonly { readonly x: number; readonly y: number }[],
  chosen: number,
): string {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const [low, high] = [Math.min(...finite.map(({ y }) => y)), Math.max(...finite.map(({ y }) => y))];
  const place = (i: number, y: number) => {
    const share = high > low ? (y - low) / (high - low) : 0.5;
    return [20 + (360 * i) / Math.max(1, finite.length - 1), 110 - 100 * share] as const;
  };
  const places = finite.map(({ y }, i) => place(i, y));
  const marks = places.map(([x, y], i) =>
    finite[i].x === chosen
      ? `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="6" fill="#d55e00" stroke="currentColor"/>`
      : `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3"/>`,
  );
  const texts = finite.map(
    ({ x }, i) =>
      `<text x="${places[i][0].toFixed(1)}" y="132" text-anchor="middle" font-size="11">${shortNumber(x)}</text>`,
  );
  return `<svg class="chart" viewBox="0 0 400 140" width="400" height="140" role="img" aria-label="${escaped(label)}" fill="currentColor"><polyline points="${places.map((one) => one.map((v) => v.toFixed(1)).join(",")).join(" ")}" fill="none" stroke="currentColor"/>${marks.join("")}${texts.join("")}</svg>`;
}

/** A square of a colour that prints. */
export function swatch(color: string): string {
  return `<svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect x=".5" y=".5" width="11" height="11" rx="2" fill="${color}" stroke="currentColor"/></svg>`;
}

/** "name (34 %)". */
export function nameShare(name: string, share: number): string {
  return `${nameText(name)} (${percent(share)})`;
}
