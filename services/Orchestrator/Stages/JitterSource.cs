using System.Security.Cryptography;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>Randomness that spreads retries; results never depend on it.</summary>
internal static class JitterSource
{
    private const int Resolution = 1 << 20;

    /// <summary>A number from 0 to just below 1.</summary>
    public static double NextFraction() => (double)RandomNumberGenerator.GetInt32(Resolution) / Resolution;
}
