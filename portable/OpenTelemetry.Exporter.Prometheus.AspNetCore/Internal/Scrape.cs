namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>One rendered collection.</summary>
/// <param name="Body">The exposition, UTF-8.</param>
/// <param name="CollectedAt">When the values were taken.</param>
internal sealed record Scrape(byte[] Body, DateTimeOffset CollectedAt);
