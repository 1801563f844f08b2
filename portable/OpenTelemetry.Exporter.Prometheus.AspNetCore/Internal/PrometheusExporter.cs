using System.Runtime.CompilerServices;
using System.Text;
using OpenTelemetry.Metrics;

namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>
/// Collects on demand. Scrapes within the cache duration share one collection, and collections never overlap, so that
/// many scrapers cost no more than one.
/// </summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    // The SDK keeps its way from a provider to its exporters to itself; each exporter knows its provider, though.
    private static readonly ConditionalWeakTable<PrometheusExporter, object?> Live = [];
    private static readonly ExpositionFormat[] Formats = Enum.GetValues<ExpositionFormat>();

    private readonly SemaphoreSlim _collecting = new(1, 1);
    private readonly Scrape?[] _cache = new Scrape?[Formats.Length];
    private readonly TimeSpan _cacheDuration;
    private readonly TimeProvider _clock;
    private ExpositionFormat _format;
    private string _rendered = "";

    /// <summary>Creates an exporter whose collections answer scrapes for a while.</summary>
    public PrometheusExporter(TimeSpan cacheDuration, TimeProvider clock)
    {
        _cacheDuration = cacheDuration;
        _clock = clock;
        Live.Add(this, null);
    }

    /// <summary>Set by the reader that owns this exporter; calls back into <see cref="Export"/>.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Returns the exporter of a provider, or null when it has none.</summary>
    public static PrometheusExporter? Of(MeterProvider provider)
        => Live.Select(entry => entry.Key).FirstOrDefault(exporter => ReferenceEquals(exporter.ParentProvider, provider));

    /// <summary>Returns a collection not older than the cache duration.</summary>
    /// <exception cref="InvalidOperationException">The provider could not be collected.</exception>
    public async Task<Scrape> ScrapeAsync(ExpositionFormat format, CancellationToken cancellationToken)
    {
        await _collecting.WaitAsync(cancellationToken);
        try
        {
            var now = _clock.GetUtcNow();
            var cached = _cache[(int)format];
            if (cached != null && now - cached.CollectedAt < _cacheDuration)
                return cached;

            _format = format;
            _rendered = "";
            if (Collect is not { } collect || !collect(Timeout.Infinite))
                throw new InvalidOperationException("The metrics could not be collected.");
            return _cache[(int)format] = new Scrape(Encoding.UTF8.GetBytes(_rendered), now);
        }
        finally
        {
            _collecting.Release();
        }
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var exposition = new Exposition(_format);
        if (_format == ExpositionFormat.OpenMetrics)
            exposition.WriteTarget(ParentProvider.GetResource());
        exposition.WriteMetrics(batch);
        _rendered = exposition.Finish();
        return ExportResult.Success;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Live.Remove(this);
            _collecting.Dispose();
        }

        base.Dispose(disposing);
    }
}
