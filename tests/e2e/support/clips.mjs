/** Clips the tests play, made by ffmpeg once and kept in target/e2e/clips. */
import { execFile } from "node:child_process";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { OUTPUT } from "./paths.mjs";

const FOLDER = join(OUTPUT, "clips");
const run = promisify(execFile);

const picture = (size, seconds) => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25:duration=${seconds}`];
const tone = (hertz, seconds) => ["-f", "lavfi", "-i", `sine=frequency=${hertz}:sample_rate=48000:duration=${seconds}`];
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-g", "50", "-pix_fmt", "yuv420p"];

/** H.264 and AAC: copied as it is, so it is ready within a second or two. */
export const copied = (size = "640x360", seconds = 8) =>
  clip(`copied-${size}-${seconds}.mp4`, (file) =>
    ffmpeg(...picture(size, seconds), ...tone(440, seconds), ...H264, "-c:a", "aac", "-shortest", file),
  );

/** H.264 with these sounds one after the other, as long as they are. */
export const speaking = (sounds) =>
  clip("speaking.mp4", (file) =>
    ffmpeg(
      ...picture("640x360", 60), ...sounds.flatMap((sound) => ["-i", sound]),
      "-filter_complex", `${sounds.map((_, i) => `[${i + 1}:a]`).join("")}concat=n=${sounds.length}:v=0:a=1[sound]`,
      "-map", "0:v", "-map", "[sound]", ...H264, "-c:a", "aac", "-shortest", file,
    ),
  );

/** MPEG-4 part 2: every rung must be encoded. */
export const encoded = (size, seconds) =>
  clip(`encoded-${size}-${seconds}.mp4`, (file) =>
    ffmpeg(...picture(size, seconds), ...tone(440, seconds), "-c:v", "mpeg4", "-q:v", "6", "-c:a", "aac", "-shortest", file),
  );

/** Ten seconds of red, then ten of blue. */
/** Ten seconds of red, thirteen of blue: its seek bar pictures do not fill their last row. */
export const twoColours = () =>
  clip("red-and-blue.mp4", (file) =>
    ffmpeg(
      ...[["red", 10], ["blue", 13]].flatMap(([name, seconds]) => ["-f", "lavfi", "-i", `color=${name}:size=640x360:rate=25:duration=${seconds}`]),
      ...tone(440, 23), "-filter_complex", "[0][1]concat=n=2:v=1[v]", "-map", "[v]", "-map", "2:a", ...H264, "-c:a", "aac", file,
    ),
  );

export const RICH_SECONDS = 40;
/** Two languages of sound, two of subtitles, three chapters. */
export const rich = () =>
  clip("rich.mkv", async (file) => {
    const [english, german, chapters] = ["eng.srt", "deu.srt", "chapters.txt"].map((name) => `${file}.${name}`);
    await writeFile(english, subtitles("English line"));
    await writeFile(german, subtitles("Deutsche Zeile"));
    await writeFile(chapters, chapterList(["Opening", "Middle", "End"]));
    await ffmpeg(
      ...picture("1280x720", RICH_SECONDS), ...tone(440, RICH_SECONDS), ...tone(880, RICH_SECONDS),
      "-i", english, "-i", german, "-i", chapters, "-map_metadata", "5",
      "-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "3:s", "-map", "4:s",
      ...H264, "-c:a", "aac", "-c:s", "srt",
      "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu",
      "-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=deu", file,
    );
    await Promise.all([english, german, chapters].map((path) => rm(path)));
  });

/** `stream.m3u8` and its segments in MPEG-TS, from a clip of H.264 and AAC. */
export const transportStream = (clip, directory) =>
  ffmpeg("-i", clip, "-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod", join(directory, "stream.m3u8"));

/** Text that only calls itself a video. */
export const renamedText = () =>
  clip("not-a-video.mp4", (file) => writeFile(file, "This is a letter, not a video.\n".repeat(400)));

/** `make` writes beside the final name, so that runs side by side never see half a file. */
async function clip(name, make) {
  const file = join(FOLDER, name);
  if (await access(file).then(() => true, () => false)) return file;
  await mkdir(FOLDER, { recursive: true });
  const draft = join(FOLDER, `.${process.pid}-${name}`);
  await make(draft);
  await rename(draft, file);
  return file;
}

function ffmpeg(...args) {
  return run("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args]);
}

function subtitles(text) {
  const stamp = (seconds) => `00:00:${String(seconds).padStart(2, "0")}`;
  return Array.from({ length: RICH_SECONDS / 2 }, (_, index) =>
    `${index + 1}\n${stamp(index * 2)},000 --> ${stamp(index * 2 + 1)},900\n${text} ${index + 1}\n`,
  ).join("\n");
}

function chapterList(titles) {
  const length = (RICH_SECONDS * 1000) / titles.length;
  const chapter = (title, index) =>
    `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${Math.round(index * length)}\nEND=${Math.round((index + 1) * length)}\ntitle=${title}\n`;
  return `;FFMETADATA1\n${titles.map(chapter).join("")}`;
}
