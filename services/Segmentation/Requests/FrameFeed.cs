using System.Threading.Channels;
using VideoGrain.Media;

namespace VideoGrain.Segmentation.Requests;

/// <summary>
/// Carries frames from a call's stream to its computing thread. A few at most wait in between: when the computation is behind, the
/// stream is not read on, and the caller's own flow control holds it back.
/// </summary>
/// <param name="time">Measures the waits.</param>
internal sealed class FrameFeed(TimeProvider time)
{
    private const int Capacity = 2;

    private readonly Channel<Frame> _channel = Channel.CreateBounded<Frame>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long the computing thread has waited for the caller in all.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Hands over a frame; waits while the computation is behind.</summary>
    public ValueTask PutAsync(Frame frame, CancellationToken cancellationToken) => _channel.Writer.WriteAsync(frame, cancellationToken);

    /// <summary>Ends the stream.</summary>
    /// <param name="error">What was wrong with it; null when it was complete.</param>
    public void End(Exception? error)
    {
        _channel.Writer.TryComplete(error);
        if (error == null)
        {
            _end.TrySetResult();
        }
        else
        {
            _end.TrySetException(error);

            // A computation that ended for another reason does not look any more.
            _ = _end.Task.Exception;
        }
    }

    /// <summary>The next frame, on the computing thread; blocks until it is there.</summary>
    /// <exception cref="Exception">The stream's error.</exception>
    public Frame Take(CancellationToken cancellationToken)
    {
        try
        {
            return Wait(_channel.Reader.ReadAsync(cancellationToken).AsTask());
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } error)
        {
            throw error;
        }
    }

    /// <summary>Waits until the caller has ended its stream, on the computing thread.</summary>
    /// <exception cref="Exception">The stream's error.</exception>
    public void WaitForEnd(CancellationToken cancellationToken) => Wait(EndAsync(cancellationToken));

    private async Task<bool> EndAsync(CancellationToken cancellationToken)
    {
        await _end.Task.WaitAsync(cancellationToken);
        return true;
    }

    private T Wait<T>(Task<T> task)
    {
        var started = time.GetTimestamp();
        try
        {
            return task.GetAwaiter().GetResult();
        }
        finally
        {
            Waited += time.GetElapsedTime(started);
        }
    }
}
