using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using VideoGrain.Observability.Tests.Otlp;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>A collector on loopback: takes traces, metrics and logs over gRPC and over HTTP, and keeps them.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const string GrpcPrefix = "/opentelemetry.proto.collector.";
    private const int FrameHeader = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<(string Service, string Metric), bool> _metrics = new();
    private readonly ConcurrentQueue<(string Service, LogRecord Record)> _logs = new();
    private readonly ConcurrentDictionary<string, string> _credentials = new(StringComparer.Ordinal);

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Grpc => new(_app.Urls.First());

    public Uri Http => new(_app.Urls.Last());

    /// <summary>Spans so far. Two services of a kind in one process hear each other's, and both send them.</summary>
    public IEnumerable<ReceivedSpan> Spans => _spans.DistinctBy(span => span.Id);

    public IReadOnlyCollection<(string Service, LogRecord Record)> Logs => _logs;

    /// <summary>Paths that were posted to, with the credentials that came along.</summary>
    public IReadOnlyDictionary<string, string> Credentials => _credentials;

    public bool HasMetric(string service, string name) => _metrics.ContainsKey((service, name));

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Run(receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _credentials[path] = context.Request.Headers.Authorization.ToString();
        await using var content = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using var body = new MemoryStream();
        await content.CopyToAsync(body, context.RequestAborted);
        var message = body.ToArray();
        if (path.StartsWith(GrpcPrefix, StringComparison.Ordinal))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1));
            Keep(path, message.AsSpan(FrameHeader, length));
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(new byte[FrameHeader], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
            return;
        }

        Keep(path, message);
        context.Response.ContentType = "application/x-protobuf";
    }

    private void Keep(string path, ReadOnlySpan<byte> message)
    {
        if (path.Contains("trace", StringComparison.Ordinal))
        {
            foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(message).ResourceSpans)
            {
                foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans)) _spans.Enqueue(ReceivedSpan.Of(Service(resource.Resource), span));
            }
        }
        else if (path.Contains("metrics", StringComparison.Ordinal))
        {
            foreach (var resource in ExportMetricsServiceRequest.Parser.ParseFrom(message).ResourceMetrics)
            {
                foreach (var metric in resource.ScopeMetrics.SelectMany(scope => scope.Metrics)) _metrics[(Service(resource.Resource), metric.Name)] = true;
            }
        }
        else
        {
            foreach (var resource in ExportLogsServiceRequest.Parser.ParseFrom(message).ResourceLogs)
            {
                foreach (var record in resource.ScopeLogs.SelectMany(scope => scope.LogRecords)) _logs.Enqueue((Service(resource.Resource), record));
            }
        }
    }

    private static string Service(Resource resource) => resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;
}
