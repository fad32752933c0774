//! The formats that single frames are written in.

/// A format that a frame is written in.
#[derive(Debug)]
pub struct Format {
    /// Of files.
    pub extension: &'static str,
    /// What becomes of a frame's BT.709 in limited range before: whoever shows a picture file takes it for BT.601, and a JPEG
    /// for full range.
    pub colour: &'static str,
    /// How it is written; where to comes after.
    pub output: &'static [&'static str],
}

/// For everybody.
pub const JPEG: Format = Format {
    extension: "jpg",
    colour: "scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc,format=yuvj420p",
    output: &["-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe"],
};
/// Smaller.
pub const WEBP: Format = Format {
    extension: "webp",
    colour: "scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=tv,format=yuv420p",
    output: &["-c:v", "libwebp", "-quality", "78", "-f", "image2pipe"],
};
/// For a picture that stands in a page's text.
pub const TINY: Format = Format { output: &["-c:v", "libwebp", "-quality", "40", "-f", "image2pipe"], ..WEBP };
/// One byte a pixel.
pub const GREY: Format = Format { extension: "", colour: "format=gray", output: &["-f", "rawvideo"] };
