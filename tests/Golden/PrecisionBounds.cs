namespace VideoGrain.Golden;

/// <summary>
/// What an engine's precision may cost, in place of the cases' bounds, which are for fp32. Errors are relative L2 errors.
/// </summary>
/// <param name="Pass">Of one pass through a network.</param>
/// <param name="Run">
/// Of what many steps lead to, each of which goes on from the last one's error; of frames' levels, and the share of labels that may differ, as well.
/// </param>
public sealed record PrecisionBounds(double Pass, double Run)
{
    /// <summary>Half precision, which rounds to 11 bits: about twice what the library needs on the processor.</summary>
    public static PrecisionBounds Float16 { get; } = new(Pass: 1e-2, Run: 0.15);

    /// <summary>bfloat16, which rounds to 8 bits: eight times as much for a pass. A run may end far away; unrelated latents would be 1.4 off.</summary>
    public static PrecisionBounds BFloat16 { get; } = new(Pass: 8e-2, Run: 0.75);
}
