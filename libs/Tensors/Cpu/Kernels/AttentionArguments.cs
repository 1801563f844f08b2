namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>One attention: plain, causal, modulated, or the diagonal probabilities.</summary>
internal unsafe struct AttentionArguments
{
    /// <summary>Queries [batch, queries, heads * size].</summary>
    public float* Q;

    /// <summary>Keys [key batch, keys, heads * size].</summary>
    public float* K;

    /// <summary>Values, shaped as the keys; null where only probabilities are wanted.</summary>
    public float* V;

    /// <summary>Result.</summary>
    public float* Y;

    /// <summary>Batch entries of the queries.</summary>
    public int Batch;

    /// <summary>Batch entries of the keys; divides <see cref="Batch"/>.</summary>
    public int KeyBatch;

    /// <summary>Queries of a batch entry.</summary>
    public int Queries;

    /// <summary>Keys of a batch entry.</summary>
    public int Keys;

    /// <summary>Heads.</summary>
    public int Heads;

    /// <summary>Size of a head.</summary>
    public int Size;

    /// <summary>Factor on the scores.</summary>
    public float Scale;

    /// <summary>Query i sees keys 0..i only.</summary>
    public bool Causal;

    /// <summary>Region bits per query; null for no modulation.</summary>
    public ulong* QueryRegions;

    /// <summary>Region bits per key.</summary>
    public ulong* KeyRegions;

    /// <summary>Modulation strength per query.</summary>
    public float* Strength;

    /// <summary>Rows of 0 and 1 per distinct set of query regions: [sets, MemberStride]; null where there are too many sets.</summary>
    public float* Members;

    /// <summary>Row of <see cref="Members"/> for each query.</summary>
    public int* MemberRows;

    /// <summary>Keys with padding.</summary>
    public int MemberStride;

    /// <summary>Frames of the diagonal probabilities.</summary>
    public int Frames;

    /// <summary>Keys of each (key batch, head), packed as the right-hand side [size, keys] of a product.</summary>
    public float* PackedKeys;

    /// <summary>Layout of one of them.</summary>
    public PanelLayout KeyLayout;

    /// <summary>Values of each (key batch, head), packed as the right-hand side [keys, size].</summary>
    public float* PackedValues;

    /// <summary>Layout of one of them.</summary>
    public PanelLayout ValueLayout;

    /// <summary>Layout of keys and values where the keys lie in the lanes.</summary>
    public KeyLaneLayout KeyLanes;

    /// <summary>Largest norm of a key per chunk of them.</summary>
    public float* KeyNorms;

    /// <summary>Query tiles of a (batch entry, head), or of a frame.</summary>
    public int QueryTiles;

    /// <summary>Elements from one row of a task's scores to the next.</summary>
    public int ScoreStride;

    /// <summary>Chunks of keys that are packed together.</summary>
    public int KeyChunks;

    /// <summary>Scratch of worker 0.</summary>
    public float* Scratch;

    /// <summary>Elements of scratch between workers.</summary>
    public long ScratchStride;

    /// <summary>Elements of a token.</summary>
    public readonly int Channels => Heads * Size;
}
