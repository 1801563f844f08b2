using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VideoGrain.Fuzz.Tests.Running;

/// <summary>How much is tried, by the environment; every request can be made again from its numbers.</summary>
internal static class FuzzSettings
{
    /// <summary>Requests per call.</summary>
    public static int Count { get; } = Read("VIDEOGRAIN_FUZZ_COUNT", 20);

    /// <summary>Number of the first request.</summary>
    public static int First { get; } = Read("VIDEOGRAIN_FUZZ_FIRST", 0);

    /// <summary>Chooses another set of requests.</summary>
    public static int Seed { get; } = Read("VIDEOGRAIN_FUZZ_SEED", 1);

    /// <summary>The source of one request's changes.</summary>
    public static Random RandomFor(string method, int index) =>
        new(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}/{method}/{index}"))));

    private static int Read(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
