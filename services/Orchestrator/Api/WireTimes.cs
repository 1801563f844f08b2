using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Api;

/// <summary>Times of requests. On the wire a timestamp is two numbers that need not make a time.</summary>
internal static class WireTimes
{
    private const int MaxNanos = 999_999_999;
    private static readonly long LeastSeconds = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long MostSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>A time; null when it is not given or none, which becomes a violation.</summary>
    public static DateTimeOffset? Read(string field, Timestamp? time, ViolationList violations)
    {
        if (time is null)
            return null;
        if (time.Seconds >= LeastSeconds && time.Seconds <= MostSeconds && time.Nanos is >= 0 and <= MaxNanos)
            return time.ToDateTimeOffset();

        violations.Add(field, string.Create(CultureInfo.InvariantCulture, $"must be a time from year 1 to 9999, is {time.Seconds} s and {time.Nanos} ns"), ErrorReasons.OptionOutOfRange);
        return null;
    }
}
