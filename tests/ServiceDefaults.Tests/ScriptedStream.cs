using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>A request stream that brings some messages and then rests.</summary>
internal sealed class ScriptedStream<T>(IEnumerable<T> messages) : IAsyncStreamReader<T>
{
    private readonly Queue<T> _messages = new(messages);

    public T Current { get; private set; } = default!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_messages.TryDequeue(out var message))
        {
            Current = message;
            return true;
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        return false;
    }
}
