using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>AWS Signature Version 4 as its documentation states it, for headers and for URLs; written against the text, not against the client.</summary>
internal sealed partial class SignatureCheck(string accessKey, string secret, string? token)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Unsigned = "UNSIGNED-PAYLOAD";
    private const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);

    /// <summary>Null when the request is signed and in time, else the error code of the answer.</summary>
    public string? Check(HttpRequest request, byte[] body, DateTimeOffset now)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var split = target.Split('?', 2);
        var query = (split.Length == 2 ? split[1] : "").Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Select(pair => (Name: Uri.UnescapeDataString(pair[0]), Value: pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : ""))
            .ToList();
        return query.Any(pair => pair.Name == "X-Amz-Algorithm")
            ? CheckUrl(request, split[0], query, now)
            : CheckHeader(request, split[0], query, body, now);
    }

    /// <summary>The signature of a canonical request.</summary>
    public static string Sign(string secret, string date, string scope, string canonicalRequest)
    {
        var parts = scope.Split('/');
        var key = parts.Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (current, part) => HMACSHA256.HashData(current, Encoding.UTF8.GetBytes(part)));
        var text = $"{Algorithm}\n{date}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonicalRequest))}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The canonical form of a request.</summary>
    public static string Canonical(
        string method, string path, IEnumerable<(string Name, string Value)> query, IEnumerable<(string Name, string Value)> headers, string payload)
    {
        var sorted = query.Select(pair => $"{Encode(pair.Name)}={Encode(pair.Value)}").Order(StringComparer.Ordinal);
        var lines = headers.Select(header => (Name: header.Name.ToLowerInvariant(), Value: Spaces().Replace(header.Value.Trim(), " "))).OrderBy(header => header.Name, StringComparer.Ordinal).ToList();
        return $"{method}\n{path}\n{string.Join('&', sorted)}\n{string.Concat(lines.Select(line => $"{line.Name}:{line.Value}\n"))}\n{string.Join(';', lines.Select(line => line.Name))}\n{payload}";
    }

    private string? CheckHeader(HttpRequest request, string path, List<(string Name, string Value)> query, byte[] body, DateTimeOffset now)
    {
        var match = Authorization().Match(request.Headers.Authorization.ToString());
        if (!match.Success)
            return "AccessDenied";
        if (match.Groups["key"].Value != accessKey)
            return "InvalidAccessKeyId";
        if (request.Headers["x-amz-security-token"].ToString() is { Length: > 0 } sent && sent != token)
            return "ExpiredToken";
        if (token is not null && request.Headers["x-amz-security-token"].Count == 0)
            return "AccessDenied";

        var date = request.Headers["x-amz-date"].ToString();
        if ((Parse(date) - now).Duration() > MaxSkew)
            return "RequestTimeTooSkewed";

        var payload = request.Headers["x-amz-content-sha256"].ToString();
        var names = match.Groups["headers"].Value.Split(';');
        var required = request.Headers.Keys.Where(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)).Append("host");
        if (required.Except(names, StringComparer.OrdinalIgnoreCase).Any())
            return "AccessDenied";

        var canonical = Canonical(request.Method, path, query, names.Select(name => (name, request.Headers[name].ToString())), payload);
        if (Sign(secret, date, match.Groups["scope"].Value, canonical) != match.Groups["signature"].Value)
            return "SignatureDoesNotMatch";

        // A payload that is not signed would not be noticed when it is damaged.
        return payload == Hash(body) ? null : "XAmzContentSHA256Mismatch";
    }

    private string? CheckUrl(HttpRequest request, string path, List<(string Name, string Value)> query, DateTimeOffset now)
    {
        string Value(string name) => query.Single(pair => pair.Name == name).Value;

        var credential = Value("X-Amz-Credential").Split('/', 2);
        if (credential[0] != accessKey)
            return "InvalidAccessKeyId";
        if (now > Parse(Value("X-Amz-Date")) + TimeSpan.FromSeconds(int.Parse(Value("X-Amz-Expires"), CultureInfo.InvariantCulture)))
            return "AccessDenied";

        var names = Value("X-Amz-SignedHeaders").Split(';');
        var canonical = Canonical(
            request.Method, path, query.Where(pair => pair.Name != "X-Amz-Signature"), names.Select(name => (name, request.Headers[name].ToString())), Unsigned);
        return Sign(secret, Value("X-Amz-Date"), credential[1], canonical) == Value("X-Amz-Signature") ? null : "SignatureDoesNotMatch";
    }

    private static DateTimeOffset Parse(string date) =>
        DateTimeOffset.ParseExact(date, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static string Hash(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private static string Encode(string text) => Uri.EscapeDataString(text);

    [GeneratedRegex(@"^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)/(?<scope>[^,]+), ?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$")]
    private static partial Regex Authorization();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
