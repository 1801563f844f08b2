using System.Text.Json;

namespace VideoGrain.Golden;

/// <summary>|actual - expected| may be at most <paramref name="Absolute"/> + <paramref name="Relative"/> * |expected|, element by element.</summary>
public readonly record struct Tolerance(double Absolute, double Relative)
{
    /// <summary>Equal numbers only.</summary>
    public static Tolerance Exact => default;

    /// <summary>Reads "exact" or an object with atol and, optionally, rtol. Other forms are for the group's runner to read.</summary>
    public static Tolerance Parse(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() == "exact") return Exact;
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("atol", out var absolute))
            return new Tolerance(absolute.GetDouble(), json.TryGetProperty("rtol", out var relative) ? relative.GetDouble() : 0);
        throw new NotSupportedException($"tolerance {json.GetRawText()} is not understood");
    }

    /// <summary>Whether a value is close enough; never for NaN.</summary>
    public bool Allows(double actual, double expected) =>
        actual == expected || Math.Abs(actual - expected) <= Absolute + Relative * Math.Abs(expected);
}
