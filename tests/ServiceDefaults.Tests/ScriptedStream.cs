using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>A request stream that brings some messages and then rests.</summary>
/// <param name="messages">The messages.</param>
/// <param name="onMove">Happens while the next message is waited for.</param>
internal sealed class ScriptedStream<T>(IEnumerable<T> messages, Action? onMove = null) : IAsyncStreamReader<T>
{
    private readonly Queue<T> _messages = new(messages);

    public T Current { get; private set; } = default!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        onMove?.Invoke();
        if (_messages.TryDequeue(out var message))
        {
            Current = message;
            return true;
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        return false;
    }
}
