namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>Scratch of one worker during an attention: a tile of queries, its scores against a tile of keys, its running result.</summary>
internal readonly unsafe struct AttentionTile
{
    /// <summary>Queries of a tile: two micro-kernel tiles of 12 rows, or four of 6.</summary>
    public const int Queries = 24;

    /// <summary>Keys of a tile; a multiple of every panel width. The scores, 24 KiB, stay in the first-level cache.</summary>
    public const int Keys = 256;

    // Off a power of two, to spread rows of scores over the cache's sets.
    private const int StridePadding = 16;

    /// <summary>Divides the memory at <paramref name="start"/>.</summary>
    public AttentionTile(float* start, int size, int paddedSize, int scoreStride)
    {
        ScoreStride = scoreStride;
        Scores = start;
        Membership = Scores + (Queries * ScoreStride);
        Maximum = Membership + Keys;
        Minimum = Maximum + Queries;
        Sum = Minimum + Queries;
        Keep = Sum + Queries;
        Gain = Keep + Queries;
        Query = Gain + Queries;
        Result = Query + (Queries * size);
        Result = (float*)(((nint)Result + 63) & ~(nint)63);
        Size = size;
        PaddedSize = paddedSize;
    }

    /// <summary>Scores, then probabilities: [Queries, ScoreStride]; a tile of keys wide, or all keys where a first walk keeps the scores for a second.</summary>
    public float* Scores { get; }

    /// <summary>Elements from one row of scores to the next.</summary>
    public int ScoreStride { get; }

    /// <summary>1 for the keys that share a region with the current query, else 0: [Keys].</summary>
    public float* Membership { get; }

    /// <summary>Row maxima so far, or what is taken off a row's scores: [Queries].</summary>
    public float* Maximum { get; }

    /// <summary>Row minima: [Queries].</summary>
    public float* Minimum { get; }

    /// <summary>Row sums so far: [Queries].</summary>
    public float* Sum { get; }

    /// <summary>Factor on a row's scores, 1 - strength: [Queries].</summary>
    public float* Keep { get; }

    /// <summary>What a shared region adds to a row's scores: [Queries].</summary>
    public float* Gain { get; }

    /// <summary>Scaled queries: [Queries, size].</summary>
    public float* Query { get; }

    /// <summary>Running result: [Queries, padded size].</summary>
    public float* Result { get; }

    /// <summary>Size of a head.</summary>
    public int Size { get; }

    /// <summary>Size of a head in whole vectors.</summary>
    public int PaddedSize { get; }

    /// <summary>Stride of scores of one tile of keys.</summary>
    public static int TileStride => Keys + StridePadding;

    /// <summary>Stride of scores of all <paramref name="keys"/> keys, in whole tiles.</summary>
    public static int WholeStride(int keys) => ((keys + Keys - 1) / Keys * Keys) + StridePadding;

    /// <summary>Elements a tile needs.</summary>
    public static long Length(int size, int paddedSize, int scoreStride) =>
        ((long)Queries * scoreStride) + Keys + (5 * Queries) + ((long)Queries * size) + ((long)Queries * paddedSize) + 16;
}
