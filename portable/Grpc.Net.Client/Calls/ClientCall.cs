using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Client.Channels;
using Grpc.Net.Compression;
using Grpc.Net.Wire;

namespace Grpc.Net.Client.Calls;

/// <summary>One call: its request, its response, and the one way in which it ends.</summary>
internal sealed class ClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private const int ReadBufferSize = 32 * 1024;

    // How long a failed write waits for the server's answer, which says more than the failure.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly string? _host;
    private readonly MessageWriter _writer;
    private readonly ICompressionProvider? _compression;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TResponse> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MessageReader?> _body = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _userCancellation;
    private ITimer? _deadlineTimer;
    private HttpResponseMessage? _httpResponse;

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        if (options.Deadline is { Kind: not DateTimeKind.Utc } deadline && deadline != DateTime.MaxValue && deadline != DateTime.MinValue)
            throw new InvalidOperationException("The deadline must be in UTC, DateTime.MaxValue or DateTime.MinValue.");
        _channel = channel;
        _method = method;
        _host = host;
        Options = options;
        _writer = new MessageWriter(channel.Options.MaxSendMessageSize);
        if (options.Headers?.GetValue(Metadata.CompressionRequestAlgorithmMetadataKey) is { } encoding and not WireNames.Identity)
        {
            _compression = channel.Compression.Find(encoding)
                ?? throw new InvalidOperationException($"The compression '{encoding}' is not known; known are {channel.Compression.AcceptEncoding}.");
        }

        Cancellation = _cancellation.Token;
        Responses = new ResponseStream<TRequest, TResponse>(this);
    }

    public CallOptions Options { get; }

    public Task<TResponse> Response => _response.Task;

    public Task<Metadata> Headers => _headers.Task;

    public IAsyncStreamReader<TResponse> Responses { get; }

    public Task<CallEnd> Ended => _end.Task;

    public CancellationToken Cancellation { get; }

    private DateTime? Deadline => Options.Deadline is { } deadline && deadline != DateTime.MaxValue ? deadline : null;

    private bool HasOneResponse => _method.Type is MethodType.Unary or MethodType.ClientStreaming;

    /// <summary>Starts a call with one request.</summary>
    public void Start(TRequest request) =>
        Start(() =>
        {
            var frame = Frame(request, Options.WriteOptions);
            return async (stream, cancellationToken) => await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        });

    /// <summary>Starts a call with a stream of requests.</summary>
    public RequestStream<TRequest, TResponse> Start()
    {
        var requests = new RequestStream<TRequest, TResponse>(this);
        Start(() => requests.RunAsync);
        return requests;
    }

    public ReadOnlyMemory<byte> Frame(TRequest message, WriteOptions? options)
    {
        var plain = (options?.Flags & WriteFlags.NoCompress) == WriteFlags.NoCompress;
        return _writer.Write(message, _method.RequestMarshaller.ContextualSerializer, plain ? null : _compression, null);
    }

    public Status GetStatus() => RequireEnd().Status;

    public Metadata GetTrailers() => RequireEnd().Trailers;

    public void Cancel(CancellationToken cancellationToken) =>
        End(new CallEnd(
            new Status(StatusCode.Cancelled, "Call canceled by the client.", new OperationCanceledException(cancellationToken)), [], Local: true));

    public void Dispose() => End(new CallEnd(new Status(StatusCode.Cancelled, "gRPC call disposed."), [], Local: true));

    /// <summary>Reads the next response; null at the end of a call that succeeded.</summary>
    public async Task<TResponse?> ReadNextAsync()
    {
        MessageReader? reader = null;
        try
        {
            reader = await _body.Task.ConfigureAwait(false);
            if (reader is not null && !Ended.IsCompleted)
            {
                var message = await reader.ReadAsync(_method.ResponseMarshaller.ContextualDeserializer, Cancellation).ConfigureAwait(false);
                if (message is not null)
                    return message;
                End(ResponseHead.EndOf(_httpResponse!.TrailingHeaders));
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        reader?.Complete();
        var end = await Ended.ConfigureAwait(false);
        return end.Status.StatusCode == StatusCode.OK ? null : throw Failure(end);
    }

    /// <summary>Gives the exception for a write to a call that has ended.</summary>
    public Exception WriteFailure(CallEnd end) => end.Status.StatusCode == StatusCode.OK
        ? new InvalidOperationException("Can't write the message because the call is complete.")
        : Failure(end);

    /// <summary>Gives the exception for a write that failed: the call's own end where it comes soon, else the failure itself.</summary>
    public async Task<Exception> ExplainWriteAsync(Exception exception)
    {
        await Task.WhenAny(Ended, Task.Delay(AnswerTime)).ConfigureAwait(false);
        return Ended.IsCompleted ? WriteFailure(await Ended.ConfigureAwait(false)) : new RpcException(FailureStatus.Of(exception));
    }

    private void Start(Func<Func<Stream, CancellationToken, Task>> createBody)
    {
        _channel.Add(this);
        _userCancellation = Options.CancellationToken.UnsafeRegister(
            static (state, token) => ((ClientCall<TRequest, TResponse>)state!).Cancel(token), this);
        if (Deadline is not null)
            StartDeadline();
        _ = RunAsync(createBody);

        // Not every caller looks at these tasks; the status tells the same.
        Ignore(_headers.Task);
        Ignore(_response.Task);
        Ignore(_body.Task);

        static void Ignore(Task task) =>
            _ = task.ContinueWith(
                static ended => _ = ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
    }

    private async Task RunAsync(Func<Func<Stream, CancellationToken, Task>> createBody)
    {
        try
        {
            // Nothing below may run in the caller's stead: serializing is its last duty.
            var body = createBody();
            var metadata = await CompleteMetadataAsync().ConfigureAwait(false);
            var response = await _channel.Transport.SendAsync(
                (baseUri, authority) => CreateRequest(new Uri(baseUri, _method.FullName), authority, metadata, body),
                Options.IsWaitForReady,
                Cancellation).ConfigureAwait(false);

            // The exchange is a barrier: either this sees the end of the call, or the end sees the response.
            Interlocked.Exchange(ref _httpResponse, response);
            if (Ended.IsCompleted)
            {
                response.Dispose();
                return;
            }

            await TakeHeadAsync(response).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private HttpRequestMessage CreateRequest(Uri uri, string? authority, Metadata metadata, Func<Stream, CancellationToken, Task> body)
    {
        var request = RequestHead.Create(_channel, uri, _host ?? authority, metadata, Deadline);
        request.Content = new RequestContent(body);
        return request;
    }

    private async Task TakeHeadAsync(HttpResponseMessage response)
    {
        if (ResponseHead.EndIn(response) is { } end)
        {
            if (HasOneResponse && end.Status.StatusCode == StatusCode.OK)
                end = new CallEnd(new Status(StatusCode.Internal, "The call succeeded without a response message."), end.Trailers, Local: false);
            End(end, headers: ResponseHead.Metadata(response.Headers));
            return;
        }

        var stream = await response.Content.ReadAsStreamAsync(Cancellation).ConfigureAwait(false);
        var reader = new MessageReader(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferSize)),
            _channel.Options.MaxReceiveMessageSize,
            ResponseHead.Value(response.Headers, WireNames.Encoding),
            _channel.Compression);
        _headers.TrySetResult(ResponseHead.Metadata(response.Headers));
        if (!HasOneResponse)
        {
            _body.TrySetResult(reader);
            return;
        }

        TResponse? message;
        try
        {
            message = await reader.ReadOnlyAsync(_method.ResponseMarshaller.ContextualDeserializer, Cancellation).ConfigureAwait(false);
        }
        finally
        {
            reader.Complete();
        }

        var ending = ResponseHead.EndOf(response.TrailingHeaders);
        if (ending.Status.StatusCode == StatusCode.OK && message is null)
            ending = new CallEnd(new Status(StatusCode.Internal, "The call succeeded without a response message."), ending.Trailers, Local: false);
        End(ending, message);
    }

    private async Task<Metadata> CompleteMetadataAsync()
    {
        var given = Options.Headers ?? [];
        var credentials = Options.Credentials is null ? _channel.CallCredentials : [.. _channel.CallCredentials, Options.Credentials];
        if (credentials.Count == 0)
            return given;
        if (!_channel.IsSecure && !_channel.Options.UnsafeUseInsecureChannelCallCredentials)
        {
            ChannelLog.CredentialsUnused(_channel.Logger);
            return given;
        }

        var metadata = new Metadata();
        foreach (var entry in given)
            metadata.Add(entry);
        var scheme = _channel.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        var context = new AuthInterceptorContext($"{scheme}://{_channel.Target}/{_method.ServiceName}", _method.Name, Cancellation);
        foreach (var interceptor in CredentialsVisitor.Interceptors(credentials))
            await interceptor(context, metadata).ConfigureAwait(false);
        return metadata;
    }

    private void StartDeadline()
    {
        var remaining = Remaining();
        if (remaining <= TimeSpan.Zero)
        {
            Expire();
            return;
        }

        using (ExecutionContext.SuppressFlow())
            _deadlineTimer = TimeProvider.System.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm(remaining);
    }

    private TimeSpan Remaining() => Deadline!.Value - TimeProvider.System.GetUtcNow().UtcDateTime;

    private void Arm(TimeSpan remaining)
    {
        var stage = remaining < LongestTimer ? remaining : LongestTimer;
        _deadlineTimer?.Change(TimeSpan.FromMilliseconds(Math.Ceiling(stage.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        var remaining = Remaining();
        if (remaining > TimeSpan.Zero)
            Arm(remaining);
        else
            Expire();
    }

    private void Expire() => End(new CallEnd(new Status(StatusCode.DeadlineExceeded, ""), [], Local: true));

    private void Fail(Exception exception)
    {
        // A server that keeps the deadline, too, may reset the stream a moment before this side's timer fires.
        if (exception is not RpcException && Deadline is not null && Remaining() <= TimeSpan.Zero)
            Expire();
        else
            End(new CallEnd(FailureStatus.Of(exception), (exception as RpcException)?.Trailers ?? [], Local: false));
    }

    private void End(CallEnd end, TResponse? message = null, Metadata? headers = null)
    {
        if (!_end.TrySetResult(end))
            return;
        _channel.Remove(this);
        _userCancellation.Unregister();
        _deadlineTimer?.Dispose();
        if (headers is not null)
            _headers.TrySetResult(headers);
        if (end.Status.StatusCode == StatusCode.OK)
        {
            _body.TrySetResult(null);
            if (message is not null)
                _response.TrySetResult(message);
        }
        else
        {
            ChannelLog.CallFailed(_channel.Logger, _method.FullName, end.Status.StatusCode, end.Status.Detail, end.Status.DebugException);
            var failure = Failure(end);
            _headers.TrySetException(failure);
            _response.TrySetException(failure);
            _body.TrySetResult(null);
            _cancellation.Cancel();
        }

        // Where the exchange is not complete, this resets the HTTP/2 stream.
        _httpResponse?.Dispose();
    }

    private Exception Failure(CallEnd end)
    {
        var failure = new RpcException(end.Status, end.Trailers);
        return end.Local && _channel.Options.ThrowOperationCanceledOnCancellation
            ? new OperationCanceledException(failure.Message, failure, Options.CancellationToken)
            : failure;
    }

    private CallEnd RequireEnd() => Ended.IsCompletedSuccessfully
        ? Ended.Result
        : throw new InvalidOperationException("The call is not complete, so it has no status and no trailers yet.");
}
