using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoGrain.Cli.Chaos.History;

/// <summary>Histories as files: one call a line, in the order in which they began, then one fault a line.</summary>
internal static class HistoryFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Writes a history.</summary>
    public static async Task WriteAsync(string path, IEnumerable<CallRecord> calls, IEnumerable<FaultRecord> faults, CancellationToken cancellation)
    {
        IEnumerable<Line> lines = calls.Select(c => new Line(c, null)).Concat(faults.Select(f => new Line(null, f)));
        await File.WriteAllLinesAsync(path, lines.Select(l => JsonSerializer.Serialize(l, Options)), cancellation);
    }

    /// <summary>Reads the calls of a history.</summary>
    /// <exception cref="JsonException">A line is no record.</exception>
    public static async Task<IReadOnlyList<CallRecord>> ReadAsync(string path, CancellationToken cancellation)
    {
        List<CallRecord> calls = [];
        await foreach (string line in File.ReadLinesAsync(path, cancellation))
        {
            if (JsonSerializer.Deserialize<Line>(line, Options)?.Call is CallRecord call)
                calls.Add(call);
        }

        return calls;
    }

    private sealed record Line(CallRecord? Call, FaultRecord? Fault);
}
