using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>
/// Recognises callers: by the key or token in "authorization: Bearer ..." or the key in "x-api-key: ...", else by the certificate of their connection. A
/// credential that is shown must be good, whatever else the caller has.
/// </summary>
internal sealed class CallerDirectory
{
    private const string Authorization = "authorization";
    private const string ApiKey = "x-api-key";
    private const string Bearer = "Bearer ";
    private const string TokenKind = "token";
    private const string CertificateKind = "cert";

    private readonly (string Name, byte[] Hash)[] _callers;
    private readonly HashSet<string> _certificateNames;
    private readonly TokenVerifier _tokens;
    private readonly bool _isOn;

    public CallerDirectory(IOptions<AuthOptions> options, EndpointOptions endpoints, TokenVerifier tokens)
    {
        _callers = [.. options.Value.Callers.Select(entry => (entry.Key, Convert.FromHexString(entry.Value.KeySha256)))];
        _certificateNames = new HashSet<string>(options.Value.Certificates.Names, StringComparer.OrdinalIgnoreCase);
        _tokens = tokens;
        _isOn = options.Value.IsOn(endpoints.ClientCaPath is not null);
    }

    /// <summary>Name of the caller; <see cref="CallerIdentity.Anonymous"/> when authentication is off.</summary>
    /// <exception cref="VideoGrainException">UNAUTHENTICATED.</exception>
    public async ValueTask<string> RecogniseAsync(Metadata headers, X509Certificate2? certificate)
    {
        if (!_isOn) return CallerIdentity.Anonymous;
        if (FindCredential(headers) is { } credential)
        {
            return _tokens.IsOn && TokenVerifier.LooksLikeToken(credential)
                ? $"{TokenKind}{AuthOptions.KindSeparator}{await _tokens.VerifyAsync(credential)}"
                : FindKey(credential) ?? throw new VideoGrainException(StatusCode.Unauthenticated, ErrorReasons.CredentialsInvalid, "the credentials are not known");
        }

        // The connection was only made because an authority vouches for the certificate.
        if (certificate is not null && NameOf(certificate) is { } name)
            return $"{CertificateKind}{AuthOptions.KindSeparator}{name}";
        throw new VideoGrainException(
            StatusCode.Unauthenticated, ErrorReasons.CredentialsMissing, "the call needs 'authorization: Bearer KEY-OR-TOKEN' or 'x-api-key: KEY', or a certificate that may call");
    }

    private string? FindKey(string credential)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(credential));
        string? found = null;
        foreach (var (name, expected) in _callers)
        {
            // Every entry is compared, in constant time: the answer's timing tells nothing about the keys.
            if (CryptographicOperations.FixedTimeEquals(hash, expected)) found = name;
        }

        return found;
    }

    private string? NameOf(X509Certificate2 certificate)
    {
        List<string> names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())];
        if (names.Count == 0) names.Add(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        return names.FirstOrDefault(name => name.Length > 0 && (_certificateNames.Count == 0 || _certificateNames.Contains(name)));
    }

    private static string? FindCredential(Metadata headers)
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
