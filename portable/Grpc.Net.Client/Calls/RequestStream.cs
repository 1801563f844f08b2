using Grpc.Core;

namespace Grpc.Net.Client.Calls;

/// <summary>The requests of a streaming call. A write ends when HTTP/2 flow control let it through.</summary>
internal sealed class RequestStream<TRequest, TResponse>(ClientCall<TRequest, TResponse> call) : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writing;

    public WriteOptions? WriteOptions { get; set; } = call.Options.WriteOptions;

    /// <summary>Lends the request body to the writes until the stream is complete.</summary>
    public async Task RunAsync(Stream body, CancellationToken cancellationToken)
    {
        // Sends the headers now: the server may answer before the first message.
        await body.FlushAsync(cancellationToken).ConfigureAwait(false);
        _stream.TrySetResult(body);
        await _complete.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_complete.Task.IsCompleted)
            throw new InvalidOperationException("Can't write the message because the client stream writer is complete.");
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            // A write that is cut short leaves half a message behind, so its cancellation has to end the call.
            using var registration = cancellationToken.UnsafeRegister(state => ((ClientCall<TRequest, TResponse>)state!).Cancel(cancellationToken), call);
            var ended = call.Ended;
            if (await Task.WhenAny(_stream.Task, ended).ConfigureAwait(false) == ended)
                throw call.WriteFailure(ended.Result);
            var frame = call.Frame(message, WriteOptions);
            var body = await _stream.Task.ConfigureAwait(false);
            await body.WriteAsync(frame, call.Cancellation).ConfigureAwait(false);
            await body.FlushAsync(call.Cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or HttpRequestException)
        {
            throw await call.ExplainWriteAsync(exception).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) == 1)
            throw new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress.");
        _complete.TrySetResult();
        return Task.CompletedTask;
    }
}
