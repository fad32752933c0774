/**
 * Shaka's controls as vlog shows them: own time display and seek bar (a growing video is no live
 * stream), a theatre button, no casting, keys handled by the page.
 */
import type shaka from "shaka-player/dist/shaka-player.ui-es2021.js";
import { t } from "../i18n";
import { clock } from "../lib/format";
import { seekBarFactory } from "./seek-bar";
import type { Shaka } from "./shaka-module";

export type UiHooks = {
  /** The whole length in seconds, also while the video still grows. */
  duration: () => number;
  theatre: () => void;
};

const THEATRE_ICON =
  "M19 6H5a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2V8a2 2 0 0 0-2-2Zm0 10H5V8h14v8Z";

export function buildUi(shaka: Shaka, player: shaka.Player, stage: HTMLElement, element: HTMLVideoElement, hooks: UiHooks) {
  registerTime(shaka, hooks);
  registerTheatre(shaka, hooks);
  shaka.ui.Controls.registerSeekBar(seekBarFactory(shaka, hooks.duration) as never);

  const ui = new shaka.ui.Overlay(player, stage, element);
  ui.configure({
    controlPanelElements: [
      "play_pause", "mute_volume", "vlog_time", "spacer", "captions", "overflow_menu",
      "picture_in_picture", "vlog_theatre", "fullscreen",
    ],
    topControlPanelElements: [],
    overflowMenuButtons: ["quality", "captions", "language", "playback_rate", "chapter", "loop"],
    contextMenuElements: ["loop", "picture_in_picture", "save_video_frame", "statistics"],
    bigButtons: ["play_pause_buffering"],
    playbackRates: [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2],
    castReceiverAppId: "",
    castSenderUrl: "",
    enableKeyboardPlaybackControls: false,
    seekOnTaps: true,
    tapSeekDistance: 10,
    enableTooltips: true,
    documentPictureInPicture: { enabled: false },
    trackLabelFormat: shaka.ui.Overlay.TrackLabelFormat.LABEL_OR_LANGUAGE,
    textTrackLabelFormat: shaka.ui.Overlay.TrackLabelFormat.LABEL_OR_LANGUAGE,
    fadeDelay: 1.5,
    seekBarColors: {
      base: "rgba(255, 255, 255, 0.28)",
      buffered: "rgba(255, 255, 255, 0.45)",
      played: "#ff7352",
      adBreaks: "transparent",
      chapters: "rgba(0, 0, 0, 0.85)",
    },
    volumeBarColors: { base: "rgba(255, 255, 255, 0.3)", level: "#ffffff" },
  });
  ui.getControls()?.getLocalization()?.changeLocale([t.language]);
  return ui;
}

function registerTime(shaka: Shaka, hooks: UiHooks) {
  class Time extends shaka.ui.Element {
    constructor(parent: HTMLElement, controls: shaka.ui.Controls) {
      super(parent, controls);
      const text = document.createElement("div");
      text.className = "vlog-time";
      parent.append(text);
      const show = () => {
        const range = this.player?.seekRange();
        const total = Math.max(hooks.duration(), range ? range.end : 0);
        const value = `${clock(controls.getDisplayTime())} / ${clock(total)}`;
        if (text.textContent !== value) text.textContent = value;
      };
      this.eventManager?.listen(controls as unknown as EventTarget, "timeandseekrangeupdated", show);
      show();
    }
  }
  shaka.ui.Controls.registerElement("vlog_time", {
    create: (parent: HTMLElement, controls: shaka.ui.Controls) => new Time(parent, controls),
  } as never);
}

function registerTheatre(shaka: Shaka, hooks: UiHooks) {
  class Theatre extends shaka.ui.Element {
    constructor(parent: HTMLElement, controls: shaka.ui.Controls) {
      super(parent, controls);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "vlog-theatre shaka-tooltip shaka-no-propagation";
      button.setAttribute("aria-label", t.watch.theatre);
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 24 24");
      svg.setAttribute("class", "shaka-ui-icon");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", THEATRE_ICON);
      svg.append(path);
      button.append(svg);
      parent.append(button);
      this.eventManager?.listen(button, "click", () => hooks.theatre());
    }
  }
  shaka.ui.Controls.registerElement("vlog_theatre", {
    create: (parent: HTMLElement, controls: shaka.ui.Controls) => new Theatre(parent, controls),
  } as never);
}
