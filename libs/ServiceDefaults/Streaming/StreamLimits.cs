namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>What one inbound stream may bring; gRPC itself sets no bound on a stream's length.</summary>
public sealed record StreamLimits
{
    /// <summary>Most bytes of all messages, 1 or more. Default: 1 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Most messages, 1 or more. Default: 65536.</summary>
    public long MaxMessages { get; init; } = 1 << 16;

    /// <summary>Longest pause between two messages, above zero. Default: 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the messages of the whole inbound stream together, above zero; time in which nobody reads does not count. Default: 15 min.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
