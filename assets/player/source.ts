/**
 * Which engine plays a video, and from which address. Pure, so that it can be reasoned about:
 * HLS is the default, `?format=dash` asks for DASH, and each falls back to the other. Apple's devices play HLS
 * themselves, which saves their battery and reaches AirPlay; other browsers that can do so as well know less of it.
 */
import type { Video } from "../api/types";

export type Format = "hls" | "dash";
export type Source =
  | { engine: "shaka"; format: Format; uri: string; fallback: string | null }
  | { engine: "hlsjs" | "native"; format: "hls"; uri: string };

export type Support = { mediaSource: boolean; nativeHls: boolean; apple: boolean };

export function browserSupport(element: HTMLVideoElement): Support {
  return {
    mediaSource: "MediaSource" in window || "ManagedMediaSource" in window,
    nativeHls: element.canPlayType("application/vnd.apple.mpegurl") !== "",
    apple: navigator.vendor.startsWith("Apple"),
  };
}

/** `null` while there is nothing to play yet. */
export function chooseSource(video: Video, wanted: Format, support: Support): Source | null {
  const hls = video.stream_url ?? null;
  const dash = video.dash_url ?? null;
  if (!hls && !dash) return null;
  const native = support.nativeHls && (!support.mediaSource || (support.apple && wanted === "hls"));
  if (hls && native) return { engine: "native", format: "hls", uri: hls };
  if (hls && video.streaming_format === "hls_ts") return { engine: "hlsjs", format: "hls", uri: hls };
  if (dash && (wanted === "dash" || !hls)) return { engine: "shaka", format: "dash", uri: dash, fallback: hls };
  return hls ? { engine: "shaka", format: "hls", uri: hls, fallback: dash } : null;
}
