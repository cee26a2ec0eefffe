/** A page cannot draw: the browser gives no WebGL2, or not for a picture of such a size. */
export class DrawingError extends Error {
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;

  constructor(parts: { subject: string; found: string; expected: string; remedy: string }) {
    super(`${parts.subject}: found ${parts.found}, expected ${parts.expected}. ${parts.remedy}`);
    this.name = "DrawingError";
    this.found = parts.found;
    this.expected = parts.expected;
    this.remedy = parts.remedy;
  }
}

export function noWebGl(): DrawingError {
  return new DrawingError({
    subject: "maps",
    found: "a browser that gives no WebGL2",
    expected: "WebGL2, to draw with",
    remedy:
      "Turn hardware acceleration on in the browser's settings, or open the page in a current Firefox, Chrome, Edge or Safari.",
  });
}

/** That what is drawn has more pixels on a side than this browser draws. */
export function tooLarge(subject: string, pixels: number, most: number): DrawingError {
  return new DrawingError({
    subject,
    found: `${pixels} pixels on a side`,
    expected: `at most ${most}, which is what this browser draws`,
    remedy: "Take a smaller one: a coarser level, or a picture of fewer pixels.",
  });
}
