using System.Net;
using System.Net.Sockets;

namespace VideoGrain.Cli.Chaos.Faults;

/// <summary>Stands between the orchestrator and a stage on loopback, and passes bytes on: at once, late, not at all, or no more.</summary>
internal sealed class StreamProxy : IAsyncDisposable
{
    private const int BufferBytes = 1 << 14;
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(40);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly HashSet<ProxiedConnection> _connections = [];
    private readonly Task _accepting;
    private volatile bool _slow;

    /// <summary>Starts to listen.</summary>
    /// <param name="target">The stage's port on loopback; nobody has to listen there yet.</param>
    public StreamProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where the orchestrator finds the stage.</summary>
    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Breaks every connection.</summary>
    public void Cut()
    {
        foreach (ProxiedConnection connection in Connections())
            connection.Dispose();
    }

    /// <summary>Lets nothing through on the connections there are, until the result is disposed; new ones pass.</summary>
    public IDisposable Stall()
    {
        IReadOnlyList<ProxiedConnection> stalled = Connections();
        foreach (ProxiedConnection connection in stalled)
            connection.Hold();
        return new Ending(() =>
        {
            foreach (ProxiedConnection connection in stalled)
                connection.GoOn();
        });
    }

    /// <summary>Lets everything through late, until the result is disposed.</summary>
    public IDisposable Slow()
    {
        _slow = true;
        return new Ending(() => _slow = false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private IReadOnlyList<ProxiedConnection> Connections()
    {
        lock (_gate)
            return [.. _connections];
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            TcpClient caller = await _listener.AcceptTcpClientAsync(_end.Token);
            _ = ServeAsync(caller);
        }
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using TcpClient stage = new();
        using ProxiedConnection connection = new(caller, stage);
        lock (_gate)
            _connections.Add(connection);
        try
        {
            await stage.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            (caller.NoDelay, stage.NoDelay) = (true, true);

            // One direction that ends ends both: a half-open connection is what Stall is for.
            await Task.WhenAny(PumpAsync(caller, stage, connection), PumpAsync(stage, caller, connection));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The stage is away; so is the connection to it.
        }
        finally
        {
            lock (_gate)
                _connections.Remove(connection);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, ProxiedConnection connection)
    {
        byte[] buffer = new byte[BufferBytes];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is > 0 and int read)
            {
                await connection.Passing.WaitAsync(_end.Token);
                if (_slow)
                    await Task.Delay(Slowness, _end.Token);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken, or cut by us.
        }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
