namespace VideoGrain.Cli.Capacity;

/// <summary>The queue that can be computed exactly: random arrivals, exponential service times, c equal servers (M/M/c, Erlang's C formula).</summary>
internal sealed class ErlangQueue
{
    private readonly double _load, _serviceSeconds;
    private readonly int _servers;

    /// <summary>A queue in its steady state.</summary>
    /// <param name="arrivalsPerSecond">Arrivals a second, above 0.</param>
    /// <param name="serviceSeconds">Mean service time, above 0.</param>
    /// <param name="servers">Servers, more than <c>arrivalsPerSecond * serviceSeconds</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The servers cannot keep up.</exception>
    public ErlangQueue(double arrivalsPerSecond, double serviceSeconds, int servers)
    {
        (_load, _serviceSeconds, _servers) = (arrivalsPerSecond * serviceSeconds, serviceSeconds, servers);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(servers, _load);

        // Erlang's B formula by its recursion, which neither overflows nor loses digits; C follows from B.
        var blocked = 1.0;
        for (var i = 1; i <= servers; i++)
            blocked = _load * blocked / (i + (_load * blocked));
        WaitProbability = servers * blocked / (servers - (_load * (1 - blocked)));
    }

    /// <summary>Share of arrivals that find every server busy, 0 to 1.</summary>
    public double WaitProbability { get; }

    /// <summary>Mean wait in seconds, arrivals that need not wait included.</summary>
    public double MeanWait => WaitProbability * _serviceSeconds / (_servers - _load);

    /// <summary>The wait in seconds that a share of the arrivals stays below.</summary>
    /// <param name="share">The share, 0 to below 1.</param>
    public double WaitQuantile(double share) =>
        1 - share >= WaitProbability ? 0 : Math.Log(WaitProbability / (1 - share)) * _serviceSeconds / (_servers - _load);
}
