namespace Microsoft.ML.OnnxRuntime.Tensors;

/// <summary>A tensor of any layout.</summary>
/// <typeparam name="T">Element type.</typeparam>
public abstract class Tensor<T>
{
    private readonly int[] _dimensions;

    /// <summary>Creates a tensor of a shape.</summary>
    /// <param name="dimensions">Size of each axis, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    protected Tensor(ReadOnlySpan<int> dimensions)
    {
        long length = 1;
        foreach (var dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
            length = checked(length * dimension);
        }

        _dimensions = dimensions.ToArray();
        Length = length;
    }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Number of axes.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>Size of each axis.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>Element at a position, one index per axis.</summary>
    /// <param name="indices">The position.</param>
    public abstract T this[params ReadOnlySpan<int> indices] { get; set; }

    /// <summary>Copies into a dense tensor of the same shape.</summary>
    public abstract DenseTensor<T> ToDenseTensor();
}
