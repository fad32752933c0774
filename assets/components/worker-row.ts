/** A machine as its card shows it. */
import type { ServerPart, Worker, WorkerLogLine } from "../api/types";
import { t } from "../i18n";
import { ago, bytes, dateTime } from "../lib/format";

const BADGES: Record<string, string> = { idle: "badge-ready", active: "badge-playable", busy: "badge-processing", offline: "badge-failed", disabled: "" };
/** The size of the curve, in units of its own. */
const WIDTH = 120;
const HEIGHT = 32;
/** Lines of a log that are shown. */
const LINES = 200;

export type LogRow = { number: number; text: string; bad: boolean };

export type Row = ReturnType<typeof rowOf>;

const percent = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 100);
const speedText = (speed: number) => t.workers.times(speed >= 10 ? speed.toFixed(0) : speed.toFixed(1));

function meter(label: string, share: number, text: string) {
  const value = percent(share);
  return { label, value, text, style: { width: `${value}%` }, full: value >= 90 ? "meter-full" : "" };
}

function metersOf(worker: Worker) {
  const { cpu_used, memory_used, memory_bytes, disk_free_bytes, disk_total_bytes, gpus } = worker;
  const meters = [];
  if (cpu_used != null) meters.push(meter(t.workers.cpu, cpu_used, `${percent(cpu_used)} %`));
  if (memory_used != null) {
    meters.push(meter(t.workers.memory, memory_used, t.workers.of(`${percent(memory_used)} %`, bytes(memory_bytes ?? 0))));
  }
  if (disk_free_bytes != null && disk_total_bytes) {
    meters.push(meter(t.workers.disk, 1 - disk_free_bytes / disk_total_bytes, t.workers.free(bytes(disk_free_bytes))));
  }
  for (const { name, used, memory_bytes: size } of gpus) meters.push(meter(t.workers.gpu, used, `${percent(used)} %, ${name}, ${bytes(size)}`));
  return meters;
}

/** The curve of how fast it went: a line, and the area below it. */
function curveOf({ history }: Worker, here: boolean) {
  const speeds = history.map(({ speed }) => speed);
  const most = Math.max(...speeds, 0);
  const scale = Math.max(most, 1);
  const step = WIDTH / Math.max(1, speeds.length - 1);
  const points = speeds.map((speed, index) => `${(index * step).toFixed(1)},${(HEIGHT - 1 - (speed / scale) * (HEIGHT - 2)).toFixed(1)}`);
  const now = speeds[speeds.length - 1] ?? 0;
  return {
    drawn: here && speeds.length > 1,
    line: points.join(" "),
    area: points.length > 0 ? `0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}` : "",
    label: most > 0 ? t.workers.curve(now > 0 ? speedText(now) : t.workers.nothing, speedText(most)) : t.workers.curveIdle,
  };
}

function tasksOf({ tasks }: Worker) {
  return tasks.map(({ id, video_title, kind, chunk, rungs, encoder, progress, speed, attempt }) => {
    const facts = [chunk == null ? kind : t.workers.chunk(chunk + 1), rungs.join(", "), encoder ?? "", speed ? speedText(speed) : ""];
    if (attempt > 1) facts.push(t.workers.attempt(attempt));
    const value = percent(progress);
    return { id, title: video_title, facts: facts.filter(Boolean).join(" · "), value, text: `${value} %`, style: { width: `${value}%` } };
  });
}

export function lineOf({ number, time, level, text }: WorkerLogLine): LogRow {
  return { number, text: `${dateTime(time)}  ${text}`, bad: level !== "info" };
}

/** The newest lines, each once. */
export function joined(before: LogRow[], after: LogRow[]): LogRow[] {
  const last = before[before.length - 1]?.number ?? -1;
  return [...before, ...after.filter(({ number }) => number > last)].slice(-LINES);
}

export function rowOf(worker: Worker, server: ServerPart, log: LogRow[] | null) {
  const { id, name, prefix, state, draining, version, target, ffmpeg, encoders, cores, memory_bytes, slots, speeds, command } = worker;
  const here = state !== "offline" && state !== "disabled";
  const stale = version != null && version !== server.version;
  const facts = [
    cores ? t.workers.cores(cores) : "",
    memory_bytes ? bytes(memory_bytes) : "",
    slots ? t.workers.slots(slots) : "",
    ffmpeg ? `ffmpeg ${ffmpeg}` : "",
    version ? `vlog ${version}` : "",
  ];
  const { bytes_read, bytes_sent, waiting } = worker;
  return {
    id,
    name,
    state,
    stateText: t.workers.state[state] ?? state,
    badge: BADGES[state] ?? "",
    waiting: here && waiting ? t.workers.waiting[waiting] ?? t.workers.waitingOther(waiting) : "",
    draining: draining && state !== "disabled",
    commandText: command ? t.workers.commandNow[command.event_type] ?? command.event_type : "",
    staleText: stale ? t.workers.stale(server.version) : "",
    facts: facts.filter(Boolean),
    encoders: encoders.join(", "),
    key: `vlogw_${prefix}_…`,
    seen: worker.seen_at ? (here ? "" : t.workers.seen(ago(worker.seen_at))) : t.workers.never,
    never: !worker.seen_at,
    meters: here ? metersOf(worker) : [],
    noGpu: here && worker.gpus.length === 0,
    curve: curveOf(worker, here),
    tasks: tasksOf(worker),
    speeds: speeds.map(({ encoder, speed }) => `${encoder} ${speedText(speed)}`).join(", "),
    traffic: bytes_read != null && bytes_sent != null ? t.workers.traffic(bytes(bytes_read), bytes(bytes_sent)) : "",
    log,
    noLog: log?.length === 0,
    mayEnable: state === "disabled" || draining,
    mayDrain: state !== "disabled" && !draining,
    mayDisable: state !== "disabled",
    mayCommand: here && !command,
    otherTarget: target != null && target !== server.target,
    logLabel: t.workers.logOf(name),
  };
}

export function serverRow({ version, encodes, slots, busy }: ServerPart) {
  return {
    badge: !encodes ? "" : busy === 0 ? "badge-ready" : busy < slots ? "badge-playable" : "badge-processing",
    stateText: !encodes ? t.workers.serverOff : busy === 0 ? t.workers.state.idle : busy < slots ? t.workers.state.active : t.workers.state.busy,
    facts: [`vlog ${version}`, encodes ? t.workers.busyOf(busy, slots) : ""].filter(Boolean),
    hint: encodes ? t.workers.serverHelps : t.workers.serverRests,
  };
}
