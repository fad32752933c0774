/** The grid of the home page: search, sort, keyset paging, live percentage of what is still being encoded. */
import { asApiError, listVideos, type ApiError } from "../api/client";
import { followProgress } from "../api/events";
import type { VideoListItem, VideoPage } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { pageData } from "../lib/page-data";
import { busyLabel, cardOf, type Card } from "./card";

const PAGE_SIZE = 48;
const SORTS: Record<string, { sort: string; order: string }> = {
  newest: { sort: "date", order: "desc" },
  oldest: { sort: "date", order: "asc" },
  title: { sort: "title", order: "asc" },
  longest: { sort: "duration", order: "desc" },
  shortest: { sort: "duration", order: "asc" },
};

let stopFollowing = () => {};

export const videoGrid = component(() => ({
  cards: [] as Card[],
  growing: [] as number[],
  cursor: null as string | null,
  hasMore: false,
  loading: true,
  error: null as ApiError | null,
  search: new URLSearchParams(location.search).get("search") ?? "",
  sort: new URLSearchParams(location.search).get("sort") ?? "newest",
  total: null as number | null,
  tagline: pageData<{ tagline: string }>().tagline ?? "",
  /** Counts requests, so that a slow answer does not overwrite a newer one. */
  turn: 0,

  init() {
    if (!SORTS[this.sort]) this.sort = "newest";
    const first = pageData<{ videos: VideoPage }>().videos;
    if (first && !this.search && this.sort === "newest") this.show(first, false);
    else void this.load(false);
    new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && this.hasMore && !this.loading && !this.error && void this.load(true),
      { rootMargin: "900px" },
    ).observe(this.$refs.more!);
  },

  get isEmpty(): boolean {
    return !this.loading && !this.error && this.cards.length === 0;
  },

  get summary(): string {
    if (this.loading) return "";
    if (this.total !== null) return t.home.found(this.total);
    return this.cards.length > 0 ? t.home.loaded(this.cards.length) : "";
  },

  get firstLoad(): boolean {
    return this.loading && this.cards.length === 0;
  },

  searchFor(text: string) {
    if (text === this.search) return;
    this.search = text;
    this.restart();
  },

  showAll() {
    window.dispatchEvent(new CustomEvent("vlog-search-reset"));
  },

  restart() {
    const params = new URLSearchParams();
    if (this.search) params.set("search", this.search);
    if (this.sort !== "newest") params.set("sort", this.sort);
    history.replaceState(null, "", params.size > 0 ? `?${params}` : location.pathname);
    void this.load(false);
  },

  retry() {
    void this.load(this.cards.length > 0 && this.cursor !== null);
  },

  more() {
    if (!this.loading) void this.load(true);
  },

  async load(append: boolean) {
    const turn = ++this.turn;
    this.loading = true;
    this.error = null;
    if (!append) this.cards = [];
    try {
      const cursor = append ? this.cursor : null;
      const query = { ...SORTS[this.sort], search: this.search, limit: PAGE_SIZE, cursor };
      const page = await listVideos({ ...query, include_total: this.search !== "" && !append });
      if (turn === this.turn) this.show(page, append);
    } catch (error) {
      if (turn !== this.turn) return;
      this.error = asApiError(error);
      this.loading = false;
    }
  },

  show(page: VideoPage, append: boolean) {
    const known = new Set(append ? this.cards.map(({ id }) => id) : []);
    const fresh = page.videos.filter(({ id }) => !known.has(id));
    this.cards = append ? [...this.cards, ...fresh.map(cardOf)] : fresh.map(cardOf);
    this.cursor = page.next_cursor ?? null;
    this.hasMore = page.has_more;
    if (!append) this.total = page.total_count ?? null;
    this.loading = false;
    this.follow(fresh, append);
  },

  follow(fresh: VideoListItem[], append: boolean) {
    const ids = fresh.filter(({ status }) => status !== "ready").map(({ id }) => id);
    if (append && ids.length === 0) return;
    this.growing = append ? [...this.growing, ...ids] : ids;
    stopFollowing();
    if (this.growing.length === 0) return;
    stopFollowing = followProgress(this.growing, {
      progress: (event) => {
        const card = this.cards.find(({ id }) => id === event.video_id);
        if (card) card.busy = busyLabel(event.status, event.progress_percent);
      },
    });
  },
}));
