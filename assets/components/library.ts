/** The dashboard's list of videos: live status, search, filter, keyset paging, actions. */
import { asApiError, cancelVideo, deleteVideo, encodeAgain, errorText, getVideo, listVideos, makeSprites, retryVideo, type ApiError } from "../api/client";
import { followProgress } from "../api/events";
import type { ProgressEvent, VideoPage } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { pageData } from "../lib/page-data";
import type { Editable } from "./editor";
import { applyProgress, rowOf, type Row } from "./library-row";

const PAGE_SIZE = 50;
const WAIT_MS = 250;

export const library = component(() => ({
  rows: [] as Row[],
  cursor: null as string | null,
  hasMore: false,
  total: null as number | null,
  loading: true,
  error: null as ApiError | null,
  search: "",
  status: "",
  timer: 0,
  turn: 0,
  /** Rows with an action under way, so that it is not sent twice. */
  busy: [] as number[],

  init() {
    const first = pageData<{ videos: VideoPage }>().videos;
    if (first) this.show(first, false);
    else void this.load(false);
    window.addEventListener("vlog-uploaded", () => void this.load(false, true));
    window.addEventListener("vlog-edited", (event) => void this.refresh((event as CustomEvent<number>).detail));
    followProgress("active", {
      progress: (event) => void this.onProgress(event),
      reconnected: () => void this.load(false, true),
    });
  },

  get isEmpty(): boolean {
    return !this.loading && !this.error && this.rows.length === 0;
  },
  get filtered(): boolean {
    return this.search !== "" || this.status !== "";
  },
  get firstLoad(): boolean {
    return this.loading && this.rows.length === 0;
  },
  get summary(): string {
    return this.total === null ? "" : t.admin.total(this.total);
  },

  typed() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(false), WAIT_MS);
  },

  reset() {
    this.search = "";
    this.status = "";
    void this.load(false);
  },

  retryLoad() {
    void this.load(false);
  },

  more() {
    void this.load(true);
  },

  /** `quietly` keeps what is shown until the answer is there. */
  async load(append: boolean, quietly = false) {
    const turn = ++this.turn;
    this.loading = !quietly;
    this.error = null;
    if (!append && !quietly) this.rows = [];
    const query = { search: this.search.trim(), status: this.status, limit: PAGE_SIZE, include_total: !append };
    try {
      const page = await listVideos({ ...query, cursor: append ? this.cursor : null });
      if (turn === this.turn) this.show(page, append);
    } catch (error) {
      if (turn === this.turn && !quietly) this.error = asApiError(error);
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  },

  show(page: VideoPage, append: boolean) {
    const before = new Map(this.rows.map((row) => [row.id, row]));
    const rows = page.videos.map((video) => {
      const row = rowOf(video);
      const old = before.get(row.id);
      // Live details come from events only; a refresh must not make them blink.
      return old && old.status === row.status ? { ...row, rungs: old.rungs, note: old.note } : row;
    });
    this.rows = append ? [...this.rows, ...rows.filter(({ id }) => !before.has(id))] : rows;
    this.cursor = page.next_cursor ?? null;
    this.hasMore = page.has_more;
    if (!append) this.total = page.total_count ?? null;
    this.loading = false;
  },

  async onProgress(event: ProgressEvent) {
    const row = this.rows.find(({ id }) => id === event.video_id);
    if (!row) {
      // A video that came by another way, such as the command line.
      if (!this.filtered && event.status === "pending") await this.load(false, true);
      return;
    }
    const before = row.status;
    applyProgress(row, event);
    if (before !== event.status) await this.refresh(row.id);
  },

  async refresh(id: number) {
    try {
      const fresh = rowOf(await getVideo(id));
      this.rows = this.rows.map((row) => (row.id === id ? { ...fresh, rungs: fresh.active ? row.rungs : [], note: fresh.active ? row.note : "" } : row));
    } catch {
      // The row keeps what the event said.
    }
  },

  edit({ id, title, description }: Row) {
    window.dispatchEvent(new CustomEvent<Editable>("vlog-edit", { detail: { id, title, description } }));
  },

  isBusy(row: Row): boolean {
    return this.busy.includes(row.id);
  },

  async act(row: Row, action: (id: number) => Promise<unknown>, message: string): Promise<boolean> {
    if (this.isBusy(row)) return false;
    this.busy = [...this.busy, row.id];
    try {
      await action(row.id);
      announce(message);
      return true;
    } catch (error) {
      const problem = asApiError(error);
      const { requestId } = problem;
      const text = errorText(problem);
      announce(requestId ? `${text} (${t.error.requestId}: ${requestId})` : text, true);
      return false;
    } finally {
      this.busy = this.busy.filter((id) => id !== row.id);
    }
  },

  async retry(row: Row) {
    if (await this.act(row, retryVideo, t.admin.retried(row.title))) await this.refresh(row.id);
  },

  sprites(row: Row) {
    void this.act(row, makeSprites, t.admin.spritesAsked(row.title));
  },

  async cancel(row: Row) {
    const question = { title: t.admin.cancelTitle, text: t.admin.cancelText(row.title), yes: t.admin.cancelYes, no: t.admin.goOn, bad: false };
    if (!(await ask(question))) return;
    if (await this.act(row, cancelVideo, t.admin.cancelled(row.title))) await this.refresh(row.id);
  },

  async again(row: Row) {
    const question = { title: t.admin.againTitle, text: t.admin.againText(row.title), yes: t.admin.againYes, no: t.admin.editNo, bad: false };
    if (await ask(question)) await this.act(row, encodeAgain, t.admin.againQueued(row.title));
  },

  async remove(row: Row) {
    const question = { title: t.admin.deleteTitle, text: t.admin.deleteText(row.title), yes: t.admin.deleteYes, no: t.admin.keep, bad: true };
    if (!(await ask(question))) return;
    if (!(await this.act(row, deleteVideo, t.admin.deleted(row.title)))) return;
    this.rows = this.rows.filter(({ id }) => id !== row.id);
    if (this.total !== null) this.total -= 1;
  },
}));
