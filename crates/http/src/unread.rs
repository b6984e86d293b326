//! What is left of a request's body when the answer is ready. Many answers need no body: a refused
//! token, an unknown path, an operation that is not offered. But a connection with an unread body
//! can't carry another request, and one that is closed with bytes still coming in loses the answer
//! too. So the envelope lends the body out with [`lend`], and reads the [`Rest`] itself; where
//! that would take too long, the answer says that the connection ends.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use poem::http::HeaderValue;
use poem::http::header::{CONNECTION, EXPECT};
use poem::{Body, Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf, copy, sink};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The most bytes that are read for the sake of the connection. Far more than any body that is taken:
/// whoever sends too much shall learn so, and not only that the connection broke.
const MOST: u64 = 16 * 1024 * 1024;

/// The longest time that is spent on it.
const LONGEST: Duration = Duration::from_secs(5);

type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// A body in the hands of those who handle the request. What they leave unread goes back.
struct Lent {
    unread: Option<Reader>,
    owner: Option<oneshot::Sender<Reader>>,
}

impl AsyncRead for Lent {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(reader) = &mut self.unread else {
            return Poll::Ready(Ok(()));
        };
        let before = buffer.filled().len();
        let read = reader.as_mut().poll_read(context, buffer);
        let over = matches!(read, Poll::Ready(Ok(()))) && buffer.filled().len() == before;
        if over || matches!(read, Poll::Ready(Err(_))) {
            self.unread = None;
        }
        read
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(unread), Some(owner)) = (self.unread.take(), self.owner.take()) {
            let _ = owner.send(unread);
        }
    }
}

/// What comes back of a body.
pub(crate) struct Rest {
    unread: oneshot::Receiver<Reader>,
    /// Whether the client waits for a word before it sends the body.
    waits: bool,
}

/// Takes note of the body of a request that has one.
pub(crate) fn lend(request: &mut Request) -> Option<Rest> {
    let body = request.take_body();
    if body.is_empty() {
        return None;
    }
    let (owner, unread) = oneshot::channel();
    request.set_body(Body::from_async_read(Lent {
        unread: Some(Box::pin(body.into_async_read())),
        owner: Some(owner),
    }));
    Some(Rest {
        unread,
        waits: request.headers().contains_key(EXPECT),
    })
}

impl Rest {
    /// Reads what was left unread in the time that the request has left, or has the connection end
    /// with this answer.
    pub(crate) async fn read(self, left: Duration, answer: Response) -> Response {
        self.read_within(LONGEST.min(left), answer).await
    }

    async fn read_within(mut self, longest: Duration, mut answer: Response) -> Response {
        let Ok(unread) = self.unread.try_recv() else {
            return answer;
        };
        let mut limited = unread.take(MOST + 1);
        let all = async {
            copy(&mut limited, &mut sink())
                .await
                .is_ok_and(|length| length <= MOST)
        };
        if self.waits || timeout(longest, all).await != Ok(true) {
            answer
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    /// The answer to a request whose body is so many chunks of a kibibyte, of which `read` bytes
    /// were wanted.
    async fn answered(chunks: usize, read: u64, expect: bool) -> Response {
        let body = stream::iter((0..chunks).map(|_| Ok::<_, io::Error>(vec![b' '; 1024])));
        let mut request = Request::builder().body(Body::from_bytes_stream(body));
        if expect {
            request
                .headers_mut()
                .insert(EXPECT, HeaderValue::from_static("100-continue"));
        }
        let rest = lend(&mut request).unwrap();
        let mut wanted = request.take_body().into_async_read().take(read);
        let got = copy(&mut wanted, &mut sink()).await.unwrap();
        assert_eq!(
            got,
            read.min(chunks as u64 * 1024),
            "what is lent can be read"
        );
        drop((request, wanted));
        rest.read(LONGEST, Response::default()).await
    }

    fn ends(answer: &Response) -> bool {
        answer.header(CONNECTION) == Some("close")
    }

    #[tokio::test]
    async fn a_body_that_nobody_wanted_is_read_and_the_connection_stays() {
        for read in [0, 1, 1024, 5000, 10 * 1024, u64::MAX] {
            assert!(
                !ends(&answered(10, read, false).await),
                "after {read} bytes"
            );
        }
    }

    #[tokio::test]
    async fn a_connection_ends_rather_than_that_a_large_body_is_read() {
        let chunks = usize::try_from(MOST / 1024).unwrap() + 1;
        assert!(ends(&answered(chunks, 0, false).await));
        assert!(!ends(&answered(chunks - 1, 0, false).await));
        assert!(
            !ends(&answered(chunks, u64::MAX, false).await),
            "somebody wanted it"
        );
    }

    #[tokio::test]
    async fn a_client_that_waits_with_its_body_is_not_told_to_send_it() {
        assert!(ends(&answered(1, 0, true).await));
        assert!(!ends(&answered(1, u64::MAX, true).await), "it was sent");
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let mut request = Request::builder().body(Body::from_bytes_stream(stream::pending::<
            io::Result<Vec<u8>>,
        >()));
        let rest = lend(&mut request).unwrap();
        drop(request);
        let answer = rest
            .read_within(Duration::from_millis(10), Response::default())
            .await;
        assert!(ends(&answer));
    }

    #[test]
    fn a_request_without_a_body_is_left_alone() {
        assert!(lend(&mut Request::default()).is_none());
    }
}
