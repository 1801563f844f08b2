namespace VideoGrain.Editing.Attention;

/// <summary>Per-token strength of the modulation: size term times lambda times the step factor (golden data 4.4).</summary>
internal static class ModulationStrength
{
    /// <summary>Self-attention. Half precision rounds lambda, the step factor and both products, as released.</summary>
    public static float[] Self(float[] sizeTerms, float lambda, float stepFactor, bool halfPrecision)
    {
        if (!halfPrecision) return Cross(sizeTerms, lambda, stepFactor);
        var result = new float[sizeTerms.Length];
        var (roundedLambda, roundedFactor) = (Round(lambda), Round(stepFactor));
        for (var i = 0; i < result.Length; i++) result[i] = Round(Round(sizeTerms[i] * roundedLambda) * roundedFactor);
        return result;
    }

    /// <summary>Cross-attention, single precision.</summary>
    public static float[] Cross(float[] sizeTerms, float lambda, float stepFactor)
    {
        var result = new float[sizeTerms.Length];
        for (var i = 0; i < result.Length; i++) result[i] = sizeTerms[i] * lambda * stepFactor;
        return result;
    }

    private static float Round(float value) => (float)(Half)value;
}
