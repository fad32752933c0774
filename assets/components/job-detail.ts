/** A job looked into: the map of its chunks, what happens now, and what went wrong. No state. */
import type { Job, JobDetail, JobTask, WorkError, WorkState } from "../api/types";
import { t } from "../i18n";
import { ago, clock, dateTime, roughTime } from "../lib/format";
import { BADGES } from "./job-row";

/** Cells of a map from which on they are smaller. */
const MANY = 96;
/** Tasks that are listed below the map. */
const LISTED = 20;
/** For those who do not see the colour. */
const SIGNS: Record<WorkState, string> = { waiting: "", running: "›", succeeded: "", failed: "!", cancelled: "×" };

export type Cell = { id: number; sign: string; look: string; label: string; style: Record<string, string>; tab: number; chosen: boolean };
export type Band = {
  key: string;
  name: string;
  retryName: string;
  stateText: string;
  badge: string;
  percent: string;
  mayRetry: boolean;
  retryLabel: string;
  mapLabel: string;
  cells: Cell[];
};
export type TaskView = {
  id: number;
  name: string;
  stateText: string;
  badge: string;
  facts: string;
  date: string;
  runs: boolean;
  barLabel: string;
  percent: number;
  barStyle: Record<string, string>;
  mayRetry: boolean;
  retryLabel: string;
  cause: string;
  fix: string;
  output: string;
};
export type DetailView = {
  raw: JobDetail;
  chosen: number;
  bands: Band[];
  /** What went otherwise than meant, and is well all the same. */
  notes: string[];
  tasks: TaskView[];
  more: string;
  cause: string;
  fix: string;
  output: string;
};

export function detailOf(raw: JobDetail, chosen: number): DetailView {
  const byId = new Map(raw.tasks.map((task) => [task.id, task]));
  const bands = raw.renditions.map((rendition) => bandOf(raw, rendition.name, rendition.state, rendition.progress_percent, rendition.task_ids.flatMap((id) => byId.get(id) ?? []), chosen));
  const others = raw.tasks.filter(({ renditions }) => renditions.length === 0);
  if (others.length > 0) bands.push(bandOf(raw, "", null, null, others, chosen));
  const isTelling = ({ id, state, error }: JobTask) => id === chosen || state === "running" || (error && state !== "succeeded");
  const telling = raw.tasks.filter(isTelling);
  telling.sort((a, b) => Number(b.id === chosen) - Number(a.id === chosen));
  const own = raw.state === "failed" && !raw.tasks.some((task) => task.state === "failed") ? raw.error : null;
  return {
    raw,
    chosen,
    bands,
    notes: notesOf(raw),
    tasks: telling.slice(0, LISTED).map(taskOf),
    more: telling.length > LISTED ? t.jobs.moreTasks(telling.length - LISTED) : "",
    cause: own?.cause ?? "",
    fix: own ? t.jobs.toDo(own.fix) : "",
    output: own ? outputOf(own) : "",
  };
}

/** What an event says about tasks that run; false when tasks began or ended, and all has to be asked for. */
export function follow(raw: JobDetail, job: Job): boolean {
  if (JSON.stringify(raw.task_counts) !== JSON.stringify(job.task_counts)) return false;
  for (const running of job.running) {
    const task = raw.tasks.find(({ id }) => id === running.id);
    if (task?.state !== "running") return false;
    Object.assign(task, { progress_percent: running.progress_percent, speed: running.speed, held_by: running.held_by });
  }
  Object.assign(raw, job);
  return true;
}

/** A device fails every chunk for the same reason. */
function notesOf({ tasks }: JobDetail): string[] {
  const counts = new Map<string, number>();
  for (const { fallback } of tasks) if (fallback) counts.set(fallback, (counts.get(fallback) ?? 0) + 1);
  return [...counts].map(([reason, count]) => t.jobs.fellBack(count, reason));
}

function bandOf(raw: JobDetail, name: string, state: WorkState | null, percent: number | null, tasks: JobTask[], chosen: number): Band {
  const shown = name || (raw.renditions.length > 0 ? t.jobs.others : t.jobs.kind[raw.kind] ?? t.jobs.others);
  return {
    key: name || "-",
    name: shown,
    retryName: name,
    stateText: state ? t.jobs.state[state] : "",
    badge: state ? BADGES[state] : "",
    percent: percent === null ? "" : t.watch.percentDone(percent),
    mayRetry: name !== "" && tasks.some((task) => task.state === "failed" || (task.state === "cancelled" && raw.state !== "running")),
    retryLabel: t.jobs.retryOf(shown),
    mapLabel: t.jobs.partsOf(shown),
    cells: tasks.map((task, index) => cellOf(task, index, tasks.length >= MANY, chosen)),
  };
}

function cellOf(task: JobTask, index: number, isMany: boolean, chosen: number): Cell {
  const facts = [nameOf(task), t.jobs.state[task.state], ...(task.state === "running" ? [t.watch.percentDone(task.progress_percent)] : []), ...factsOf(task)];
  return {
    id: task.id,
    sign: SIGNS[task.state],
    look: `cell-${task.state}${isMany ? " cell-many" : ""}`,
    label: facts.filter(Boolean).join(", "),
    style: { "--done": `${task.state === "running" ? task.progress_percent : 0}%` },
    tab: index === 0 ? 0 : -1,
    chosen: task.id === chosen,
  };
}

function nameOf({ kind, chunk }: JobTask): string {
  return chunk ? t.jobs.chunk(chunk.index + 1, clock(chunk.start), chunk.end === null ? "" : clock(chunk.end)) : t.jobs.step[kind] ?? kind;
}

function factsOf(task: JobTask): string[] {
  const { attempt, max_attempts, speed, held_by, also_held_by, eta_seconds, next_try_at, fallback } = task;
  const name = (who: string) => (who === "server" ? t.jobs.server : who);
  return [
    held_by ? t.jobs.on(name(held_by)) : "",
    also_held_by ? t.jobs.also(name(also_held_by)) : "",
    speed ? t.admin.speed(speed.toFixed(1)) : "",
    eta_seconds ? t.watch.left(roughTime(eta_seconds)) : "",
    attempt > 0 ? t.admin.attempt(attempt, max_attempts) : "",
    next_try_at ? t.jobs.nextTry(dateTime(next_try_at)) : "",
    fallback ? t.jobs.inSoftware : "",
  ];
}

function taskOf(task: JobTask): TaskView {
  const { id, state, error, renditions } = task;
  const name = [nameOf(task), renditions.join(", ")].filter(Boolean).join(" · ");
  const since = task.completed_at ?? task.started_at;
  const own = state === "succeeded" ? null : error;
  return {
    id,
    name,
    stateText: task.next_try_at ? t.jobs.rests : t.jobs.state[state],
    badge: BADGES[state],
    facts: [...factsOf(task), since ? t.jobs.since(ago(since)) : ""].filter(Boolean).join(" · "),
    date: since ? dateTime(since) : "",
    runs: state === "running",
    barLabel: t.jobs.progress(name),
    percent: task.progress_percent,
    barStyle: { width: `${task.progress_percent}%` },
    mayRetry: state === "failed" || state === "cancelled" || Boolean(task.next_try_at),
    retryLabel: t.jobs.retryOf(name),
    cause: own?.cause ?? "",
    fix: own ? t.jobs.toDo(own.fix) : "",
    output: own ? outputOf(own) : "",
  };
}

function outputOf({ code, message, command, stderr }: WorkError): string {
  return [`${code}: ${message}`, command ? `$ ${command}` : "", stderr ?? ""].filter(Boolean).join("\n\n");
}
