using System.Globalization;

namespace VideoGrain.Golden;

/// <summary>Compares results with golden ones and remembers the largest relative error of each group.</summary>
/// <param name="precision">What the engine's precision may cost; null for fp32, where the cases' own bounds hold.</param>
public sealed class GoldenReport(PrecisionBounds? precision = null)
{
    private readonly SortedDictionary<string, (double Error, string Where, int Comparisons)> _groups = new(StringComparer.Ordinal);
    private readonly List<(string Case, string What, double Error)> _comparisons = [];

    /// <summary>Compares within the case's own tolerance.</summary>
    public void Compare(GoldenCase golden, string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected) =>
        Compare(golden, what, actual, expected, golden.Tolerance);

    /// <summary>Fails when the lengths differ or an element is further off than allowed.</summary>
    public void Compare(GoldenCase golden, string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, Tolerance tolerance)
    {
        var error = RelativeError(golden, what, actual, expected);
        if (precision is not null && tolerance != Tolerance.Exact)
        {
            RequireBound(golden, what, error, precision.Pass);
            return;
        }

        for (var i = 0; i < expected.Length; i++)
        {
            if (tolerance.Allows(actual[i], expected[i])) continue;
            Assert.Fail(Invariant($"{golden.Name}: {what}[{i}] is {actual[i]:g7}, expected {expected[i]:g7} within {tolerance}; relative L2 error of all {expected.Length}: {error:e2}"));
        }
    }

    /// <summary>Fails when the relative L2 error ||actual - expected|| / ||expected|| exceeds a bound.</summary>
    public void CompareNorm(GoldenCase golden, string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double bound) =>
        RequireBound(golden, what, RelativeError(golden, what, actual, expected), Math.Max(bound, precision?.Pass ?? 0));

    /// <summary>As <see cref="Compare(GoldenCase, string, ReadOnlySpan{float}, ReadOnlySpan{float}, Tolerance)"/>, for what many steps have led to.</summary>
    public void CompareRun(GoldenCase golden, string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, Tolerance tolerance)
    {
        if (precision is null) Compare(golden, what, actual, expected, tolerance);
        else RequireBound(golden, what, RelativeError(golden, what, actual, expected), precision.Run);
    }

    /// <summary>As <see cref="CompareNorm"/>, for what many steps have led to.</summary>
    public void CompareRun(GoldenCase golden, string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double bound) =>
        RequireBound(golden, what, RelativeError(golden, what, actual, expected), Math.Max(bound, precision?.Run ?? 0));

    /// <summary>Frames that many steps have led to: levels are at most one off, and few are.</summary>
    /// <param name="golden">The case.</param>
    /// <param name="what">What is compared.</param>
    /// <param name="actual">Levels.</param>
    /// <param name="expected">Golden levels.</param>
    /// <param name="rare">Share of levels that may be one off.</param>
    public void CompareFrames(GoldenCase golden, string what, ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected, double rare)
    {
        var error = RelativeError(golden, what, Levels(actual), Levels(expected));
        if (precision is not null)
        {
            RequireBound(golden, what, error, precision.Run);
            return;
        }

        var off = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(actual[i] - expected[i]);
            Assert.True(difference <= 1, $"{golden.Name}: {what}[{i}] is {actual[i]}, expected {expected[i]}");
            off += difference;
        }

        Assert.True(off <= rare * expected.Length, $"{golden.Name}: {off} of {expected.Length} values of {what} are one level off");
    }

    /// <summary>A picture of what many steps have led to: levels are so little off on average.</summary>
    public void ComparePicture(GoldenCase golden, string what, ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected, double meanDifference)
    {
        var error = RelativeError(golden, what, Levels(actual), Levels(expected));
        if (precision is not null)
        {
            RequireBound(golden, what, error, precision.Run);
            return;
        }

        double difference = 0;
        for (var i = 0; i < expected.Length; i++) difference += Math.Abs(actual[i] - expected[i]);
        Assert.True(difference <= meanDifference * expected.Length, $"{golden.Name}: levels of {what} are {difference / expected.Length:f2} off on average");
    }

    /// <summary>Fails unless the labels that many steps have led to are the same, but for what the precision costs.</summary>
    public void CompareLabels(GoldenCase golden, string what, ReadOnlySpan<int> actual, ReadOnlySpan<int> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        var different = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (actual[i] != expected[i]) different++;
        }

        var share = different / (double)expected.Length;
        Note(golden, what, share);
        Assert.True(share <= (precision?.Run ?? 0), $"{golden.Name}: {different} of {expected.Length} labels of {what} differ");
    }

    /// <summary>Fails unless both are the same.</summary>
    public void CompareExact<T>(GoldenCase golden, string what, IReadOnlyList<T> actual, IReadOnlyList<T> expected)
    {
        for (var i = 0; i < Math.Min(actual.Count, expected.Count); i++)
        {
            if (!EqualityComparer<T>.Default.Equals(actual[i], expected[i]))
                Assert.Fail($"{golden.Name}: {what}[{i}] is {actual[i]}, expected {expected[i]}");
        }

        if (actual.Count != expected.Count) Assert.Fail($"{golden.Name}: {what} has {actual.Count} values, expected {expected.Count}");
        Note(golden, what, 0);
    }

    /// <summary>One line a group: its largest relative L2 error and where it was.</summary>
    public string Summary()
    {
        var lines = _groups.Select(group =>
            Invariant($"  {group.Key}  {group.Value.Error:e2}  of {group.Value.Comparisons} comparisons, at {group.Value.Where}"));
        return $"golden: largest relative L2 error of each group{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }

    /// <summary>One line a comparison, separated by tabs: case, what was compared, relative L2 error (0 where equality was asked for).</summary>
    public string Table() => string.Concat(_comparisons.Select(c =>
        Invariant($"{c.Case}\t{c.What.ReplaceLineEndings(" ").Replace('\t', ' ')}\t{c.Error:e3}\n")));

    private static float[] Levels(ReadOnlySpan<byte> levels)
    {
        var values = new float[levels.Length];
        for (var i = 0; i < values.Length; i++) values[i] = levels[i];
        return values;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void RequireBound(GoldenCase golden, string what, double error, double bound)
    {
        if (!(error <= bound))
            Assert.Fail(Invariant($"{golden.Name}: {what} has relative L2 error {error:e2}, at most {bound:e2} is allowed"));
    }

    private double RelativeError(GoldenCase golden, string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        if (actual.Length != expected.Length) Assert.Fail($"{golden.Name}: {what} has {actual.Length} values, expected {expected.Length}");
        double difference = 0, norm = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var delta = (double)actual[i] - expected[i];
            difference += delta * delta;
            norm += (double)expected[i] * expected[i];
        }

        var error = difference == 0 ? 0 : Math.Sqrt(difference / Math.Max(norm, double.Epsilon));
        Note(golden, what, error);
        return error;
    }

    private void Note(GoldenCase golden, string what, double error)
    {
        _comparisons.Add((golden.Name, what, error));
        _groups.TryGetValue(golden.Group, out var worst);
        var where = worst.Where is null || !(error <= worst.Error) ? $"{golden.Name} {what}" : worst.Where;
        _groups[golden.Group] = (double.IsNaN(error) ? double.NaN : Math.Max(error, worst.Error), where, worst.Comparisons + 1);
    }
}
