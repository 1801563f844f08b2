namespace VideoGrain.Bench.Report;

/// <summary>A number that has to be reached.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Bound">What is asked for.</param>
/// <param name="AtMost">Whether the bound is an upper one.</param>
internal sealed record Target(string Name, double Value, double Bound, bool AtMost = false)
{
    /// <summary>Whether it was reached.</summary>
    public bool Met => AtMost ? Value <= Bound : Value >= Bound;
}
