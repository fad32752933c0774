/** The Jobs page: what is being made, live; who makes it; what went wrong; trying again, stopping, putting first. */
import { asApiError, errorText, queryOf, type ApiError } from "../api/client";
import { followProgress } from "../api/events";
import { bulkJobs, cancelJob, getJob, listJobs, prioritiseJob, retryJob, retryRendition, retryTask } from "../api/jobs";
import type { Job, JobAction, JobPage, Priority } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { detailOf, follow, type Band, type Cell } from "./job-detail";
import { factsOf, rowOf, type JobRow } from "./job-row";

const PAGE_SIZE = 50;
/** Most that the API gives, and takes, at once. */
const AT_MOST = 200;
/** Several events that come together are one reason to ask. */
const GATHER_MS = 400;
const STATES = ["", "running", "waiting", "failed", "cancelled", "succeeded"] as const;
type Shown = (typeof STATES)[number];

const KINDS = ["", ...Object.keys(t.jobs.kind)];

function fromAddress<T extends string>(name: string, known: readonly T[]): T {
  const value = new URLSearchParams(location.search).get(name) as T;
  return known.includes(value) ? value : ("" as T);
}

export const jobList = component(() => ({
  rows: [] as JobRow[],
  shown: fromAddress<Shown>("state", STATES),
  kind: fromAddress("kind", KINDS),
  counts: null as JobPage["counts"] | null,
  cursor: null as string | null,
  loading: true,
  error: null as ApiError | null,
  turn: 0,
  timer: 0,
  /** Jobs with an action under way, so that it is not sent twice. */
  busy: [] as number[],

  init() {
    void this.load(false);
    followProgress("active", {
      progress: () => {},
      job: (job) => this.onJob(job),
      pools: (detail) => window.dispatchEvent(new CustomEvent("vlog-pools", { detail })),
      removed: (video) => (this.rows = this.rows.filter(({ videoId }) => videoId !== video)),
      reconnected: () => this.soon(),
    });
  },

  get tabs() {
    const counts = this.counts;
    const all = counts ? counts.active + counts.failed + counts.cancelled + counts.succeeded : null;
    return STATES.map((state) => ({
      state,
      name: state ? t.jobs.state[state] : t.jobs.all,
      count: counts ? String(state ? counts[state] : all) : "",
      current: this.shown === state,
    }));
  },
  get firstLoad(): boolean {
    return this.loading && this.rows.length === 0;
  },
  get isEmpty(): boolean {
    return !this.loading && !this.error && this.rows.length === 0;
  },
  get emptyTitle(): string {
    return this.shown ? t.jobs.nothingTitle : t.jobs.emptyTitle;
  },
  get emptyText(): string {
    return this.shown ? t.jobs.nothing[this.shown] ?? "" : t.jobs.emptyText;
  },
  get chosen(): number[] {
    return this.rows.filter(({ chosen }) => chosen).map(({ id }) => id);
  },
  get chosenText(): string {
    return t.jobs.chosen(this.chosen.length);
  },
  get allChosen(): boolean {
    return this.rows.length > 0 && this.rows.every(({ chosen }) => chosen);
  },

  show(state: Shown) {
    this.shown = state;
    this.change();
  },

  showKind(select: HTMLSelectElement) {
    this.kind = select.value;
    this.change();
  },

  change() {
    const query = queryOf({ state: this.shown, kind: this.kind });
    history.replaceState(null, "", query.length > 1 ? query : location.pathname);
    this.rows = [];
    void this.load(false);
  },

  retry() {
    void this.load(false);
  },

  more() {
    void this.load(true);
  },

  /** Something began or ended: the order, the counts and the pools may be others now. */
  soon() {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.load(false, true);
      window.dispatchEvent(new CustomEvent("vlog-jobs-moved"));
    }, GATHER_MS);
  },

  /** `quietly` keeps what is shown until the answer is there. */
  async load(append: boolean, quietly = false) {
    const turn = ++this.turn;
    this.loading = !quietly;
    if (!quietly) this.error = null;
    const limit = append ? PAGE_SIZE : Math.min(AT_MOST, Math.max(PAGE_SIZE, this.rows.length));
    try {
      const page = await listJobs({ state: this.shown, kind: this.kind, limit, cursor: append ? this.cursor : null });
      if (turn !== this.turn) return;
      const known = new Map(this.rows.map((row) => [row.id, row]));
      const rows = page.jobs.map((job) => {
        const row = known.get(job.id);
        if (row) this.update(row, job);
        return row ?? rowOf(job);
      });
      this.rows = append ? [...this.rows, ...rows.filter(({ id }) => !known.has(id))] : rows;
      this.cursor = page.next_cursor;
      this.counts = page.counts;
      this.error = null;
    } catch (error) {
      if (turn === this.turn && !quietly) this.error = asApiError(error);
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  },

  onJob(job: Job) {
    const row = this.rows.find(({ id }) => id === job.id);
    if (!row || row.moves !== factsOf(job).moves) this.soon();
    if (row) this.update(row, job);
  },

  update(row: JobRow, job: Job) {
    const before = row.moves;
    Object.assign(row, factsOf(job));
    if (!row.detail) return;
    const { raw, chosen } = row.detail;
    if (before === row.moves && follow(raw, job)) row.detail = detailOf(raw, chosen);
    else void this.look(row);
  },

  toggle(row: JobRow) {
    row.open = !row.open;
    if (row.open) void this.look(row);
    else row.detail = null;
  },

  async look(row: JobRow) {
    const turn = ++row.turn;
    try {
      const raw = await getJob(row.id);
      // an answer that was overtaken is older than what is shown
      if (!row.open || turn !== row.turn) return;
      row.detail = detailOf(raw, row.detail?.chosen ?? 0);
      row.detailError = "";
    } catch (error) {
      if (turn === row.turn) row.detailError = errorText(asApiError(error));
    }
  },

  pick(row: JobRow, cell: Cell) {
    if (row.detail) row.detail = detailOf(row.detail.raw, cell.chosen ? 0 : cell.id);
  },

  /** The arrows go through a map; the tabulator key passes it by. */
  step(event: KeyboardEvent) {
    const cells = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".cell")];
    const at = cells.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: cells.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    cells[Math.min(cells.length - 1, Math.max(0, to))]?.focus();
  },

  choose(row: JobRow) {
    row.chosen = !row.chosen;
  },

  chooseAll() {
    const chosen = !this.allChosen;
    for (const row of this.rows) row.chosen = chosen;
  },

  chooseNone() {
    for (const row of this.rows) row.chosen = false;
  },

  isBusy(row: JobRow): boolean {
    return this.busy.includes(row.id);
  },

  async act(row: JobRow, action: () => Promise<Job>, message: string) {
    if (this.isBusy(row)) return;
    this.busy = [...this.busy, row.id];
    try {
      const job = await action();
      if (job.id === row.id) this.update(row, job);
      this.soon();
      announce(message);
    } catch (error) {
      announce(errorText(asApiError(error)), true);
      // what was shown may be out of date
      void this.load(false, true);
    } finally {
      this.busy = this.busy.filter((id) => id !== row.id);
    }
  },

  again(row: JobRow) {
    void this.act(row, () => retryJob(row.id), t.jobs.retried(row.title));
  },

  againRendition(row: JobRow, band: Band) {
    void this.act(row, () => retryRendition(row.id, band.retryName), t.jobs.retried(`${row.title}, ${band.name}`));
  },

  againTask(row: JobRow, task: { id: number; name: string }) {
    void this.act(row, () => retryTask(task.id), t.jobs.retried(task.name));
  },

  async stop(row: JobRow) {
    const question = { title: t.jobs.stopTitle, text: t.jobs.stopText(row.title), yes: t.jobs.stop, no: t.admin.goOn, bad: false };
    if (await ask(question)) await this.act(row, () => cancelJob(row.id), t.jobs.stopped(row.title));
  },

  prioritise(row: JobRow, priority: Priority) {
    void this.act(row, () => prioritiseJob(row.id, priority), t.jobs.prioritised(row.title, t.jobs.priorityName[priority]));
  },

  async all(action: JobAction, priority?: Priority) {
    const ids = this.chosen.slice(0, AT_MOST);
    if (ids.length === 0) return;
    const question = { title: t.jobs.stopManyTitle(ids.length), text: t.jobs.stopManyText, yes: t.jobs.stop, no: t.admin.goOn, bad: false };
    if (action === "cancel" && !(await ask(question))) return;
    try {
      const { processed, failed, results } = await bulkJobs(ids, action, priority);
      const refused = results.find(({ success }) => !success);
      announce(t.jobs.bulkDone(processed, failed, refused?.error ?? ""), failed > 0);
      this.chooseNone();
      this.soon();
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
  },

  allPriority(select: HTMLSelectElement) {
    const priority = select.value as Priority;
    select.value = "";
    void this.all("prioritise", priority);
  },
}));
