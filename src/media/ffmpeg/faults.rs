//! What ffmpeg's complaints about a device mean, and what mends them. Pure.

use crate::domain::ladder::encoder::Device;

/// Why an encoder does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Fault {
    /// With what mends it.
    pub fn new(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { reason: reason.into(), fix: Some(fix.into()) }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.fix {
            Some(fix) => write!(f, "{}: {fix}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// What NVIDIA's driver says when all its sessions are in use; `No capable devices found` follows.
const SESSION_LIMIT: [&str; 2] =
    ["OpenEncodeSessionEx failed: out of memory (10)", "OpenEncodeSessionEx failed: incompatible client key (21)"];

/// A part of ffmpeg's text, what it means, and what mends it. The first that is found counts: what ffmpeg says after the
/// cause is in the later ones.
type Known = (&'static str, &'static str, &'static str);

const NVENC: [Known; 13] = [
    (
        "Cannot load libcuda.so.1",
        "the library of NVIDIA's driver (libcuda.so.1) is missing",
        "install the driver (Debian: apt install nvidia-driver libcuda1); a container needs --gpus all and \
         NVIDIA_DRIVER_CAPABILITIES=compute,video,utility",
    ),
    (
        "Cannot load libnvidia-encode.so.1",
        "the encoding library of NVIDIA's driver (libnvidia-encode.so.1) is missing",
        "install it (Debian: apt install libnvidia-encode1); a container needs video in NVIDIA_DRIVER_CAPABILITIES",
    ),
    (
        "Driver does not support the required nvenc API version",
        "NVIDIA's driver is too old for this ffmpeg",
        "update the driver, or install an ffmpeg that was built for an older one",
    ),
    (
        "CUDA_ERROR_NO_DEVICE",
        "the driver sees no card",
        "look whether nvidia-smi lists it; a container needs --gpus all",
    ),
    (
        "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        "the driver in the kernel is another version than its libraries",
        "restart the machine: the driver was updated",
    ),
    (
        "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
        "the driver in the kernel is another version than its libraries",
        "restart the machine: the driver was updated",
    ),
    (
        "CUDA_ERROR_OUT_OF_MEMORY",
        "the card's memory is full",
        "end what else uses the card (nvidia-smi lists it), or lower transcoding.slots",
    ),
    (
        SESSION_LIMIT[0],
        "all encoding sessions of the card are in use",
        "end what else encodes (nvidia-smi lists it), set transcoding.hardware_sessions lower, or update the driver: newer \
         ones allow more",
    ),
    (
        SESSION_LIMIT[1],
        "all encoding sessions of the card are in use",
        "end what else encodes (nvidia-smi lists it), set transcoding.hardware_sessions lower, or update the driver: newer \
         ones allow more",
    ),
    (
        "OpenEncodeSessionEx failed: unsupported device (2)",
        "this card has no encoder",
        "set transcoding.hardware_device to the number of one that has, or leave it to software",
    ),
    ("Codec not supported", "this card does not encode this codec", "nothing: a newer card would; software does it"),
    (
        "cuInit(0) failed",
        "the driver does not start",
        "look at what the kernel says (dmesg | grep -i nvrm); restarting the machine often helps",
    ),
    ("apable devices found", "this card does not encode this codec", "nothing: a newer card would; software does it"),
];

const RENDER: [Known; 10] = [
    (
        "Permission denied",
        "the device cannot be opened",
        "add the user that runs vlog to the group render: usermod -aG render USER",
    ),
    ("No VA display found", "there is no such device", "set transcoding.hardware_device to one that is in /dev/dri"),
    (
        "Failed to initialise VAAPI connection",
        "there is no VA-API driver for this device",
        "install it (Debian: apt install intel-media-va-driver-non-free for Intel, mesa-va-drivers for AMD); vainfo \
         shows what it can do",
    ),
    (
        "No usable encoding profile found",
        "this device, or its driver, does not encode this codec",
        "on Intel, apt install intel-media-va-driver-non-free may help; else software does it",
    ),
    (
        "No usable encoding entrypoint found",
        "this device, or its driver, does not encode this codec",
        "on Intel, apt install intel-media-va-driver-non-free may help; else software does it",
    ),
    (
        "does not support any RC mode",
        "the driver cannot keep below a rate",
        "on Intel, enable the HuC firmware: i915.enable_guc=2 on the kernel's command line",
    ),
    (
        "does not support QVBR RC mode",
        "the driver cannot keep below a rate",
        "on Intel, enable the HuC firmware: i915.enable_guc=2 on the kernel's command line",
    ),
    (
        "MFX session",
        "Intel's Quick Sync runtime is missing, or does not know this device",
        "install it (Debian: apt install libmfx-gen1.2, or libmfx1 for devices before 2020)",
    ),
    (
        "Selected ratecontrol mode is unsupported",
        "the device cannot keep below a rate",
        "on Intel, enable the HuC firmware: i915.enable_guc=2 on the kernel's command line",
    ),
    (
        "Cannot allocate memory",
        "the device's memory is full",
        "end what else uses the device, or lower transcoding.slots",
    ),
];

/// The cause in ffmpeg's error output, and what mends it.
pub fn explain(device: Device, stderr: &str) -> Fault {
    let known: &[Known] = if device == Device::Nvenc { &NVENC } else { &RENDER };
    let found = known.iter().find(|(text, _, _)| stderr.contains(text));
    let Some((_, reason, fix)) = found.filter(|_| device != Device::Software) else {
        return Fault { reason: first_line(stderr), fix: None };
    };
    // "The minimum required Nvidia driver for nvenc is 530.41.03 or newer"
    let minimum = stderr.lines().find_map(|line| line.split_once("driver for nvenc is ").map(|(_, rest)| rest));
    match minimum.map(|rest| rest.trim_end_matches(" or newer").trim()).filter(|version| *version != "(unknown)") {
        Some(version) if fix.starts_with("update the driver") => {
            Fault::new(*reason, fix.replacen("update the driver", &format!("update the driver to {version}"), 1))
        }
        _ => Fault::new(*reason, *fix),
    }
}

/// True when it failed because other encodes had all of the card's sessions: the card itself is well.
pub fn is_session_limit(stderr: &str) -> bool {
    SESSION_LIMIT.iter().any(|text| stderr.contains(text))
}

/// The first line names the cause, the last ones what became of it.
fn first_line(stderr: &str) -> String {
    let line = stderr.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it failed without a word");
    line.rsplit_once("] ").map_or(line, |(_, text)| text).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(device: Device, stderr: &str, reason: &str, fix: &str) {
        let fault = explain(device, stderr);
        assert!(fault.reason.contains(reason), "{fault} for {stderr}");
        assert!(fault.fix.as_deref().unwrap_or_default().contains(fix), "{fault} for {stderr}");
    }

    /// Recorded on machines without a card (the first, and those about missing devices), from reports of others, and from
    /// ffmpeg's source.
    #[test]
    fn what_nvidias_driver_says() {
        let output = "Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe \
                      incorrect parameters such as bit_rate, rate, width or height";
        let said = |text: &str| format!("[h264_nvenc @ 0x5566cdbc7180] {text}\n{output}");
        for (text, reason, fix) in [
            ("Cannot load libcuda.so.1", "libcuda.so.1", "libcuda1"),
            (
                "Cannot load libnvidia-encode.so.1\n[h264_nvenc @ 0x1] The minimum required Nvidia driver for nvenc is \
                 470.57.02 or newer",
                "libnvidia-encode.so.1",
                "libnvidia-encode1",
            ),
            (
                "Driver does not support the required nvenc API version. Required: 12.1 Found: 11.1\n[h264_nvenc @ 0x1] \
                 The minimum required Nvidia driver for nvenc is 530.41.03 or newer",
                "too old",
                "to 530.41.03,",
            ),
            (
                "Driver does not support the required nvenc API version. Required: 12.1 Found: 11.1\n[h264_nvenc @ 0x1] \
                 The minimum required Nvidia driver for nvenc is (unknown) or newer",
                "too old",
                "update the driver, or",
            ),
            (
                "dl_fn->cuda_dl->cuInit(0) failed -> CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected",
                "sees no card",
                "nvidia-smi",
            ),
            (
                "dl_fn->cuda_dl->cuInit(0) failed -> CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: system has unsupported display \
                 driver / cuda driver combination",
                "another version",
                "restart",
            ),
            ("dl_fn->cuda_dl->cuInit(0) failed -> CUDA_ERROR_UNKNOWN: unknown error", "does not start", "dmesg"),
            (
                "OpenEncodeSessionEx failed: out of memory (10): (no details)\n[h264_nvenc @ 0x1] No capable devices found",
                "sessions",
                "hardware_sessions",
            ),
            (
                "OpenEncodeSessionEx failed: out of memory (10)\n[h264_nvenc @ 0x5601aa5b40c0] No NVENC capable devices \
                 found",
                "sessions",
                "hardware_sessions",
            ),
            ("OpenEncodeSessionEx failed: incompatible client key (21): (no details)", "sessions", "update the driver"),
            ("OpenEncodeSessionEx failed: unsupported device (2): (no details)", "no encoder", "hardware_device"),
            ("Codec not supported\n[av1_nvenc @ 0x1] No capable devices found", "this codec", "newer card"),
            ("No NVENC capable devices found", "this codec", "newer card"),
        ] {
            check(Device::Nvenc, &said(text), reason, fix);
        }
        assert!(is_session_limit(&said("OpenEncodeSessionEx failed: out of memory (10): (no details)")));
        assert!(!is_session_limit(&said("No capable devices found")));
    }

    #[test]
    fn what_devices_of_intel_and_amd_say() {
        let failed = "Device creation failed: -22.\nError parsing global options: Invalid argument";
        let said = |text: &str| format!("[AVHWDeviceContext @ 0x5590fbb8d940] {text}\n{failed}");
        for (device, text, reason, fix) in [
            (Device::Vaapi, "No VA display found for device /dev/dri/renderD128.", "no such device", "hardware_device"),
            (
                Device::Vaapi,
                "Failed to open /dev/dri/renderD128: Permission denied",
                "cannot be opened",
                "usermod -aG render",
            ),
            (
                Device::Vaapi,
                "Failed to initialise VAAPI connection: -1 (unknown libva error).",
                "driver",
                "mesa-va-drivers",
            ),
            (Device::Vaapi, "No usable encoding profile found.", "this codec", "non-free"),
            (
                Device::Vaapi,
                "No usable encoding entrypoint found for profile VAProfileH264High (7).",
                "this codec",
                "software",
            ),
            (Device::Vaapi, "Driver does not support QVBR RC mode (supported modes: CQP).", "rate", "enable_guc"),
            (
                Device::Vaapi,
                "Driver does not support any RC mode compatible with selected options (supported modes: CQP).",
                "rate",
                "enable_guc",
            ),
            (
                Device::Qsv,
                "Error initializing an internal MFX session: unsupported (-3)",
                "Quick Sync",
                "libmfx-gen1.2",
            ),
            (Device::Qsv, "Error creating a MFX session: -9.", "Quick Sync", "libmfx1"),
            (Device::Qsv, "Selected ratecontrol mode is unsupported", "rate", "enable_guc"),
        ] {
            check(device, &said(text), reason, fix);
        }
    }

    #[test]
    fn what_nobody_knows_is_told_as_it_is() {
        let fault = explain(Device::Vaapi, "\n[h264_vaapi @ 0x1] Something new.\nAnd more\n");
        assert_eq!(fault, Fault { reason: "Something new".to_owned(), fix: None });
        assert_eq!(explain(Device::Software, "").reason, "it failed without a word");
    }
}
