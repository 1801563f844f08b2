using System.Globalization;
using System.Threading.Channels;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>
/// Carries messages from a stage's computing thread to its response stream. Memory is bounded: results wait for room, progress is
/// dropped when there is none, and only what is left over by then may wait in any number (<see cref="Leave"/>). A reader that takes nothing for too long loses the call, so that it cannot hold the stage.
/// </summary>
/// <typeparam name="T">The call's response message.</typeparam>
/// <param name="stallTimeout">Longest time that one message may wait for the reader; null for no limit.</param>
/// <param name="time">Clock of that limit; null for the system's.</param>
public sealed class StageOutput<T>(TimeSpan? stallTimeout = null, TimeProvider? time = null)
    where T : class
{
    private const int Capacity = 16;

    private readonly Channel<(T Message, bool TookRoom)> _channel = Channel.CreateUnbounded<(T, bool)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _room = new(Capacity);

    /// <summary>Messages that were dropped because the reader is slow.</summary>
    public long Dropped { get; private set; }

    /// <summary>Hands over a result; blocks the computing thread while the reader is behind.</summary>
    /// <exception cref="OperationCanceledException">The call ended meanwhile.</exception>
    public void Send(T message, CancellationToken cancellationToken)
    {
        _room.Wait(cancellationToken);
        Write(message, tookRoom: true);
    }

    /// <summary>Hands over results, each as <see cref="Send(T, CancellationToken)"/>.</summary>
    public void Send(IEnumerable<T> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages) Send(message, cancellationToken);
    }

    /// <summary>Hands over progress unless the reader is behind.</summary>
    public void Offer(T message)
    {
        if (!_room.Wait(0)) Dropped++;
        else if (!_channel.Writer.TryWrite((message, true))) _room.Release();
    }

    /// <summary>
    /// Leaves a result to the reader without waiting for it, so that a slow one does not hold up what comes next. It stays in memory until it is read: only for what a job ends with, whose
    /// size its limits bound.
    /// </summary>
    /// <exception cref="OperationCanceledException">The call ended meanwhile.</exception>
    public void Leave(T message) => Write(message, tookRoom: false);

    /// <summary>
    /// Runs the computation on a thread of its own and writes what it hands over until it ends. When the stream breaks or the call is
    /// cancelled, the computation is cancelled and awaited, so that nothing of it outlives the call.
    /// </summary>
    /// <param name="compute">The computation; its token is cancelled when its result has no reader any more.</param>
    /// <param name="stream">The call's response stream.</param>
    /// <param name="cancellationToken">Ends computation and stream.</param>
    public async Task RunAsync(Action<StageOutput<T>, CancellationToken> compute, IServerStreamWriter<T> stream, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var computing = Task.Factory.StartNew(
            () => Compute(compute, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var (message, tookRoom) in _channel.Reader.ReadAllAsync(CancellationToken.None))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (tookRoom) _room.Release();
                await WriteAsync(stream, message, cancellationToken);
            }
        }
        catch
        {
            await stop.CancelAsync();
            _channel.Writer.TryComplete();
            throw;
        }
        finally
        {
            // The stream's error, if any, is the one to report; the computation's own is reported when there is none.
            await computing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await computing;
    }

    private void Write(T message, bool tookRoom)
    {
        if (!_channel.Writer.TryWrite((message, tookRoom))) throw new OperationCanceledException("the response stream is closed");
    }

    private async Task WriteAsync(IServerStreamWriter<T> stream, T message, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(message, cancellationToken)
                .WaitAsync(stallTimeout ?? Timeout.InfiniteTimeSpan, time ?? TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"the caller took no message for {stallTimeout?.TotalSeconds} s");
            throw new VideoGrainException(StatusCode.DeadlineExceeded, ErrorReasons.StreamIdle, text, exception);
        }
    }

    private void Compute(Action<StageOutput<T>, CancellationToken> compute, CancellationToken cancellationToken)
    {
        try
        {
            compute(this, cancellationToken);
        }
        finally
        {
            _channel.Writer.TryComplete();
        }
    }
}
