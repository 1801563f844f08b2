namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>One attention of each query to its listed keys.</summary>
internal unsafe struct SelectedAttentionArguments
{
    /// <summary>Queries [batch, queries, heads * size].</summary>
    public float* Q;

    /// <summary>Keys [batch, keys, heads * size].</summary>
    public float* K;

    /// <summary>Values, shaped as the keys.</summary>
    public float* V;

    /// <summary>Result, shaped as the queries.</summary>
    public float* Y;

    /// <summary>Key indices [queries, width], -1 for none.</summary>
    public int* Indices;

    /// <summary>Batch entries.</summary>
    public int Batch;

    /// <summary>Queries of a batch entry.</summary>
    public int Queries;

    /// <summary>Keys of a batch entry.</summary>
    public int Keys;

    /// <summary>Entries of <see cref="Indices"/> per query.</summary>
    public int Width;

    /// <summary>Heads.</summary>
    public int Heads;

    /// <summary>Size of a head.</summary>
    public int Size;

    /// <summary>Factor on the scores.</summary>
    public float Scale;

    /// <summary>Tasks of a batch entry.</summary>
    public int QueryBlocks;

    /// <summary>Tasks of a batch entry while keys are packed.</summary>
    public int KeyBlocks;

    /// <summary>Keys with the heads in the lanes: [batch, keys, padded channels].</summary>
    public float* PackedKeys;

    /// <summary>Values likewise.</summary>
    public float* PackedValues;

    /// <summary>Scratch of worker 0.</summary>
    public float* Scratch;

    /// <summary>Elements of scratch between workers.</summary>
    public long ScratchStride;
}
