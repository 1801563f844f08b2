using System.Net.Sockets;

namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>A connection through a proxy, which can be held.</summary>
internal sealed class ProxiedConnection(TcpClient caller, TcpClient stage) : IDisposable
{
    private volatile TaskCompletionSource _passing = Open();

    /// <summary>Done while bytes may pass.</summary>
    public Task Passing => _passing.Task;

    /// <summary>From now on nothing passes.</summary>
    public void Hold()
    {
        if (_passing.Task.IsCompleted)
            _passing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets pass what waits, and what follows.</summary>
    public void GoOn() => _passing.TrySetResult();

    /// <summary>Breaks the connection, without a farewell.</summary>
    public void Dispose()
    {
        Break(caller);
        Break(stage);
        GoOn();
    }

    private static TaskCompletionSource Open()
    {
        TaskCompletionSource open = new();
        open.SetResult();
        return open;
    }

    private static void Break(TcpClient client)
    {
        // A reset rather than an end: what a dying machine or a firewall does.
        client.Client?.Close(timeout: 0);
        client.Dispose();
    }
}
