using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace VideoGrain.Orchestrator.Tests.Security;

/// <summary>Two callers with a key each.</summary>
internal static class Callers
{
    public const string AliceKey = "alice's secret key";
    public const string BobKey = "bob's secret key";

    public static readonly string[] Settings = [Setting("alice", AliceKey), Setting("bob", BobKey)];

    public static Metadata Alice => new() { { "x-api-key", AliceKey } };

    public static Metadata Bob => new() { { "authorization", "Bearer " + BobKey } };

    private static string Setting(string name, string key) => $"--Auth:Callers:{name}:KeySha256={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
}
