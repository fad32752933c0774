/** How the server is: whether each part works and what to do, facts, which encoders work. */
import { asApiError, getSystem, type ApiError } from "../api/client";
import type { System } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { bytes, dateTime } from "../lib/format";

const BADGES: Record<string, string> = { ok: "badge-ready", warning: "badge-processing", failing: "badge-failed" };

type Fact = { name: string; value: string };

function factsOf(system: System): Fact[] {
  const { database, disk, memory_bytes, pools } = system;
  const facts: Fact[] = [
    { name: t.system.version, value: system.version },
    { name: t.system.ffmpeg, value: system.ffmpeg_version ?? t.system.unknown },
    { name: t.system.ffprobe, value: system.ffprobe_version ?? t.system.unknown },
    { name: t.system.uptime, value: dateTime(new Date(Date.now() - system.uptime * 1000).toISOString()) },
    { name: t.system.memory, value: memory_bytes ? bytes(memory_bytes) : t.system.unknown },
  ];
  if (disk) {
    facts.push(
      { name: t.system.disk, value: t.system.diskOf(bytes(disk.free_bytes), bytes(disk.total_bytes)) },
      { name: t.system.floor, value: bytes(disk.floor_bytes) },
      { name: t.system.videos, value: bytes(disk.videos_bytes) },
    );
  }
  if (database) {
    const busy = database.connections_open - database.connections_idle;
    facts.push(
      { name: t.system.database, value: `${t.system.kind[database.kind] ?? database.kind} ${database.version}` },
      { name: t.system.databaseSize, value: bytes(database.size_bytes) },
      { name: t.system.latency, value: database.latency_ms === null ? t.system.unknown : t.system.milliseconds(database.latency_ms) },
      { name: t.system.migrations, value: t.system.migrationsDone(database.migrations, database.pending_migrations) },
      { name: t.system.connections, value: t.system.connectionsOf(busy, database.connections_open, database.connections_max) },
    );
  }
  const running = pools.map(({ name, busy, slots }) => t.system.poolOf(name, busy, slots));
  if (running.length > 0) facts.push({ name: t.system.pools, value: running.join(", ") });
  return facts;
}

/** A row for each device, a cell for each codec. */
function devicesOf({ encoders }: System) {
  return [...new Set(encoders.map(({ device }) => device))].map((device) => ({
    device,
    name: t.system.deviceName[device] ?? device,
    cells: encoders.filter((encoder) => encoder.device === device).map(({ codec, name, works, reason, fix }) => ({
      codec: t.system.codecName[codec] ?? codec,
      name,
      badge: works ? "badge-ready" : "",
      state: works ? t.system.works : t.system.missing,
      reason: reason ?? "",
      fix: fix ? `${t.system.fix}: ${fix}` : "",
    })),
  }));
}

export const systemReport = component(() => ({
  system: null as System | null,
  loading: true,
  error: null as ApiError | null,
  time: "",

  init() {
    void this.load();
  },

  get summary(): string {
    if (this.loading && !this.system) return t.system.loading;
    return this.system ? `${t.system.health[this.system.health]} · ${t.system.checked(this.time)}` : "";
  },
  get checks() {
    return (this.system?.checks ?? []).map(({ part, health, detail, fix }) => ({
      part,
      detail,
      fix: fix ? `${t.system.fix}: ${fix}` : "",
      badge: BADGES[health] ?? "",
      state: t.system.state[health] ?? health,
    }));
  },
  get facts(): Fact[] {
    return this.system ? factsOf(this.system) : [];
  },
  get devices() {
    return this.system ? devicesOf(this.system) : [];
  },
  get codecs(): string[] {
    return this.devices[0]?.cells.map(({ codec }) => codec) ?? [];
  },

  retry() {
    void this.load();
  },

  async again() {
    await this.load();
    if (this.system) announce(this.summary, this.system.health === "failing");
  },

  async load() {
    this.loading = true;
    this.error = null;
    try {
      this.system = await getSystem();
      this.time = new Intl.DateTimeFormat(t.language, { timeStyle: "medium" }).format(new Date());
    } catch (error) {
      this.system = null;
      this.error = asApiError(error);
    } finally {
      this.loading = false;
    }
  },
}));
