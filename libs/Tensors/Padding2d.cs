namespace VideoGrain.Tensors;

/// <summary>Zero rows and columns added around an image before a convolution.</summary>
public readonly record struct Padding2d(int Top, int Left, int Bottom, int Right)
{
    /// <summary>The same amount on all four sides.</summary>
    public static Padding2d Symmetric(int size) => new(size, size, size, size);
}
