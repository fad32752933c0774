/** A row of the Jobs page, computed from an API item; live events bring the same item again. */
import type { Job, Priority, WorkState } from "../api/types";
import { t } from "../i18n";
import { ago, dateTime, roughTime } from "../lib/format";
import { viewerLink } from "../lib/viewer";
import type { DetailView } from "./job-detail";

export const BADGES: Record<WorkState, string> = {
  waiting: "",
  running: "badge-processing",
  succeeded: "badge-ready",
  failed: "badge-failed",
  cancelled: "",
};

type Facts = {
  id: number;
  videoId: number;
  title: string;
  link: string;
  thumbnail: string;
  blur: Record<string, string>;
  facts: string;
  date: string;
  state: WorkState;
  stateText: string;
  badge: string;
  active: boolean;
  percent: number;
  barLabel: string;
  barStyle: Record<string, string>;
  note: string;
  cause: string;
  priority: Priority;
  priorityLabel: string;
  mayPrioritise: boolean;
  mayRetry: boolean;
  chooseLabel: string;
  openLabel: string;
  /** Changes when tasks begin or end. */
  moves: string;
};

export type JobRow = Facts & {
  chosen: boolean;
  open: boolean;
  detail: DetailView | null;
  detailError: string;
  /** Counts what was asked about it. */
  turn: number;
};

export function rowOf(job: Job): JobRow {
  return { ...factsOf(job), chosen: false, open: false, detail: null, detailError: "", turn: 0 };
}

/** What an event or a new answer changes; what the person did with the row stays. */
export function factsOf(job: Job): Facts {
  const { id, state, task_counts: counts, error } = job;
  const active = state === "waiting" || state === "running";
  return {
    id,
    videoId: job.video_id,
    title: job.video_title,
    link: viewerLink(job.video_slug),
    thumbnail: job.thumbnail_url ?? "",
    blur: job.placeholder ? { "background-image": `url("${job.placeholder}")` } : {},
    facts: [t.jobs.number(id), job.kind === "transcode" ? "" : t.jobs.kind[job.kind], ago(job.completed_at ?? job.created_at)].filter(Boolean).join(" · "),
    date: dateTime(job.completed_at ?? job.created_at),
    state,
    stateText: t.jobs.state[state],
    badge: BADGES[state],
    active,
    percent: job.progress_percent,
    barLabel: t.jobs.progress(job.video_title),
    barStyle: { width: `${job.progress_percent}%` },
    note: noteOf(job),
    cause: causeOf(job),
    priority: job.priority,
    priorityLabel: t.jobs.priorityOf(job.video_title),
    mayPrioritise: state !== "succeeded",
    mayRetry: state === "failed" || state === "cancelled" || counts.failed > 0,
    chooseLabel: t.jobs.choose(id, job.video_title),
    openLabel: t.jobs.openOf(id, job.video_title),
    moves: JSON.stringify([state, counts, job.running.map((task) => task.id), error?.message]),
  };
}

function noteOf(job: Job): string {
  if (job.state !== "waiting" && job.state !== "running") return "";
  const who = [...new Set(job.running.map(({ held_by }) => (held_by === "server" ? t.jobs.server : held_by)))];
  const facts = [
    t.watch.percentDone(job.progress_percent),
    job.waiting_reason ? t.watch.waiting[job.waiting_reason] ?? t.watch.waitingOther : t.jobs.step[job.current_step ?? ""],
    job.speed ? t.admin.speed(job.speed.toFixed(1)) : "",
    job.eta_seconds ? t.watch.left(roughTime(job.eta_seconds)) : "",
    who.filter(Boolean).join(", "),
  ];
  return facts.filter(Boolean).join(" · ");
}

function causeOf({ state, error }: Job): string {
  if (!error || state === "cancelled") return "";
  if (state === "failed") return error.cause;
  return state === "succeeded" ? t.jobs.without(error.cause) : t.jobs.triedAgain(error.cause);
}
