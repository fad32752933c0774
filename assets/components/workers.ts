/** The machines that help, live: the stream says all there is to know, nothing is asked again. */
import { asApiError, errorText } from "../api/client";
import type { Deployment, ServerPart, Worker, WorkerList, WorkerLog } from "../api/types";
import { followWorkers, orderWorker, revokeWorker, workerLog, type Order } from "../api/workers";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask, type Question } from "../lib/announce";
import { joined, lineOf, rowOf, serverRow, type LogRow, type Row } from "./worker-row";

/** Texts such as "2 minutes ago" are renewed this often. */
const RENEW_MS = 30_000;

export const workers = component(() => ({
  known: [] as Worker[],
  server: null as ServerPart | null,
  logs: {} as Record<string, LogRow[]>,
  rows: [] as Row[],
  interrupted: false,
  busy: "",

  init() {
    followWorkers(
      {
        initial: (list) => this.setAll(list),
        worker: (worker) => this.setOne(worker),
        removed: ({ id }) => this.take(id),
        server: (server) => {
          this.server = server;
          this.show();
        },
        log: (log) => this.addLog(log),
        deployment: (event: Deployment) => window.dispatchEvent(new CustomEvent("vlog-deployment", { detail: event })),
      },
      (again) => {
        this.interrupted = again === null;
        if (again) window.dispatchEvent(new CustomEvent("vlog-deployments"));
      },
    );
    window.setInterval(() => this.show(), RENEW_MS);
  },

  get loading(): boolean {
    return this.server === null;
  },
  get isEmpty(): boolean {
    return !this.loading && this.rows.length === 0;
  },
  get summary(): string {
    if (this.loading) return t.workers.loading;
    const count = (state: string) => this.known.filter((worker) => worker.state === state).length;
    const states = ["busy", "active", "idle", "offline", "disabled"].map((state) => [count(state), t.workers.state[state] ?? state] as const);
    const counted = states.filter(([n]) => n > 0).map(([n, name]) => `${n} ${name.toLowerCase()}`);
    return [t.workers.total(this.known.length), ...counted].join(" · ");
  },
  get own() {
    return this.server ? serverRow(this.server) : null;
  },

  setAll({ workers, server }: WorkerList) {
    this.known = workers;
    this.server = server;
    this.show();
  },

  setOne(worker: Worker) {
    this.known = [...this.known.filter(({ id }) => id !== worker.id), worker].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.show();
  },

  take(id: string) {
    this.known = this.known.filter((worker) => worker.id !== id);
    this.show();
  },

  show() {
    const { server } = this;
    if (server) this.rows = this.known.map((worker) => rowOf(worker, server, this.logs[worker.id] ?? null));
  },

  addLog({ worker_id, lines }: WorkerLog) {
    const before = this.logs[worker_id];
    if (!before) return;
    this.logs[worker_id] = joined(before, lines.map(lineOf));
    this.show();
  },

  add() {
    window.dispatchEvent(new CustomEvent("vlog-worker-add", { detail: this.server }));
  },

  /** The log is asked for when somebody wants to see it; from then on the stream brings what is new. */
  async openLog({ id }: Row) {
    if (this.logs[id]) return;
    try {
      const { lines } = await workerLog(id);
      this.logs[id] = joined([], lines.map(lineOf));
      this.show();
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
  },

  enable(row: Row) {
    void this.order(row, "enable", t.workers.enabled(row.name));
  },
  drain(row: Row) {
    void this.order(row, "drain", t.workers.drained(row.name));
  },
  restart(row: Row) {
    void this.order(row, "restart", t.workers.told(row.name));
  },
  disable(row: Row) {
    const { disableTitle: title, disableText, disable: yes } = t.workers;
    void this.order(row, "disable", t.workers.disabled(row.name), { title, text: disableText(row.name), yes, no: t.account.cancel, bad: true });
  },
  stop(row: Row) {
    const { stopTitle: title, stopText, stop: yes } = t.workers;
    void this.order(row, "stop", t.workers.told(row.name), { title, text: stopText(row.name), yes, no: t.account.cancel, bad: true });
  },
  update(row: Row) {
    const { updateTitle: title, updateText, update: yes } = t.workers;
    const text = updateText(row.name, this.server?.version ?? "") + (row.otherTarget ? ` ${t.workers.updateOther}` : "");
    void this.order(row, "update", t.workers.told(row.name), { title, text, yes, no: t.account.cancel, bad: false });
  },

  async order(row: Row, order: Order, done: string, question?: Question) {
    if (question && !(await ask(question))) return;
    await this.act(row, () => orderWorker(row.id, order), done);
  },

  async revoke(row: Row) {
    const { revokeTitle: title, revokeText, revoke: yes } = t.workers;
    if (!(await ask({ title, text: revokeText(row.name), yes, no: t.account.cancel, bad: true }))) return;
    await this.act(row, () => revokeWorker(row.id), t.workers.revoked(row.name));
  },

  /** What comes of it is seen: the stream tells. */
  async act({ id }: Row, action: () => Promise<unknown>, done: string) {
    this.busy = id;
    try {
      await action();
      announce(done);
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    } finally {
      this.busy = "";
    }
  },
}));
