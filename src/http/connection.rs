//! Connections that can send a stretch of a file by themselves. The framework copies every body into a buffer a connection,
//! and from there into the kernel; a segment that is in memory already need not be touched (sendfile(2)).

use std::cell::RefCell;
use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_rt::net::{ActixStream, Ready};
use rustix::net::SendFlags;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::app::media_files::OpenFile;

/// Bytes that wait in the kernel before a connection counts as full, beside those that are on their way: more are no
/// faster, and leave the processor's caches before they are sent.
const UNSENT_BYTES: u32 = 64 << 10;

/// A stretch of a file.
#[derive(Debug)]
pub struct Stretch {
    /// Open for reading.
    pub file: Arc<OpenFile>,
    /// The first byte.
    pub start: u64,
    /// After the last one.
    pub end: u64,
}

/// Where the body of a response leaves a stretch for its connection to send; empty again once that is done. The two are
/// polled by one task, in turns.
#[derive(Debug, Clone, Default)]
pub struct Handover(Rc<RefCell<Option<Stretch>>>);

impl Handover {
    /// Leaves a stretch. It is sent after all that was written before, and nothing may be written until it is.
    pub fn leave(&self, stretch: Stretch) {
        *self.0.borrow_mut() = Some(stretch);
    }

    /// True when nothing is left to send.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_none()
    }
}

/// A viewer's connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    handover: Handover,
}

impl Connection {
    /// Takes an accepted connection.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?; // without it every response of several pieces waits for a delayed ACK
        SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES)?;
        Ok(Self { stream, handover: Handover::default() })
    }

    /// Where bodies leave what it is to send.
    pub fn handover(&self) -> Handover {
        self.handover.clone()
    }

    /// Calls the kernel once the connection takes bytes.
    fn poll_send(
        &self,
        context: &mut Context<'_>,
        mut send: impl FnMut() -> rustix::io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            match self.stream.try_io(Interest::WRITABLE, || Ok(send()?)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.handover.is_empty() {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        // the head of a response whose body follows: both in one packet
        self.poll_send(context, || rustix::net::send(&self.stream, bytes, SendFlags::MORE | SendFlags::NOSIGNAL))
    }

    /// Called when all was written that there is.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut left = self.handover.0.borrow_mut();
        let Some(Stretch { file, start, end }) = left.as_mut() else { return Poll::Ready(Ok(())) };
        while *start < *end {
            let count = (*end - *start) as usize;
            let send = || rustix::fs::sendfile(self.stream.as_fd(), file.as_fd(), Some(start), count);
            if ready!(self.poll_send(context, send))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
        *left = None;
        context.waker().wake_by_ref(); // the body ends
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl ActixStream for Connection {
    fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_read_ready(&self.stream, context)
    }

    fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_write_ready(&self.stream, context)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// More than the kernel takes at once.
    const LONG: usize = 8 << 20;

    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Connection::new(listener.accept().await.unwrap().0).unwrap(), client)
    }

    fn file() -> (Arc<OpenFile>, Vec<u8>) {
        let bytes: Vec<u8> = (0..LONG).map(|at| (at / 7 % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        (Arc::new(OpenFile::new(file, bytes.len() as u64)), bytes)
    }

    #[tokio::test]
    async fn a_stretch_follows_what_was_written() {
        let (mut connection, mut client) = pair().await;
        let (file, bytes) = file();
        let handover = connection.handover();
        let (start, end) = (1000, LONG as u64 - 1);
        handover.leave(Stretch { file, start, end });
        let read = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await; // until the connection is full
            let mut got = Vec::new();
            client.read_to_end(&mut got).await.unwrap();
            got
        });
        connection.write_all(b"head").await.unwrap();
        assert!(!handover.is_empty(), "the head comes first");
        connection.flush().await.unwrap();
        assert!(handover.is_empty());
        connection.write_all(b"tail").await.unwrap();
        drop(connection);
        let got = read.await.unwrap();
        assert!(got == [b"head", &bytes[start as usize..end as usize], b"tail"].concat());
    }

    #[tokio::test]
    async fn a_file_that_ends_too_soon_is_an_error() {
        let (mut connection, mut client) = pair().await;
        let (file, _) = file();
        connection.handover().leave(Stretch { file, start: LONG as u64 - 10, end: LONG as u64 + 1 });
        let error = connection.flush().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        drop(connection);
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        assert_eq!(got.len(), 10);
    }
}
