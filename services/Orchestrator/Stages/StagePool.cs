using System.Net.Sockets;
using Grpc.Core;
using VideoGrain.Orchestrator.Options;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>
/// The addresses of one stage. An address that failed is left alone by its own circuit breaker, a busy one until the time it asked for; among the rest
/// the least loaded is chosen, by the capacity that each advertises in GetCapabilities and the jobs on it.
/// </summary>
internal sealed partial class StagePool : IDisposable
{
    private const string DnsScheme = "dns";
    private static readonly TimeSpan LeastLookUpInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(2);
    private readonly Func<Uri, string, StageNode> _open;
    private readonly Func<CallInvoker, CallOptions, Task<StageLoad>> _askLoad;
    private readonly IHostLookup _lookup;
    private readonly StageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Uri _address;
    private readonly string _scheme;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _lookUpWanted = new(0, 1);
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private IReadOnlyList<StageNode> _nodes = [];
    private long _picks;

    /// <summary>Begins to look for the addresses.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="address">Its address: http, https, or <c>dns:///host:port</c>.</param>
    /// <param name="secure">Whether addresses behind a name use TLS.</param>
    /// <param name="open">Connects to an address whose certificate must name a host.</param>
    /// <param name="askLoad">Asks an address for its load.</param>
    /// <param name="lookup">Finds addresses of names.</param>
    /// <param name="options">Times.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Told of addresses that come and go.</param>
    public StagePool(
        string stage, Uri address, bool secure, Func<Uri, string, StageNode> open, Func<CallInvoker, CallOptions, Task<StageLoad>> askLoad, IHostLookup lookup,
        StageOptions options, TimeProvider time, ILogger logger)
    {
        Stage = stage;
        (_address, _open, _askLoad, _lookup, _options, _time, _logger) = (address, open, askLoad, lookup, options, time, logger);
        _scheme = secure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        if (address.Scheme == DnsScheme)
        {
            _ = LookUpAsync(_end.Token);
            _ = WatchLoadAsync(_end.Token);
            return;
        }

        _nodes = [open(address, address.Host)];
        _known.SetResult();
    }

    /// <summary>Name of the stage.</summary>
    public string Stage { get; }

    /// <summary>Ends once an address is known.</summary>
    public Task Known => _known.Task;

    /// <summary>The addresses with their state: ready, busy or broken.</summary>
    public IEnumerable<(Uri Address, string State)> States => _nodes.Select(node =>
        (node.Address, node.BrokenFor > TimeSpan.Zero ? "broken" : node.BusyFor > TimeSpan.Zero ? "busy" : "ready"));

    /// <summary>Whether an address is worth a call right now that neither failed nor refused lately.</summary>
    public bool HasReady => _nodes.Any(node => node is { IsAvoided: false } && node.BrokenFor == TimeSpan.Zero && node.BusyFor == TimeSpan.Zero);

    /// <summary>Chooses an address and counts the call on it.</summary>
    /// <param name="takesSlot">Whether the call runs a job: addresses without a free slot are passed over.</param>
    /// <exception cref="VideoGrainException">No address is worth a call; tells when one will be.</exception>
    public StageNode Pick(bool takesSlot)
    {
        lock (_gate)
        {
            var nodes = _nodes;
            var chosen = nodes
                .Where(node => node.BrokenFor == TimeSpan.Zero && (!takesSlot || node.BusyFor == TimeSpan.Zero))
                .OrderBy(node => node.IsAvoided).ThenBy(node => node.Load).ThenBy(node => node.LastPick)
                .FirstOrDefault();
            if (chosen is null)
                throw NoneWorthACall(nodes);

            chosen.LastPick = ++_picks;
            chosen.Begin(takesSlot);
            return chosen;
        }
    }

    /// <summary>An address failed: the name may lead elsewhere by now.</summary>
    public void LookUpSoon()
    {
        lock (_lookUpWanted)
        {
            if (_lookUpWanted.CurrentCount == 0)
                _lookUpWanted.Release();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        foreach (var node in _nodes)
            node.Close();
    }

    private VideoGrainException NoneWorthACall(IReadOnlyList<StageNode> nodes)
    {
        if (nodes.Count == 0)
        {
            LookUpSoon();
            return new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, $"no address of the {Stage} stage is known") { RetryAfter = LeastLookUpInterval };
        }

        var busy = nodes.Where(node => node.BrokenFor == TimeSpan.Zero).ToList();
        return busy.Count > 0
            ? VideoGrainException.Busy($"every address of the {Stage} stage is busy", busy.Min(node => node.BusyFor))
            : new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageUnavailable, $"the {Stage} stage cannot be reached and is left alone for a while")
            {
                RetryAfter = nodes.Min(node => node.BrokenFor),
            };
    }

    private async Task LookUpAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                var rest = await TryUpdateAsync(end) ? _options.ResolveInterval : LeastLookUpInterval;
                await Task.Delay(LeastLookUpInterval, _time, end);
                await WaitForWishAsync(rest - LeastLookUpInterval, end);
            }
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private async Task WaitForWishAsync(TimeSpan atMost, CancellationToken end)
    {
        if (atMost <= TimeSpan.Zero)
            return;

        using var limit = new CancellationTokenSource(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        try
        {
            await _lookUpWanted.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            // Time for the next look-up anyway.
        }
    }

    private async Task<bool> TryUpdateAsync(CancellationToken end)
    {
        var (host, port) = Target();
        try
        {
            var found = await _lookup.FindAsync(host, end);
            Update([.. found.Select(address => new UriBuilder(_scheme, address.ToString(), port).Uri).Distinct()], host);
            return found.Length > 0;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // Addresses that are known keep serving while the name cannot be looked up.
            LookUpFailed(_logger, exception, host);
            return false;
        }
    }

    private void Update(IReadOnlyList<Uri> addresses, string host)
    {
        // An empty answer is more often a hiccup than the end of a stage.
        if (addresses.Count == 0)
            return;

        List<StageNode> gone;
        lock (_gate)
        {
            var known = _nodes.ToDictionary(node => node.Address);
            _nodes = [.. addresses.Select(address => known.GetValueOrDefault(address) ?? Opened(address))];
            gone = [.. known.Values.Except(_nodes)];
        }

        foreach (var node in gone)
        {
            AddressGone(_logger, Stage, node.Address);
            node.Retire();
        }

        _known.TrySetResult();

        StageNode Opened(Uri address)
        {
            AddressFound(_logger, Stage, address);
            return _open(address, host);
        }
    }

    // dns:///host:port, as in gRPC's naming.
    private (string Host, int Port) Target()
    {
        var authority = _address.AbsolutePath.TrimStart('/');
        return Uri.TryCreate($"{_scheme}://{authority}", UriKind.Absolute, out var target)
            ? (target.IdnHost, target.Port)
            : throw new ArgumentException($"'{_address}' names no host; it has to look like dns:///host:port");
    }

    private async Task WatchLoadAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(_options.LoadInterval, _time);
        try
        {
            await _known.Task.WaitAsync(end);
            do
            {
                // A stage with one address leaves no choice.
                if (_nodes is { Count: > 1 } nodes)
                    await Task.WhenAll(nodes.Select(node => AskAsync(node, end)));
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private async Task AskAsync(StageNode node, CancellationToken end)
    {
        try
        {
            node.Advertised(await _askLoad(node.Invoker, new CallOptions(deadline: DateTime.UtcNow + LoadTimeout, cancellationToken: end)));
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException or InvalidOperationException)
        {
            // What it said before stays; calls tell whether it can be reached.
        }
    }

    [LoggerMessage(LogLevel.Information, "{Stage}: address {Address} found")]
    private static partial void AddressFound(ILogger logger, string stage, Uri address);

    [LoggerMessage(LogLevel.Information, "{Stage}: address {Address} is gone")]
    private static partial void AddressGone(ILogger logger, string stage, Uri address);

    [LoggerMessage(LogLevel.Warning, "the name {Host} cannot be looked up")]
    private static partial void LookUpFailed(ILogger logger, Exception exception, string host);
}
