namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>One group normalisation.</summary>
internal unsafe struct GroupNormArguments
{
    /// <summary>Input, [statistics, rows, channels].</summary>
    public float* X;

    /// <summary>Result, shaped as the input.</summary>
    public float* Y;

    /// <summary>Number of independent statistics.</summary>
    public int Statistics;

    /// <summary>Rows (pixels of all images) that share a statistic.</summary>
    public int Rows;

    /// <summary>Channels.</summary>
    public int Channels;

    /// <summary>Groups of channels.</summary>
    public int Groups;

    /// <summary>Added to the variance.</summary>
    public float Epsilon;

    /// <summary>Scale per channel.</summary>
    public float* Scale;

    /// <summary>Shift per channel.</summary>
    public float* Shift;

    /// <summary>Applied to the result.</summary>
    public Activation Activation;

    /// <summary>Chunks of rows per statistic.</summary>
    public int Chunks;

    /// <summary>Mean and sum of squared deviations per chunk and group: [statistics, chunks, groups, 2].</summary>
    public double* Moments;

    /// <summary>Per statistic: factor [channels], then offset [channels].</summary>
    public float* Affine;

    /// <summary>Scratch of worker 0.</summary>
    public float* Scratch;

    /// <summary>Elements of scratch between workers.</summary>
    public long ScratchStride;
}
