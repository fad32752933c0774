/**
 * Keeps the player within the rungs that are encoded far enough. While a video grows, the master
 * playlist lists every planned rung of H.264; one that has nothing (more) to give would stall the player.
 * Other codecs are listed when they are complete, and are none of our business before.
 */
import type { Quality, QualityProgress } from "../api/types";

export type Rung = { name: string; height: number; available: number; done: boolean };
export type HeightLimits = { minHeight: number; maxHeight: number };

/** A rung joins when it reaches this far beyond the position, and leaves only below the lower mark. */
const JOIN_AHEAD_SECONDS = 8;
const LEAVE_AHEAD_SECONDS = 2;

export const NO_LIMITS: HeightLimits = { minHeight: 0, maxHeight: Infinity };

export function mergeRungs(qualities: Quality[], progress: QualityProgress[]): Rung[] {
  return qualities.filter(({ codec }) => codec === "h264").map((quality) => {
    const live = progress.find(({ name }) => name === quality.name) ?? quality;
    return { name: quality.name, height: quality.height, available: live.available_seconds, done: live.status === "completed" };
  });
}

/**
 * The heights to allow at `time`. Shaka takes one range, so of several runs of neighbouring rungs
 * the longest is chosen, and of equals the highest. Should none reach far enough, the one that reaches farthest.
 */
export function limitsAt(rungs: Rung[], time: number, before: HeightLimits): HeightLimits {
  if (rungs.length === 0 || rungs.every(({ done }) => done)) return NO_LIMITS;
  const sorted = [...rungs].sort((a, b) => a.height - b.height);
  const wasIn = (rung: Rung) => before !== NO_LIMITS && rung.height >= before.minHeight && rung.height <= before.maxHeight;
  const reaches = (rung: Rung) =>
    rung.done || rung.available >= time + (wasIn(rung) ? LEAVE_AHEAD_SECONDS : JOIN_AHEAD_SECONDS);

  let best: Rung[] = [];
  let run: Rung[] = [];
  for (const rung of sorted) {
    run = reaches(rung) ? [...run, rung] : [];
    if (run.length > 0 && run.length >= best.length) best = run;
  }
  if (best.length === 0) {
    best = [sorted.reduce((farthest, rung) => (rung.available > farthest.available ? rung : farthest))];
  }
  return { minHeight: best[0]!.height, maxHeight: best[best.length - 1]!.height };
}

/** How far one can seek: the farthest rung counts. */
export function reachableSeconds(rungs: Rung[], duration: number): number {
  if (rungs.some(({ done }) => done)) return duration;
  return Math.max(0, ...rungs.map(({ available }) => available));
}
