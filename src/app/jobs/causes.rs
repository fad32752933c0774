//! What went wrong, in plain words, and what helps: the one place for these texts. The API, the command line and the
//! Jobs page show them as they stand here.

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What happened.
    pub text: String,
    /// What to do about it.
    pub fix: &'static str,
}

/// Text and fix.
type Words = (&'static str, &'static str);

const DISK_FULL: Words = (
    "The disk is full.",
    "Free some space where vlog keeps its videos, or on the machine that encodes. The work goes on by itself.",
);
const OUT_OF_MEMORY: Words = (
    "ffmpeg needed more memory than it may have.",
    "Raise limits.ffmpeg_memory, or give the machine more memory or fewer tasks at once, then retry.",
);
const NO_THREADS: Words = (
    "The encoder could not start its threads: ffmpeg needed more memory than it may have, or the machine allows no more threads.",
    "Raise limits.ffmpeg_memory, or give the machine more memory or fewer tasks at once, then retry. In a container, or as a \
     service, look at its limit of tasks as well.",
);
const BROKEN_FILE: Words = (
    "The file is damaged: ffmpeg cannot make sense of what it reads.",
    "Play the original to its end. If it breaks off there as well, upload a good copy; else retry.",
);
const NO_INDEX: Words = (
    "The file is incomplete: its index (the moov atom) is missing. It was cut off while it was recorded or copied.",
    "Copy the original again and upload it once more.",
);
const NO_ENCODER: Words = (
    "This ffmpeg has no such encoder.",
    "`vlog doctor` shows the encoders that are there. Install an ffmpeg that has it, or take the codec out of transcoding.codecs.",
);
const NO_DECODER: Words = (
    "This ffmpeg cannot decode the file's format.",
    "Install an ffmpeg with that decoder, or convert the file and upload it again.",
);
const NO_GPU: Words = (
    "The graphics card could not be used.",
    "`vlog doctor` says why. Look at its driver and whether other programs hold its sessions, then retry.",
);
const NETWORK: Words = (
    "The connection to the server broke while the file was read.",
    "Look at the network between the two machines. The work is tried again by itself.",
);
const NOT_ALLOWED: Words = (
    "A file or a directory may not be read or written.",
    "Look at who owns the directory of videos, and at the rights of the account that vlog runs as.",
);

/// What stands in the error output, most telling first.
const MARKS: [(&str, Words); 21] = [
    ("No space left on device", DISK_FULL),
    ("Disk quota exceeded", DISK_FULL),
    ("moov atom not found", NO_INDEX),
    ("Cannot allocate memory", OUT_OF_MEMORY),
    ("Out of memory", OUT_OF_MEMORY),
    ("malloc of size", OUT_OF_MEMORY),
    ("Unknown encoder", NO_ENCODER),
    ("Unknown decoder", NO_DECODER),
    ("no decoder found", NO_DECODER),
    ("OpenEncodeSessionEx failed", NO_GPU),
    ("No capable devices found", NO_GPU),
    ("Cannot load libcuda", NO_GPU),
    ("CUDA_ERROR", NO_GPU),
    ("Failed to initialise VAAPI", NO_GPU),
    ("Error creating a MFX session", NO_GPU),
    ("Connection refused", NETWORK),
    ("Connection reset", NETWORK),
    ("Connection timed out", NETWORK),
    ("Permission denied", NOT_ALLOWED),
    ("Invalid data found when processing input", BROKEN_FILE),
    ("Error while decoding", BROKEN_FILE),
];

const INTERNAL: Words = (
    "vlog itself made a mistake.",
    "Retry. If it comes again, report it with what is shown here; the server's log has more.",
);
const BAD_SEGMENT: Words = (
    "ffmpeg said that it was done, but what it made is not what was planned.",
    "Retry. If it comes again, the file is likely damaged at this place.",
);
const DISTURBED: Words =
    ("The server could not use its database or its disk for a moment.", "Look at the System page, then retry.");

/// By the code of the failure.
const CODES: [(&str, Words); 29] = [
    ("cancelled", ("Somebody stopped it.", "Retry takes it up where it was.")),
    (
        "chunk_cut_off",
        (
            "The last pictures of this part are missing: the source could not be read to its end.",
            "Look at the network and the disk of that machine; the work is tried again by itself.",
        ),
    ),
    ("completion_failed", INTERNAL),
    (
        "digest_mismatch",
        (
            "What the worker sent did not arrive as it was sent.",
            "Look at the network and at proxies between the two machines; the work is tried again by itself.",
        ),
    ),
    (
        "ffmpeg_cpu_limit",
        (
            "ffmpeg used all the processor time it may have and was stopped.",
            "Play the original: a damaged file can keep ffmpeg busy for ever. Else raise limits.ffmpeg_cpu and retry.",
        ),
    ),
    (
        "ffmpeg_killed",
        (
            "The system ended ffmpeg, most likely because the machine had no memory left.",
            "Give the machine more memory or fewer tasks at once, then retry.",
        ),
    ),
    (
        "ffmpeg_not_started",
        (
            "ffmpeg could not be started.",
            "Install ffmpeg, or set ffmpeg.path; `vlog doctor` on that machine says what is missing.",
        ),
    ),
    (
        "ffmpeg_stalled",
        (
            "ffmpeg made no progress any more and was stopped.",
            "The machine may be overloaded or the disk hang. Retry, or raise transcoding.stall_timeout.",
        ),
    ),
    (
        "ffmpeg_suspended",
        ("Somebody suspended ffmpeg on that machine, and nobody let it go on.", "Retry; it is tried again by itself."),
    ),
    ("ffmpeg_timed_out", ("ffmpeg took too long and was stopped.", "Retry when the machine has less to do.")),
    (
        "generation_damaged",
        ("Files that were made for this video are gone or changed.", "Retry the whole job: it makes them anew."),
    ),
    (
        "hardware_failed",
        (
            "The graphics card failed at this codec.",
            "Nothing: all of the codec is made anew in software. `vlog doctor` on that machine says what is wrong.",
        ),
    ),
    (
        "init_mismatch",
        (
            "Another version of the encoder made this part, and it does not fit the others.",
            "Use the same ffmpeg on all machines, then retry: all of the video is made anew.",
        ),
    ),
    (
        "invalid_media",
        (
            "The file announces a picture but holds none.",
            "Play the original. If it shows no picture, upload a good copy.",
        ),
    ),
    ("invalid_segment", BAD_SEGMENT),
    (
        "lease_expired",
        (
            "The machine that worked on it was not heard of any more: it was switched off, crashed, or lost the network.",
            "Nothing, if it is tried again by itself. Look at that machine if this comes often.",
        ),
    ),
    ("segments_missing", BAD_SEGMENT),
    ("seek_missed", BAD_SEGMENT),
    ("server_fault", DISTURBED),
    ("server_unreachable", NETWORK),
    (
        "source_missing",
        ("The uploaded file is not in the storage any more.", "Upload it again, or bring it back from a backup."),
    ),
    ("storage_failed", DISTURBED),
    ("storage_full", DISK_FULL),
    (
        "task_interrupted_too_often",
        (
            "The server was stopped or crashed each time it worked on this.",
            "If this very file makes it crash, the log says so; give the machine more memory, then retry.",
        ),
    ),
    ("task_panicked", INTERNAL),
    ("task_unreadable", ("Another version of vlog queued this.", "Retry the whole job with this version.")),
    (
        "thumbnail_failed",
        ("No picture of the video could be made.", "The video plays without one. Retry makes another try."),
    ),
    ("work_directory_failed", NOT_ALLOWED),
    ("worker_failed", ("The worker could not do it.", "Look at the log of that machine, then retry.")),
];

/// A child that wrote more than it may.
const FILE_TOO_LARGE: &str = "was ended by signal 25";

/// What ffmpeg and its encoders mark an error with in the output of an encode.
const ERROR: &str = "[error]";

/// An encoder that refuses what it is asked for says so before; x264 says nothing of a thread that it could not start.
const NOT_OPENED: &str = "Error while opening encoder";

const NO_FIX: &str = "Retry. If it comes again, the command and its output below say more.";

/// What is known about a failure; of an unknown one the last line that was printed.
pub fn explain(code: &str, message: &str, stderr: Option<&str>) -> Cause {
    let words = |(text, fix): Words| Cause { text: text.to_owned(), fix };
    let stderr = stderr.unwrap_or_default();
    if let Some((_, known)) = MARKS.iter().find(|(mark, _)| stderr.contains(mark)) {
        return words(*known);
    }
    if message.contains(FILE_TOO_LARGE) {
        return words(("ffmpeg wrote a file larger than it may.", "Raise limits.ffmpeg_output, then retry."));
    }
    if let Some((_, known)) = CODES.iter().find(|(known, _)| *known == code) {
        return words(*known);
    }
    if stderr.lines().find(|line| line.contains(ERROR)).is_some_and(|line| line.contains(NOT_OPENED)) {
        return words(NO_THREADS);
    }
    let telling = |line: &&str| !line.is_empty() && !line.contains("Conversion failed");
    let last = stderr.lines().rev().map(str::trim).find(telling);
    Cause { text: last.map_or(message, untagged).to_owned(), fix: NO_FIX }
}

/// A line without who said it and how loud: `[libx265 @ 0x1] [error] `.
fn untagged(line: &str) -> &str {
    match line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((_, rest)) if !rest.trim().is_empty() => untagged(rest.trim()),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_says_more_than_the_code() {
        let full =
            explain("ffmpeg_failed", "ffmpeg ended with code 228", Some("a\nav_write: No space left on device\nb"));
        assert!(full.text.contains("disk is full"), "{full:?}");
        let cut =
            explain("ffmpeg_failed", "", Some("[mov] moov atom not found\nInvalid data found when processing input"));
        assert!(cut.text.contains("incomplete"), "the first reason counts: {cut:?}");
        let killed = explain("ffmpeg_killed", "ffmpeg was ended by signal 9", Some("frame=1"));
        assert!(killed.text.contains("memory"), "{killed:?}");
        assert!(explain("hardware_failed", "hevc_nvenc: it fell off the bus", None).fix.contains("software"));
        assert!(explain("lease_expired", "worker garage was not heard of", None).text.contains("switched off"));
    }

    #[test]
    fn an_encoder_that_fails_without_a_word_had_no_room() {
        let opened =
            "[error] Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0";
        let silent = explain("ffmpeg_failed", "", Some(&format!("[libx264 @ 0x1] [info] using SAR=1/1\n{opened}\n")));
        assert!(silent.text.contains("more memory than it may have"), "{silent:?}");
        let refused = format!("[aac @ 0x1] [error] Unsupported channel layout\n{opened}\n");
        assert_eq!(explain("ffmpeg_failed", "", Some(&refused)).fix, NO_FIX);
    }

    #[test]
    fn what_nobody_knows_is_shown_as_it_was_printed() {
        let odd = explain(
            "ffmpeg_failed",
            "ffmpeg ended with code 1",
            Some("first\n  [libx265 @ 0x1] [error] the flux is off  \nConversion failed!\n"),
        );
        assert_eq!((odd.text.as_str(), odd.fix), ("the flux is off", NO_FIX));
        assert_eq!(explain("odd", "It went wrong.", None).text, "It went wrong.");
    }
}
