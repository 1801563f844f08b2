using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Net.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>A call on its HTTP request.</summary>
internal sealed class ServerCall : ServerCallContext, IAsyncDisposable
{
    private const int Http2Cancel = 0x8;
    private static readonly TimeSpan DeadlineFlushTime = TimeSpan.FromSeconds(1);

    private readonly MethodSettings _settings;
    private readonly ILogger _logger;
    private readonly MessageReader _requests;
    private readonly MessageWriter _writer;
    private readonly Lazy<Metadata> _requestHeaders;
    private readonly Lazy<AuthContext> _authContext;
    private CancellationTokenSource? _cancellation;
    private CallDeadline? _deadline;
    private ICompressionProvider? _compression;
    private Metadata? _trailers;
    private volatile bool _expired;
    private volatile bool _clientGone;

    public ServerCall(HttpContext httpContext, string method, MethodSettings settings, ILogger logger)
    {
        HttpContext = httpContext;
        MethodCore = method;
        _settings = settings;
        _logger = logger;
        _writer = new MessageWriter(settings.MaxSendMessageSize);
        _requestHeaders = new Lazy<Metadata>(ReadHeaders, LazyThreadSafetyMode.None);
        _authContext = new Lazy<AuthContext>(() => ClientIdentity.Of(httpContext.Connection.ClientCertificate), LazyThreadSafetyMode.None);
        _requests = new MessageReader(
            httpContext.Request.BodyReader, settings.MaxReceiveMessageSize, RequestHeader(WireNames.Encoding), settings.Compression);
    }

    public HttpContext HttpContext { get; }

    protected override string MethodCore { get; }

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore
    {
        get
        {
            var (address, port) = (HttpContext.Connection.RemoteIpAddress, HttpContext.Connection.RemotePort);
            return address?.AddressFamily switch
            {
                AddressFamily.InterNetwork => $"ipv4:{address}:{port}",
                AddressFamily.InterNetworkV6 => $"ipv6:[{address}]:{port}",
                _ => "unknown",
            };
        }
    }

    protected override DateTime DeadlineCore => _deadline?.Deadline ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => _requestHeaders.Value;

    protected override CancellationToken CancellationTokenCore => _cancellation?.Token ?? HttpContext.RequestAborted;

    protected override Metadata ResponseTrailersCore => _trailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _authContext.Value;

    protected override IDictionary<object, object> UserStateCore => HttpContext.Items!;

    public void Start()
    {
        if (RequestHeader(WireNames.Timeout) is { } timeout)
            StartDeadline(timeout);
        if (RequestHeader(WireNames.Encoding) is { } encoding && encoding != WireNames.Identity && _settings.Compression.Find(encoding) is null)
            HttpContext.Response.Headers[WireNames.AcceptEncoding] = _settings.Compression.AcceptEncoding;
        if (_settings.ResponseCompression is { } compression && ClientAccepts(compression.EncodingName))
            UseCompression(compression.EncodingName);
    }

    /// <summary>Reads the next request; null at the end of the stream.</summary>
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserializer, bool only, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return only
                ? await _requests.ReadOnlyAsync(deserializer, cancellationToken).ConfigureAwait(false)
                : await _requests.ReadAsync(deserializer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // The body may break a moment before the request's cancellation is told.
            _clientGone = true;
            throw;
        }
    }

    public async Task WriteAsync<T>(T message, Action<T, SerializationContext> serializer, CancellationToken cancellationToken)
    {
        var frame = Frame(message, serializer);
        await HttpContext.Response.BodyWriter.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the only response; it goes out together with the trailers.</summary>
    public async Task WriteOnlyAsync<T>(T message, Action<T, SerializationContext> serializer)
    {
        if (_expired)
            return;
        var frame = Frame(message, serializer);
        var response = HttpContext.Response;
        if (!response.HasStarted)
            await response.StartAsync(CancellationToken.None).ConfigureAwait(false);
        frame.Span.CopyTo(response.BodyWriter.GetSpan(frame.Length));
        response.BodyWriter.Advance(frame.Length);
    }

    /// <summary>Ends the call with the status that the handler set, threw or caused.</summary>
    public async Task EndAsync(Exception? exception)
    {
        if (exception is not null)
            TakeStatus(exception);
        if (_deadline is not null && await _deadline.StopAsync().ConfigureAwait(false))
            return;
        var trailers = _trailers;

        // Trailers that cannot be sent fail the call once; the second try goes without them.
        _trailers = null;
        ResponseStatus.Write(HttpContext.Response, StatusCore, trailers);
    }

    /// <summary>Ends the stream without a status; the client sees it as cancelled.</summary>
    public void Reset()
    {
        if (HttpContext.Features.Get<IHttpResetFeature>() is { } feature)
            feature.Reset(Http2Cancel);
        else
            HttpContext.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        if (_deadline is not null)
            await _deadline.DisposeAsync().ConfigureAwait(false);
        _cancellation?.Dispose();
        _writer.Dispose();
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (HttpContext.Response.HasStarted)
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        var plain = new Metadata();
        foreach (var entry in responseHeaders)
        {
            if (entry.Key == Metadata.CompressionRequestAlgorithmMetadataKey)
                UseCompression(entry.Value);
            else
                plain.Add(entry);
        }

        ResponseStatus.Append(HttpContext.Response.Headers, plain);
        await HttpContext.Response.BodyWriter.FlushAsync(CancellationToken).ConfigureAwait(false);
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("This server makes no propagation tokens; hand on deadline and cancellation token instead.");

    private string? RequestHeader(string name) =>
        HttpContext.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    private void StartDeadline(string timeout)
    {
        if (!TimeoutHeader.TryParse(timeout, out var span) || span <= TimeSpan.Zero)
        {
            ServerLog.InvalidTimeout(_logger, timeout);
            return;
        }

        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(HttpContext.RequestAborted);
        _deadline = new CallDeadline(span, ExpireAsync);
    }

    // The client gets its status now, whether or not the handler heeds the cancellation that follows.
    private async Task ExpireAsync()
    {
        _expired = true;
        ServerLog.DeadlineExceeded(_logger, MethodCore);
        try
        {
            StatusCore = new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
            ResponseStatus.Write(HttpContext.Response, StatusCore, null);

            // A client that does not read must not keep the call alive past its deadline.
            await HttpContext.Response.CompleteAsync().WaitAsync(DeadlineFlushTime).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is not TimeoutException && !HttpContext.RequestAborted.IsCancellationRequested)
                ServerLog.DeadlineFailed(_logger, MethodCore, exception);
        }
        finally
        {
            Reset();
            await _cancellation!.CancelAsync().ConfigureAwait(false);
        }
    }

    private bool ClientAccepts(string encoding) =>
        RequestHeader(WireNames.AcceptEncoding)?.Split(',', StringSplitOptions.TrimEntries).Contains(encoding) ?? false;

    private void UseCompression(string encoding)
    {
        _compression = encoding == WireNames.Identity
            ? null
            : _settings.Compression.Find(encoding) ?? throw new InvalidOperationException(
                $"The response compression '{encoding}' is not known; known are {_settings.Compression.AcceptEncoding}.");
        HttpContext.Response.Headers[WireNames.Encoding] = encoding;
    }

    private ReadOnlyMemory<byte> Frame<T>(T message, Action<T, SerializationContext> serializer)
    {
        var plain = (WriteOptionsCore?.Flags & WriteFlags.NoCompress) == WriteFlags.NoCompress;
        return _writer.Write(message, serializer, plain ? null : _compression, _settings.CompressionLevel);
    }

    private void TakeStatus(Exception exception)
    {
        if (exception is RpcException rpc)
        {
            ServerLog.StatusRaised(_logger, MethodCore, rpc.StatusCode, rpc.Status.Detail, rpc.Status.DebugException);
            foreach (var entry in rpc.Trailers)
                ResponseTrailersCore.Add(entry);
            StatusCore = rpc.Status;
            return;
        }

        var cancelled = _clientGone || _expired || CancellationTokenCore.IsCancellationRequested;
        if (cancelled && exception is OperationCanceledException or IOException or InvalidOperationException)
            ServerLog.HandlerCancelled(_logger, MethodCore, exception);
        else
            ServerLog.HandlerFailed(_logger, MethodCore, exception);
        var detail = _settings.EnableDetailedErrors ? $" {exception.GetType().Name}: {exception.Message}" : "";
        StatusCore = new Status(StatusCode.Unknown, $"Exception was thrown by handler.{detail}", exception);
    }

    private Metadata ReadHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in HttpContext.Request.Headers)
        {
            if (WireNames.IsTransportHeader(name))
                continue;
            foreach (var value in values)
                MetadataHeaders.Add(metadata, name, value ?? "");
        }

        return metadata;
    }
}
