//! What traces and metrics are sent to: it speaks OTLP over gRPC and over HTTP, as a collector of
//! OpenTelemetry does, and keeps what it was sent.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use poem::endpoint::make;
use poem::listener::TcpAcceptor;
use poem::{Endpoint, Request, Response, Route, post};
use prost::Message;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How long something may take to arrive.
const LIMIT: Duration = Duration::from_secs(30);

/// A span that was received.
#[derive(Debug, Clone)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// Its trace, in hexadecimal.
    pub trace: String,
    /// Itself, in hexadecimal.
    pub id: String,
    /// Its parent, in hexadecimal; empty: it has none.
    pub parent: String,
    /// `1` internal, `2` server, `3` client.
    pub kind: i32,
    /// Its attributes, as text.
    pub attributes: Vec<(String, String)>,
    /// The attributes of whoever sent it, as text.
    pub resource: Vec<(String, String)>,
}

impl Span {
    /// An attribute of it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
struct Received {
    spans: Vec<Span>,
    /// All that came with them, too.
    raw: String,
    metrics: Vec<String>,
}

/// The collector. It ends when it is dropped.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Receiver(Arc<Mutex<Received>>);

impl Collector {
    /// One that speaks gRPC.
    pub async fn grpc() -> Self {
        let received = Arc::<Mutex<Received>>::default();
        let receiver = Receiver(received.clone());
        let routes = tonic::service::Routes::new(TraceServiceServer::new(receiver.clone()))
            .add_service(MetricsServiceServer::new(receiver));
        let listener = listener().await;
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let incoming = tonic::transport::server::TcpIncoming::from(listener);
            let server = tonic::transport::Server::builder().add_routes(routes);
            server.serve_with_incoming(incoming).await.unwrap();
        });
        Self {
            address,
            received,
            task,
        }
    }

    /// One that speaks HTTP.
    pub async fn http() -> Self {
        let received = Arc::<Mutex<Received>>::default();
        let routes = Route::new()
            .at(
                "/v1/traces",
                post(decoded(&received, Received::take_traces)),
            )
            .at(
                "/v1/metrics",
                post(decoded(&received, Received::take_metrics)),
            );
        let listener = listener().await;
        let address = listener.local_addr().unwrap();
        let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
        let task = tokio::spawn(async move {
            poem::Server::new_with_acceptor(acceptor)
                .run(routes)
                .await
                .unwrap();
        });
        Self {
            address,
            received,
            task,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans that were received so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.received.lock().unwrap().spans.clone()
    }

    /// All that was received with spans so far: their events, links and states too.
    #[must_use]
    pub fn raw(&self) -> String {
        self.received.lock().unwrap().raw.clone()
    }

    /// The names of the metrics that were received so far.
    #[must_use]
    pub fn metrics(&self) -> Vec<String> {
        self.received.lock().unwrap().metrics.clone()
    }

    /// Waits for a span.
    ///
    /// # Panics
    /// When it doesn't come.
    pub async fn span(&self, what: &str, is: impl Fn(&Span) -> bool) -> Span {
        let begun = Instant::now();
        loop {
            if let Some(span) = self.spans().into_iter().find(&is) {
                return span;
            }
            let names: Vec<_> = self.spans().into_iter().map(|span| span.name).collect();
            assert!(begun.elapsed() < LIMIT, "no span {what} among {names:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for a metric of that name.
    ///
    /// # Panics
    /// When it doesn't come.
    pub async fn metric(&self, name: &str) {
        let begun = Instant::now();
        while !self
            .received
            .lock()
            .unwrap()
            .metrics
            .iter()
            .any(|known| known == name)
        {
            assert!(begun.elapsed() < LIMIT, "no metric {name}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

fn decoded<M: Message + Default + 'static>(
    received: &Arc<Mutex<Received>>,
    take: fn(&mut Received, M),
) -> impl Endpoint<Output = Response> + 'static {
    let received = received.clone();
    make(move |mut request: Request| {
        let received = received.clone();
        async move {
            let body = request.take_body().into_bytes().await?;
            take(&mut received.lock().unwrap(), M::decode(body).unwrap());
            let answer = Response::builder().content_type("application/x-protobuf");
            Ok::<_, poem::Error>(answer.finish())
        }
    })
}

impl Received {
    fn take_traces(&mut self, sent: ExportTraceServiceRequest) {
        self.raw.push_str(&format!("{sent:?}"));
        for resource in sent.resource_spans {
            let of = resource.resource.map(|resource| texts(resource.attributes));
            let of = of.unwrap_or_default();
            let spans = resource
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans);
            self.spans.extend(spans.map(|span| Span {
                name: span.name,
                trace: hexadecimal(&span.trace_id),
                id: hexadecimal(&span.span_id),
                parent: hexadecimal(&span.parent_span_id),
                kind: span.kind,
                attributes: texts(span.attributes),
                resource: of.clone(),
            }));
        }
    }

    fn take_metrics(&mut self, sent: ExportMetricsServiceRequest) {
        let scopes = sent
            .resource_metrics
            .into_iter()
            .flat_map(|resource| resource.scope_metrics);
        let metrics = scopes.flat_map(|scope| scope.metrics);
        self.metrics.extend(metrics.map(|metric| metric.name));
    }
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        self.0.lock().unwrap().take_traces(request.into_inner());
        Ok(tonic::Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Receiver {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, tonic::Status> {
        self.0.lock().unwrap().take_metrics(request.into_inner());
        Ok(tonic::Response::new(Default::default()))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: Vec<KeyValue>) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(flag) => flag.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes
        .into_iter()
        .filter_map(|pair| Some((pair.key, text(pair.value?.value?))))
        .collect()
}
