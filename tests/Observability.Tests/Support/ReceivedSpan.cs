using Google.Protobuf;
using VideoGrain.Observability.Tests.Otlp;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>A span as the collector got it; ids in hexadecimal digits.</summary>
internal sealed record ReceivedSpan(
    string Service, string Name, string TraceId, string Id, string ParentId, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Events)
{
    public static ReceivedSpan Of(string service, Span span) => new(
        service, span.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId),
        span.Attributes.ToDictionary(attribute => attribute.Key, attribute => Text(attribute.Value)), [.. span.Events.Select(e => e.Name)]);

    public string? Attribute(string key) => Attributes.GetValueOrDefault(key);

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    private static string Text(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
