/** An ffmpeg that is held and broken as a test wants it: what passes quickly on one machine and not on another waits. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Encoders are `libx264` and `libx265`; the `path` is for VLOG_FFMPEG_PATH. */
export async function steeredFfmpeg() {
  const folder = await mkdtemp(join(tmpdir(), "vlog-e2e-ffmpeg-"));
  const path = join(folder, "ffmpeg");
  const script = `#!/bin/sh
for encoder in libx264 libx265; do
  case " $* " in *" $encoder "*)
    while [ -e "${folder}/hold-$encoder" ]; do sleep 0.05; done
    if [ -e "${folder}/broken-$encoder" ]; then echo "[$encoder @ 0x1] [error] the flux is off" >&2; exit 1; fi;;
  esac
done
exec ffmpeg "$@"
`;
  await writeFile(path, script, { mode: 0o755 });
  const flag = (name) => writeFile(join(folder, name), "");
  const unflag = (name) => rm(join(folder, name), { force: true });
  return {
    path,
    /** From now on this encoder waits before it begins. */
    hold: (encoder) => flag(`hold-${encoder}`),
    release: (encoder) => unflag(`hold-${encoder}`),
    /** From now on this encoder fails. */
    spoil: (encoder) => flag(`broken-${encoder}`),
    mend: (encoder) => unflag(`broken-${encoder}`),
    /** The commands that are held or at work. */
    async running() {
      const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
      return commands.filter((command) => command.includes(path) && !command.includes("node"));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
