using System.Text.Json;

namespace VideoGrain.Bench.Peers;

/// <summary>How requests and replies become lines.</summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>One line.</summary>
    public static string Write<T>(T message) => JsonSerializer.Serialize(message, Options);

    /// <summary>A message from a line.</summary>
    public static T Read<T>(string line) => JsonSerializer.Deserialize<T>(line, Options) ?? throw new InvalidDataException("an empty message");
}
