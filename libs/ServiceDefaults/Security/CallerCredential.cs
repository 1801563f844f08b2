using System.Security.Cryptography;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>How a caller is recognised.</summary>
public sealed class CallerCredential
{
    /// <summary>SHA-256 of the caller's key, hex; the key itself stands nowhere on the server.</summary>
    public string KeySha256 { get; set; } = "";

    internal bool IsValid => KeySha256.Length == 2 * SHA256.HashSizeInBytes && KeySha256.All(char.IsAsciiHexDigit);
}
