using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Channels;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Balancer;

/// <summary>Looks a host up at the start, at intervals, and, at a bounded rate, when addresses do not answer.</summary>
internal sealed class DnsResolver : Resolver
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(15);

    private readonly string _host;
    private readonly int _port;
    private readonly string _authority;
    private readonly TimeSpan _refreshInterval;
    private readonly Backoff _backoff;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);

    public DnsResolver(ResolverOptions options, TimeSpan refreshInterval)
    {
        _authority = options.Address.AbsolutePath.TrimStart('/');
        if (!Uri.TryCreate($"dns://{_authority}", UriKind.Absolute, out var target) || target.Host.Length == 0)
            throw new ArgumentException($"The address '{options.Address}' names no host; it has to look like dns:///host:port.");
        _host = target.IdnHost;
        _port = target.Port > 0 ? target.Port : options.DefaultPort;
        _refreshInterval = refreshInterval;
        _backoff = new Backoff(options.ChannelOptions);
        _logger = options.LoggerFactory.CreateLogger(typeof(DnsResolver).FullName!);
    }

    public override void Start(Action<ResolverResult> listener) => _ = Task.Run(() => RunAsync(listener, _disposed.Token));

    public override void Refresh()
    {
        // One request is enough, however many calls ask.
        lock (_wanted)
        {
            if (_wanted.CurrentCount == 0)
                _wanted.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _disposed.Cancel();
        base.Dispose(disposing);
    }

    private async Task RunAsync(Action<ResolverResult> listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await ResolveAsync(listener, cancellationToken).ConfigureAwait(false))
                {
                    _backoff.Reset();
                    var atLeast = _refreshInterval != Timeout.InfiniteTimeSpan && _refreshInterval < LeastInterval ? _refreshInterval : LeastInterval;
                    var rest = _refreshInterval == Timeout.InfiniteTimeSpan ? _refreshInterval : _refreshInterval - atLeast;
                    await Task.Delay(atLeast, cancellationToken).ConfigureAwait(false);
                    await _wanted.WaitAsync(rest, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await Task.Delay(_backoff.Next(), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<bool> ResolveAsync(Action<ResolverResult> listener, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(_host, cancellationToken).ConfigureAwait(false);
            if (found.Length == 0)
                throw new SocketException((int)SocketError.HostNotFound);
            ChannelLog.Resolved(_logger, _host, found.Length);
            listener(ResolverResult.ForResult(
                [.. found.Select(address => new BalancerAddress(address.ToString(), _port) { Authority = _authority })]));
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            ChannelLog.NotResolved(_logger, _host, exception);
            listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"DNS look-up of '{_host}' failed: {exception.Message}", exception)));
            return false;
        }
    }
}
