/** The server's pools: how many tasks run at once, why none does, pausing and going on. */
import { asApiError, errorText } from "../api/client";
import { listPools, steerPool } from "../api/jobs";
import type { Pool } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";

function viewOf(pool: Pool) {
  const name = t.jobs.poolName[pool.name] ?? pool.name;
  return {
    key: pool.name,
    name,
    paused: pool.paused,
    busy: t.jobs.poolBusy(pool.busy, pool.slots),
    badge: pool.paused || pool.waiting ? "badge-processing" : "badge-ready",
    state: pool.paused ? t.jobs.poolPaused : pool.waiting ? t.jobs.poolWaits : pool.busy > 0 ? t.jobs.poolWorks : t.jobs.poolIdle,
    reason: pool.paused ? "" : pool.waiting?.message ?? "",
    button: pool.paused ? t.jobs.resume : t.jobs.pause,
    label: pool.paused ? t.jobs.resumePool(name) : t.jobs.pausePool(name),
  };
}

export const poolStrip = component(() => ({
  pools: [] as ReturnType<typeof viewOf>[],
  steering: "",
  turn: 0,

  init() {
    void this.load();
    window.addEventListener("vlog-jobs-moved", () => void this.load());
    window.addEventListener("vlog-pools", (event) => this.show((event as CustomEvent<Pool[]>).detail));
  },

  get isThere(): boolean {
    return this.pools.length > 0;
  },

  show(pools: Pool[]) {
    this.turn += 1;
    this.pools = pools.map(viewOf);
  },

  async load() {
    const turn = ++this.turn;
    try {
      const { pools } = await listPools();
      // an event may have been quicker
      if (turn === this.turn) this.show(pools);
    } catch {
      // The jobs themselves say what is wrong.
    }
  },

  isSteering(pool: { key: string }): boolean {
    return this.steering === pool.key;
  },

  async steer({ key, name, paused }: { key: string; name: string; paused: boolean }) {
    if (this.steering) return;
    this.steering = key;
    try {
      const changed = viewOf(await steerPool(key, paused ? "resume" : "pause"));
      this.turn += 1;
      this.pools = this.pools.map((pool) => (pool.key === key ? changed : pool));
      announce(paused ? t.jobs.poolResumed(name) : t.jobs.poolIsPaused(name));
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    } finally {
      this.steering = "";
    }
  },
}));
