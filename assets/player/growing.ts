/**
 * A presentation that grows while it is watched. Shaka expects it to grow with the clock; a file is encoded as fast as it
 * can be, and ends when it is done.
 */
import type shaka from "shaka-player/dist/shaka-player.ui-es2021.js";
import type { Quality } from "../api/types";

/**
 * Lets one seek to all that is there. Shaka takes a growing EVENT playlist for a film that is as long as what is listed, but
 * DASH without a duration for a broadcast; told the duration, it is the same. After the end we tell it as well: the last
 * segments of picture and sound that it knew before end a little before the film, and it would wait for the rest.
 */
export function followGrowth(player: shaka.Player, format: "hls" | "dash", planned: () => number): () => void {
  let manifest: shaka.extern.Manifest | null = null;
  let grew = false;
  const follow = () => {
    if (!manifest) return;
    const growing = player.isDynamic();
    grew ||= growing;
    // Over HLS Shaka knows it while it grows, but forgets the picture when it is changing rungs as the film ends.
    const end = grew && (format === "dash" || !growing) ? listedSeconds(player, manifest) : 0;
    if (end > 0) manifest.presentationTimeline.setDuration(end);
  };
  player.addEventListener("streaming", () => {
    manifest = player.getManifest();
    // With a start long ago all that is listed can be reached.
    if (!manifest || !player.isDynamic()) return;
    manifest.presentationTimeline.setPresentationStartTime(0);
    if (format === "dash") manifest.presentationTimeline.setDuration(planned());
  });
  for (const event of ["manifestupdated", "adaptation", "variantchanged"]) player.addEventListener(event, follow);
  return follow;
}

/** How far both picture and sound are listed, of those that play. */
function listedSeconds(player: shaka.Player, manifest: shaka.extern.Manifest): number {
  const active = player.getVariantTracks().find((track) => track.active);
  const variant = manifest.variants.find(({ id }) => id === active?.id);
  const ends = [variant?.video, variant?.audio].filter((stream) => stream != null).map(endOf);
  return ends.length > 0 ? Math.min(...ends) : 0;
}

function endOf({ segmentIndex }: shaka.extern.Stream): number {
  let end = 0;
  for (let number = 0, segment; (segment = segmentIndex?.get(number)); number += 1) end = segment.getEndTime();
  return end;
}

type Node = shaka.extern.xml.Node;

/** Shaka takes no note of a rung that was not in the first manifest. Those to come are put in, with nothing to play yet. */
export function addLaterRungs(mpd: Node, qualities: Quality[]): void {
  if (mpd.attributes.type !== "dynamic") return;
  const sets = children(mpd, "Period").flatMap((period) => children(period, "AdaptationSet"));
  const pictures = sets.find(({ attributes }) => attributes.contentType === "video");
  const listed = pictures ? children(pictures, "Representation") : [];
  const [known] = listed;
  if (!pictures || !known) return;
  const later = qualities.filter(({ codec, name }) => codec === "h264" && !listed.some(({ attributes }) => attributes.id === name));
  pictures.children.push(...later.map((rung) => emptyRung(known, rung)));
}

function emptyRung(like: Node, { name, width, height, bitrate }: Quality): Node {
  const template = (node: Node): Node => {
    const named = (attribute: string) => (node.attributes[attribute] ?? "").replace(`/${like.attributes.id}/`, `/${name}/`);
    const attributes = { ...node.attributes, media: named("media"), initialization: named("initialization") };
    return { ...node, attributes, children: children(node, "SegmentTimeline").map((line) => ({ ...line, children: [] })) };
  };
  const attributes = { ...like.attributes, id: name, width: `${width}`, height: `${height}`, bandwidth: `${bitrate}` };
  return { ...like, attributes, children: children(like, "SegmentTemplate").map(template) };
}

const children = (node: Node, name: string): Node[] =>
  node.children.filter((child): child is Node => typeof child !== "string" && child.tagName === name);
