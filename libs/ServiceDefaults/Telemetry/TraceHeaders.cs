using System.Diagnostics;
using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>The W3C trace context in a call's headers.</summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    // The W3C recommendation asks for 512 characters to be passed on; more is dropped.
    private const int MaxStateLength = 512;

    /// <summary>The caller's span; none when there is no header or it is not valid.</summary>
    public static ActivityContext Read(Metadata headers)
    {
        string? parent = null, state = null;
        foreach (var entry in headers)
        {
            if (entry.IsBinary) continue;
            if (entry.Key == TraceParent) parent = entry.Value;
            if (entry.Key == TraceState && entry.Value.Length <= MaxStateLength) state = entry.Value;
        }

        return Parse(parent, state);
    }

    /// <summary>A span from its written form; none when that is not valid.</summary>
    public static ActivityContext Parse(string? parent, string? state = null) =>
        ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : default;

    /// <summary>Headers with a span as the caller's, in place of any other.</summary>
    public static Metadata Write(Metadata? headers, Activity span)
    {
        var copy = new Metadata();
        foreach (var entry in headers ?? [])
        {
            if (entry.Key is not (TraceParent or TraceState)) copy.Add(entry);
        }

        copy.Add(TraceParent, span.Id!);
        if (span.TraceStateString is { Length: > 0 } state) copy.Add(TraceState, state);
        return copy;
    }
}
