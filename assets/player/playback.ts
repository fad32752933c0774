/** What the page may ask of a running player, whatever engine plays, and what it hears back. */
import type { ProgressEvent, Video } from "../api/types";

export interface Playback {
  element: HTMLVideoElement;
  /** The engine's own object (`shaka.Player`, `Hls`), for tests and debugging. */
  engine: unknown;
  format(): "hls" | "dash";
  /** The last position one can seek to now, in seconds. */
  seekEnd(): number;
  /** How far any rung is encoded, in seconds. */
  reachable(): number;
  progress(event: ProgressEvent): void;
  update(video: Video): void;
  /** The speed that was chosen. The element's own rate is 0 while Shaka buffers. */
  speed(): number;
  setSpeed(rate: number): void;
  /** False when there are no captions. */
  toggleCaptions(): boolean;
  toggleFullscreen(): void;
  togglePip(): void;
  showControls(): void;
  destroy(): Promise<void>;
}

export interface PlayerHooks {
  theatre(): void;
  /** Playing stopped for good; the engine's error code. */
  failed(code: string | number): void;
  /** The player has caught up with the encoder, or goes on. */
  waiting(waits: boolean): void;
}
