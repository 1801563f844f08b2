using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>
/// Keys and values of one head with the keys in the lanes of vectors: tiles of four vectors of keys; within a tile, one line of
/// keys per element of the head, then the same for the values. The lanes after the last key are zero.
/// </summary>
/// <param name="Size">Size of a head.</param>
/// <param name="Keys">Number of keys.</param>
/// <param name="Width">Elements of a vector.</param>
internal readonly record struct KeyLaneLayout(int Size, int Keys, int Width)
{
    /// <summary>Vectors of a tile.</summary>
    public const int Vectors = 4;

    // Keys and values of one step share the first-level cache with the results of a task.
    private const int StepBytes = 12 << 10;

    /// <summary>Keys of a tile.</summary>
    public int TileKeys => Vectors * Width;

    /// <summary>Number of tiles.</summary>
    public int Tiles => (Keys + TileKeys - 1) / TileKeys;

    /// <summary>Tiles without padding.</summary>
    public int WholeTiles => Keys / TileKeys;

    /// <summary>Keys with padding.</summary>
    public int PaddedKeys => Tiles * TileKeys;

    /// <summary>Elements from one query's kept scores to the next: off a power of two, to spread over the cache's sets.</summary>
    public int ScoreStride => PaddedKeys + (NativeBuffer.Alignment / sizeof(float));

    /// <summary>Vectors of the last, partial tile that hold keys.</summary>
    public int RestVectors => ((Keys % TileKeys) + Width - 1) / Width;

    /// <summary>Elements of a tile, keys and values.</summary>
    public int TileLength => 2 * Size * TileKeys;

    /// <summary>Elements of a head.</summary>
    public long Length => (long)Tiles * TileLength;

    /// <summary>Tiles that are walked by all queries of a task before the next ones.</summary>
    public int StepTiles => Math.Max(1, StepBytes / sizeof(float) / TileLength);
}
