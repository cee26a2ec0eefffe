import { describe, expect, it } from "vitest";
import { type Reading, resourceMeter } from "../src/resources/resource-meter.js";

/** A meter that gives these readings one after the other: seconds, CPU seconds, bytes. */
function readings(...list: readonly (readonly [number, number, number])[]): () => Reading {
  let next = 0;
  return () => {
    const [wallSeconds, cpuSeconds, peakRssBytes] = list[next++];
    return { wallSeconds, cpuSeconds, peakRssBytes };
  };
}

describe("resourceMeter", () => {
  it("tells what the whole and each stage took; a stage that comes back continues", () => {
    let ended = 0;
    const meter = resourceMeter(
      "open",
      () => ended++,
      readings([10, 1, 100], [11, 1.5, 200], [13, 4, 300], [17, 8, 300], [18, 8.5, 400]),
    );
    meter.enter("open");
    meter.enter("solve");
    meter.enter("solve");
    meter.enter("write");
    meter.enter("solve");
    expect(ended, "stages that ended").toBe(3);
    expect(meter.report()).toEqual({
      wall_seconds: 8,
      cpu_seconds: 7.5,
      peak_rss_bytes: 400,
      stages: {
        open: { wall_seconds: 1, cpu_seconds: 0.5, peak_rss_bytes: 200 },
        solve: { wall_seconds: 3, cpu_seconds: 3, peak_rss_bytes: 400 },
        write: { wall_seconds: 4, cpu_seconds: 4, peak_rss_bytes: 300 },
      },
    });
  });

  it("reads the process", () => {
    const meter = resourceMeter("spin");
    const end = performance.now() + 20;
    while (performance.now() < end);
    const { wall_seconds, cpu_seconds, peak_rss_bytes } = meter.report().stages.spin;
    expect(wall_seconds).toBeGreaterThanOrEqual(0.02);
    expect(wall_seconds).toBeLessThan(10);
    expect(cpu_seconds).toBeGreaterThan(0);
    expect(peak_rss_bytes).toBeGreaterThanOrEqual(2 ** 20);
  });
});
