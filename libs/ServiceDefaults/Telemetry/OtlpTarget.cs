using OpenTelemetry.Exporter;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>Where one kind of telemetry is sent.</summary>
internal sealed class OtlpTarget
{
    private readonly TelemetryOptions _options;
    private readonly string _path;

    private OtlpTarget(TelemetryOptions options, string path) => (_options, _path) = (options, path);

    public static OtlpTarget Traces(TelemetryOptions options) => new(options, "v1/traces");

    public static OtlpTarget Metrics(TelemetryOptions options) => new(options, "v1/metrics");

    public static OtlpTarget Logs(TelemetryOptions options) => new(options, "v1/logs");

    /// <summary>Points an exporter here.</summary>
    public void Apply(OtlpExporterOptions exporter)
    {
        exporter.Protocol = _options.OtlpProtocol;
        exporter.Headers = _options.OtlpHeaders.Length > 0 ? _options.OtlpHeaders : null;

        // Over gRPC the method says what is sent. Over HTTP it is the path, which the exporter appends only to endpoints that it chose itself.
        exporter.Endpoint = _options.OtlpProtocol == OtlpExportProtocol.Grpc
            ? _options.OtlpEndpoint!
            : new Uri(_options.OtlpEndpoint!.AbsoluteUri.TrimEnd('/') + "/" + _path);
    }
}
