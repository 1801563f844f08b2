using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>Scratch of one worker during a <see cref="KeyLaneAttention{TIsa,V}"/> task.</summary>
internal readonly unsafe struct KeyLaneTile
{
    /// <summary>Queries of a task: a multiple of the kernel's rows.</summary>
    public const int Queries = 24;

    /// <summary>Divides the memory at <paramref name="start"/>.</summary>
    public KeyLaneTile(float* start, int size, int width, int scoreStride)
    {
        ScoreStride = scoreStride;
        Results = start;
        ResultStride = (size + 1) * width;
        Query = Results + (Queries * ResultStride);
        Offset = Query + (Queries * size);
        Keep = Offset + Queries;
        Gain = Keep + Queries;
        Maximum = Gain + Queries;
        Minimum = Maximum + Queries;
        Scores = (float*)(((nint)(Minimum + Queries) + NativeBuffer.Alignment - 1) & -(nint)NativeBuffer.Alignment);
    }

    /// <summary>Per query: a vector of partial sums for each element of the head, then one for the probabilities.</summary>
    public float* Results { get; }

    /// <summary>Elements from one query's results to the next.</summary>
    public int ResultStride { get; }

    /// <summary>Scaled queries [Queries, size].</summary>
    public float* Query { get; }

    /// <summary>Taken off every score of a row: [Queries].</summary>
    public float* Offset { get; }

    /// <summary>Factor on a row's kept scores, 1 - strength: [Queries].</summary>
    public float* Keep { get; }

    /// <summary>What a shared region adds to a score: [Queries].</summary>
    public float* Gain { get; }

    /// <summary>Row maxima: [Queries].</summary>
    public float* Maximum { get; }

    /// <summary>Row minima: [Queries].</summary>
    public float* Minimum { get; }

    /// <summary>Scores that a first walk keeps for the second: [Queries, ScoreStride].</summary>
    public float* Scores { get; }

    /// <summary>Elements from one query's kept scores to the next.</summary>
    public int ScoreStride { get; }

    /// <summary>Elements a tile needs.</summary>
    public static long Length(int size, int width, int scoreStride) =>
        (Queries * (size + 1L) * width) + ((long)Queries * size) + (5 * Queries) + ((long)Queries * scoreStride) + (NativeBuffer.Alignment / sizeof(float));
}
