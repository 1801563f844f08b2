using VideoGrain.Bench.Cases;

namespace VideoGrain.Bench.Peers;

/// <summary>A line that a worker reads.</summary>
internal sealed record WorkRequest
{
    /// <summary>hello, prepare, time, output, memory, reset-memory, peak, profile or edit.</summary>
    public required string Command { get; init; }

    /// <summary>What to prepare.</summary>
    public WorkCase? Case { get; init; }

    /// <summary>How long to go on timing.</summary>
    public double Seconds { get; init; }

    /// <summary>How many slices to time at least, however long they take.</summary>
    public int Slices { get; init; }

    /// <summary>Where to put the result as fp32.</summary>
    public string? Path { get; init; }
}
