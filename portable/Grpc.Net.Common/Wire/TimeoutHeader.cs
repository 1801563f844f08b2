using System.Globalization;

namespace Grpc.Net.Wire;

/// <summary>The value of grpc-timeout: at most eight digits and a unit.</summary>
internal static class TimeoutHeader
{
    private const int MaxDigits = 8;
    private const long Limit = 100_000_000;
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;
    private const long NanosecondsPerTick = 100;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>Writes a timeout in the finest unit that holds it, rounded up.</summary>
    public static string Format(TimeSpan timeout)
    {
        var ticks = Math.Max(timeout.Ticks, 1);
        foreach (var (unit, size) in Units)
        {
            var count = (ticks - 1) / size + 1;
            if (count < Limit)
                return count.ToString(CultureInfo.InvariantCulture) + unit;
        }

        return (Limit - 1).ToString(CultureInfo.InvariantCulture) + 'H';
    }

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        if (text[^1] == 'n')
        {
            timeout = TimeSpan.FromTicks((count + NanosecondsPerTick - 1) / NanosecondsPerTick);
            return true;
        }

        foreach (var (unit, size) in Units)
        {
            if (unit == text[^1])
            {
                timeout = TimeSpan.FromTicks(count * size);
                return true;
            }
        }

        return false;
    }
}
