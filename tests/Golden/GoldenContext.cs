[assembly: AssemblyFixture(typeof(VideoGrain.Golden.GoldenContext))]

namespace VideoGrain.Golden;

/// <summary>What all cases of a run share: the report, and models, each loaded once. Prints the report when the run ends.</summary>
public sealed class GoldenContext : IDisposable
{
    public GoldenReport Report { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => Console.WriteLine(Report.Summary());
}
