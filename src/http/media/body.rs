//! Bodies of media responses that are not in memory as a whole: read with one piece ahead, or left to the connection.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::app::media_files::{OpenFile, read_at};
use crate::http::connection::{Handover, Stretch};

/// Bytes handed over at once. actix copies them into the connection's write buffer, which grows as large and is written
/// with one system call: a segment of usual size takes one, and a connection that waits holds no more than this.
const SLICE_BYTES: usize = 256 << 10;
/// Bytes read from a file at once: each read is a trip to another thread.
const READ_BYTES: u64 = 512 << 10;

fn slice(bytes: &mut Bytes) -> Bytes {
    bytes.split_to(SLICE_BYTES.min(bytes.len()))
}

/// A stretch of a file; the next piece is read while one is sent.
pub struct FileBody {
    file: Arc<OpenFile>,
    /// Read, but not handed over.
    ready: Bytes,
    position: u64,
    end: u64,
    length: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl FileBody {
    /// Bytes `start..end` of the file. `head` is what was read from `start` on already.
    pub fn new(file: Arc<OpenFile>, head: Bytes, start: u64, end: u64) -> Self {
        let position = start + head.len() as u64;
        Self { file, ready: head, position, end, length: end - start, reading: None }
    }

    fn read_ahead(&mut self) {
        if self.reading.is_some() || self.position >= self.end {
            return;
        }
        let length = (self.end - self.position).min(READ_BYTES) as usize;
        let (file, position) = (self.file.clone(), self.position);
        self.position += length as u64;
        self.reading = Some(tokio::task::spawn_blocking(move || read_at(&file, position, length)));
    }
}

impl MessageBody for FileBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.read_ahead();
        if self.ready.is_empty() {
            let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
            let Poll::Ready(read) = Pin::new(reading).poll(context) else { return Poll::Pending };
            self.reading = None;
            self.ready = match read {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(error)) => return Poll::Ready(Some(Err(error))),
                Err(error) => return Poll::Ready(Some(Err(io::Error::other(error)))),
            };
            self.read_ahead();
        }
        Poll::Ready(Some(Ok(slice(&mut self.ready))))
    }
}

/// A stretch of a file that the connection sends by itself. Its length is for a header to say.
pub struct Handed {
    stretch: Option<Stretch>,
    handover: Handover,
}

impl Handed {
    /// Leaves the stretch to the connection once it is the response's turn.
    pub fn new(stretch: Stretch, handover: Handover) -> Self {
        Self { stretch: Some(stretch), handover }
    }
}

impl MessageBody for Handed {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        if let Some(stretch) = self.stretch.take() {
            self.handover.leave(stretch);
        }
        if self.handover.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    }
}
