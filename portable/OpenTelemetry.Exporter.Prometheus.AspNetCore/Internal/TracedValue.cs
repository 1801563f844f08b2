namespace OpenTelemetry.Exporter.Prometheus;

/// <summary>One measurement and the span that it was made in.</summary>
/// <param name="Value">What was measured.</param>
/// <param name="At">When.</param>
/// <param name="TraceId">Trace, 32 hex digits.</param>
/// <param name="SpanId">Span, 16 hex digits.</param>
internal sealed record TracedValue(double Value, DateTimeOffset At, string TraceId, string SpanId);
