/**
 * The addresses of a private video's files are good for some hours. A film may take longer, or the laptop sleeps: every
 * request goes to the present address, which is renewed shortly before it ends, and once more when the server refuses it.
 */
import { getVideo } from "../api/client";
import type { Video } from "../api/types";

/** `/videos/{slug}/`, and the link that may follow. */
const BASE = /\/videos\/[^/]+\/(?:s\/[^/]+\/)?/;
const LONGEST_MARGIN_MS = 60_000;
/** A link that is refused so often in a row is refused for good. */
const MOST_REFUSALS = 3;

export class MediaLink {
  private base = "";
  /** When to ask for the next one; this clock may be wrong, which the server's refusal makes up for. */
  private renewAt = Infinity;
  private renewing: Promise<boolean> | null = null;
  private refusals = 0;

  constructor(private readonly slug: string) {}

  update({ stream_url, dash_url, media_expires_at }: Video): void {
    this.base = BASE.exec(stream_url ?? dash_url ?? "")?.[0] ?? "";
    const left = media_expires_at ? Date.parse(media_expires_at) - Date.now() : Infinity;
    this.renewAt = left > 0 ? Date.now() + left - Math.min(LONGEST_MARGIN_MS, left / 4) : Infinity;
  }

  /** The present address of a file of this video. */
  rewrite(address: string): string {
    return this.base && address.includes(`/videos/${this.slug}/`) ? address.replace(BASE, this.base) : address;
  }

  /** Resolves when requests may go out. */
  async fresh(): Promise<void> {
    if (this.renewing || Date.now() >= this.renewAt) await this.renew();
  }

  /** Asks for new addresses; false when there are none. */
  renew(): Promise<boolean> {
    this.renewing ??= getVideo(this.slug)
      .then((video) => (this.update(video), true))
      .catch(() => {
        this.renewAt = Date.now() + LONGEST_MARGIN_MS;
        return false;
      })
      .finally(() => (this.renewing = null));
    return this.renewing;
  }

  /** After a refusal: true when it is worth trying again. */
  async refused(): Promise<boolean> {
    this.refusals += this.renewing ? 0 : 1;
    return this.refusals <= MOST_REFUSALS && this.renew();
  }

  worked(): void {
    this.refusals = 0;
  }
}

export function mediaLink(video: Video): MediaLink {
  const link = new MediaLink(video.slug);
  link.update(video);
  return link;
}
