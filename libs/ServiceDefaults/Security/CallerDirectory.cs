using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Recognises callers by the key in "authorization: Bearer KEY" or "x-api-key: KEY".</summary>
internal sealed class CallerDirectory
{
    private const string Authorization = "authorization";
    private const string ApiKey = "x-api-key";
    private const string Bearer = "Bearer ";

    private readonly (string Name, byte[] Hash)[] _callers;

    public CallerDirectory(IOptions<AuthOptions> options) =>
        _callers = [.. options.Value.Callers.Select(entry => (entry.Key, Convert.FromHexString(entry.Value.KeySha256)))];

    /// <summary>Name of the caller; <see cref="CallerIdentity.Anonymous"/> when authentication is off.</summary>
    public string Recognise(Metadata headers)
    {
        if (_callers.Length == 0) return CallerIdentity.Anonymous;
        var key = FindKey(headers)
            ?? throw new VideoGrainException(StatusCode.Unauthenticated, ErrorReasons.CredentialsMissing, "the call needs 'authorization: Bearer KEY' or 'x-api-key: KEY'");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        string? found = null;
        foreach (var (name, expected) in _callers)
        {
            // Every entry is compared, in constant time: the answer's timing tells nothing about the keys.
            if (CryptographicOperations.FixedTimeEquals(hash, expected)) found = name;
        }

        return found ?? throw new VideoGrainException(StatusCode.Unauthenticated, ErrorReasons.CredentialsInvalid, "the credentials are not known");
    }

    private static string? FindKey(Metadata headers)
    {
        foreach (var entry in headers)
        {
            if (entry.IsBinary) continue;
            if (entry.Key == ApiKey) return entry.Value;
            if (entry.Key == Authorization && entry.Value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return entry.Value[Bearer.Length..].Trim();
        }

        return null;
    }
}
