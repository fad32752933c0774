/** Uploads: drop or choose files, name them, send two at a time. */
import { errorText, withCode } from "../api/client";
import { uploadVideo } from "../api/upload";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { bytes } from "../lib/format";
import { pageData } from "../lib/page-data";
import { viewerLink } from "../lib/viewer";
import { factsOf, isHopeless, measure, percentOf, titleFromName, type Entry, type Transfer } from "./upload-queue";

const PARALLEL = 2;

const transfers = new Map<number, Transfer>();
let nextId = 1;

export const uploader = component(() => ({
  entries: [] as Entry[],
  over: false,
  /** Of what is sent from now on. */
  visibility: "public",
  /** Entering a child fires before leaving its parent, so the depth is counted. */
  depth: 0,
  limit: pageData<{ limits: { max_upload_size_bytes: number } }>().limits?.max_upload_size_bytes ?? 0,

  init() {
    window.addEventListener("beforeunload", (event) => {
      if (this.isBusy) event.preventDefault();
    });
    // A file dropped beside the zone must not replace the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
    window.addEventListener("dragenter", (event) => {
      if (!(event as DragEvent).dataTransfer?.types.includes("Files")) return;
      this.depth += 1;
      this.over = true;
    });
    window.addEventListener("dragleave", () => {
      this.depth = Math.max(0, this.depth - 1);
      this.over = this.depth > 0;
    });
    window.addEventListener("drop", (event) => {
      this.depth = 0;
      this.over = false;
      this.add((event as DragEvent).dataTransfer?.files ?? null);
    });
  },

  get limitText(): string {
    return this.limit > 0 ? t.admin.limit(bytes(this.limit)) : "";
  },
  get dropText(): string {
    return this.over ? t.admin.dropNow : t.admin.drop;
  },
  get readyCount(): number {
    return this.entries.filter(({ state }) => state === "ready").length;
  },
  get startText(): string {
    return t.admin.start(this.readyCount);
  },
  get isBusy(): boolean {
    return this.entries.some(({ state }) => state === "uploading" || state === "finishing" || state === "waiting");
  },
  get hasDone(): boolean {
    return this.entries.some(({ state }) => state === "done" || state === "cancelled");
  },

  choose(event: Event) {
    const input = event.target as HTMLInputElement;
    this.add(input.files);
    input.value = "";
  },

  add(files: FileList | null) {
    for (const file of files ?? []) {
      const id = nextId++;
      const error = this.refusal(file);
      transfers.set(id, { file, cancel: () => {}, sampleAt: 0, sampleLoaded: 0 });
      this.entries.push({
        id,
        title: titleFromName(file.name),
        fileName: file.name,
        size: file.size,
        state: error ? "failed" : "ready",
        loaded: 0,
        rate: 0,
        error,
        hopeless: error !== "",
        requestId: "",
        slug: "",
      });
    }
  },

  /** What the server would say anyway, after the whole file was sent. */
  refusal(file: File): string {
    if (file.size === 0) return withCode(t.admin.emptyFile, "empty_file");
    if (this.limit > 0 && file.size > this.limit) return withCode(t.admin.tooLarge(bytes(file.size), bytes(this.limit)), "too_large");
    return "";
  },

  start() {
    for (const entry of this.entries) if (entry.state === "ready") entry.state = "waiting";
    this.next();
  },

  next() {
    const running = this.entries.filter(({ state }) => state === "uploading" || state === "finishing").length;
    const waiting = this.entries.filter(({ state }) => state === "waiting");
    for (const entry of waiting.slice(0, Math.max(0, PARALLEL - running))) this.send(entry);
  },

  send(entry: Entry) {
    const transfer = transfers.get(entry.id);
    if (!transfer) return;
    Object.assign(entry, { state: "uploading", loaded: 0, rate: 0, error: "", requestId: "" });
    Object.assign(transfer, { sampleAt: performance.now(), sampleLoaded: 0 });
    const title = entry.title.trim() || titleFromName(entry.fileName);
    transfer.cancel = uploadVideo(transfer.file, title, this.visibility, {
      progress: (loaded, total) => measure(entry, transfer, loaded, total),
      done: (result) => {
        Object.assign(entry, { state: "done", slug: result.slug });
        announce(t.admin.uploaded(title));
        window.dispatchEvent(new CustomEvent("vlog-uploaded", { detail: result.video_id }));
        this.next();
      },
      failed: (error) => {
        Object.assign(entry, { state: "failed", error: errorText(error), hopeless: isHopeless(error), requestId: error.requestId ?? "" });
        announce(t.admin.uploadBroke(title), true);
        this.next();
      },
    });
  },

  cancel(entry: Entry) {
    transfers.get(entry.id)?.cancel();
    entry.state = "cancelled";
    this.next();
  },

  again(entry: Entry) {
    entry.state = "waiting";
    this.next();
  },

  remove(entry: Entry) {
    transfers.delete(entry.id);
    this.entries = this.entries.filter(({ id }) => id !== entry.id);
  },

  clearDone() {
    for (const entry of this.entries) if (entry.state === "done" || entry.state === "cancelled") this.remove(entry);
  },

  facts: (entry: Entry) => factsOf(entry),
  stateText: (entry: Entry) => t.admin.state[entry.state],
  width: (entry: Entry) => (entry.state === "finishing" ? {} : { width: `${percentOf(entry)}%` }),
  percent: (entry: Entry) => percentOf(entry),
  isSending: (entry: Entry) => entry.state === "uploading" || entry.state === "finishing",
  canCancel: (entry: Entry) => entry.state === "uploading" || entry.state === "finishing" || entry.state === "waiting",
  canRetry: (entry: Entry) => (entry.state === "failed" || entry.state === "cancelled") && !entry.hopeless,
  canRemove: (entry: Entry) => ["ready", "failed", "cancelled", "done"].includes(entry.state),
  badge: (entry: Entry) =>
    entry.state === "done" ? "badge-ready" : entry.state === "failed" ? "badge-failed" : entry.state === "uploading" ? "badge-playable" : "",
  link: (entry: Entry) => viewerLink(entry.slug),
}));
