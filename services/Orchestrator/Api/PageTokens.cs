using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Api;

/// <summary>Page tokens of lists: where the page before ended, and which filters it had. They hold no secret and give no access.</summary>
internal static class PageTokens
{
    private const char Separator = '|';
    private const int Parts = 3;

    /// <summary>The token of the page after an entry.</summary>
    public static string After(DateTimeOffset submittedAt, string id, ListEditsRequest request) => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{submittedAt.UtcTicks}{Separator}{id}{Separator}{FilterDigest(request)}")));

    /// <summary>Reads a token.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: it is no token, or belongs to a list with other filters.</exception>
    public static (DateTimeOffset SubmittedAt, string Id)? Read(ListEditsRequest request)
    {
        if (request.PageToken.Length == 0)
            return null;

        var parts = Decode(request.PageToken).Split(Separator);
        if (parts.Length != Parts
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.UtcTicks
            || !parts[1].IsStorable())
        {
            throw VideoGrainException.Invalid("page_token", "is no token of this service");
        }

        return parts[2] == FilterDigest(request)
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), parts[1])
            : throw VideoGrainException.Invalid("page_token", "belongs to a list with other filters");
    }

    private static string Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        }
        catch (FormatException)
        {
            return "";
        }
    }

    private static string FilterDigest(ListEditsRequest request)
    {
        var filters = new StringBuilder();
        foreach (var state in request.States.Distinct().Order())
            filters.Append(CultureInfo.InvariantCulture, $"state={(int)state}\n");
        foreach (var (key, value) in request.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            filters.Append(CultureInfo.InvariantCulture, $"label={key.Length}:{key}={value}\n");
        if (request.DeadLetter)
            filters.Append("dead_letter\n");
        filters.Append(request.CreatedAfter?.ToByteString().ToBase64()).Append('\n').Append(request.CreatedBefore?.ToByteString().ToBase64());
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(filters.ToString())).AsSpan(0, sizeof(ulong)));
    }
}
