using OpenTelemetry.Exporter;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>What telemetry is kept and where it goes; configuration section "Telemetry". Metrics can always be scraped at /metrics.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Telemetry";

    private const int MostCallers = 500;

    /// <summary>OTLP collector for traces, metrics and logs, such as "http://collector:4317"; unset for none.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>
    /// How the collector is spoken to: Grpc, or HttpProtobuf, which appends /v1/traces, /v1/metrics and /v1/logs to the endpoint. Default: Grpc.
    /// </summary>
    public OtlpExportProtocol OtlpProtocol { get; set; } = OtlpExportProtocol.Grpc;

    /// <summary>Headers for the collector, "name=value" separated by commas, such as its credentials; empty for none.</summary>
    public string OtlpHeaders { get; set; } = "";

    /// <summary>Whether the collector gets traces. Default: true.</summary>
    public bool ExportTraces { get; set; } = true;

    /// <summary>Whether the collector gets metrics. Default: true.</summary>
    public bool ExportMetrics { get; set; } = true;

    /// <summary>Whether the collector gets logs, besides the console. Default: true.</summary>
    public bool ExportLogs { get; set; } = true;

    /// <summary>Time between two exports of metrics, 1 s or more. Default: 30 s.</summary>
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that finished spans and logs wait for their export, above zero. Default: 5 s.</summary>
    public TimeSpan BatchDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Share of the traces begun here that is recorded, 0 to 1; those that a caller began follow the caller's choice. Default: 1.</summary>
    public double TraceRatio { get; set; } = 1;

    /// <summary>Most callers with series of their own, 1 to 500; all others are counted as "other". Default: 50.</summary>
    public int MaxCallers { get; set; } = 50;

    /// <summary>How long one collection of metrics answers further scrapes, in milliseconds, 0 or more. Default: 300.</summary>
    public int ScrapeCacheMilliseconds { get; set; } = 300;

    internal bool IsValid => TraceRatio is >= 0 and <= 1 && MaxCallers is >= 1 and <= MostCallers && ScrapeCacheMilliseconds >= 0
        && MetricInterval >= TimeSpan.FromSeconds(1) && BatchDelay > TimeSpan.Zero && Enum.IsDefined(OtlpProtocol)
        && OtlpEndpoint is null or { IsAbsoluteUri: true, Scheme: "http" or "https" };
}
