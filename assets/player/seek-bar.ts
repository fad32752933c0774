/**
 * A seek bar over the whole length. Shaka's own one ends where the media ends so far, which for a
 * video that is still being encoded would look like a live stream. What is not there yet is shown hatched.
 */
import type shaka from "shaka-player/dist/shaka-player.ui-es2021.js";
import { clock } from "../lib/format";
import type { Shaka } from "./shaka-module";

/** Stay this far from the growing end, so that a seek finds a segment to play. */
const EDGE_SECONDS = 0.5;
const THUMB_PIXELS = 12;

export function seekBarFactory(shaka: Shaka, duration: () => number) {
  class SeekBar extends shaka.ui.SeekBar {
    private readonly missing = document.createElement("div");

    constructor(parent: HTMLElement, controls: shaka.ui.Controls) {
      super(parent, controls);
      this.missing.className = "vlog-missing";
      this.container.prepend(this.missing);
      this.bar.addEventListener("mousemove", (event) => this.showTime(this.valueAt(event.clientX)));
    }

    private growing(): boolean {
      return Boolean(this.player?.isDynamic()) && duration() > (this.player?.seekRange().end ?? 0);
    }

    override setRange(min: number, max: number): void {
      super.setRange(min, this.player?.isDynamic() ? Math.max(max, duration()) : max);
    }

    override update(): void {
      super.update();
      // Called once by the parent's constructor, before this class's fields exist.
      if (!this.missing) return;
      const growing = this.growing();
      this.missing.hidden = !growing;
      this.bar.setAttribute("aria-valuetext", `${clock(this.getValue())} / ${clock(duration())}`);
      if (growing) this.paint();
    }

    private paint(): void {
      const total = duration();
      const percent = (seconds: number) => `${Math.min(100, (seconds / total) * 100)}%`;
      const { buffered } = this.video ?? {};
      const loaded = buffered && buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
      const played = percent(this.getValue());
      const colors = this.controls!.getConfig().seekBarColors;
      this.container.style.background =
        `linear-gradient(to right, ${colors.played} ${played}, ${colors.buffered} ${played}, ` +
        `${colors.buffered} ${percent(loaded)}, ${colors.base} ${percent(loaded)})`;
      this.missing.style.left = percent(this.player!.seekRange().end);
    }

    override onChange(): void {
      this.clamp();
      super.onChange();
      this.showTime(this.getValue());
    }

    override onChangeEnd(): void {
      this.clamp();
      super.onChangeEnd();
    }

    private valueAt(clientX: number): number {
      const { left, width } = this.bar.getBoundingClientRect();
      const share = (clientX - left - THUMB_PIXELS / 2) / Math.max(1, width - THUMB_PIXELS);
      return Math.min(1, Math.max(0, share)) * duration();
    }

    private clamp(): void {
      if (!this.growing()) return;
      const end = Math.max(0, this.player!.seekRange().end - EDGE_SECONDS);
      if (this.getValue() > end) this.setValue(end);
    }

    /** The preview says the position; Shaka would count back from the end of a growing video. */
    private showTime(seconds: number): void {
      const label = this.container.querySelector(".shaka-player-ui-thumbnail-time");
      if (label && this.player?.isDynamic()) label.textContent = clock(seconds);
    }
  }
  return { create: (parent: HTMLElement, controls: shaka.ui.Controls) => new SeekBar(parent, controls) };
}
