namespace VideoGrain.Tensors;

/// <summary>
/// A dense row-major array of floating-point activations that belongs to an <see cref="IEngine"/>.
/// Image-like tensors are [images, height, width, channels], token tensors [batch, tokens, channels]: the two are views of
/// the same memory, so a transformer on an image needs no transposition.
/// A tensor lives until the scope it was created in ends (see <see cref="IEngine.BeginScope"/>) or until it is disposed.
/// </summary>
public abstract class Tensor : IDisposable
{
    private readonly int[] _shape;

    /// <summary>Sets the shape.</summary>
    protected Tensor(ReadOnlySpan<int> shape) => _shape = shape.ToArray();

    /// <summary>Sizes of the dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Number of dimensions.</summary>
    public int Rank => _shape.Length;

    /// <summary>Size of dimension <paramref name="axis"/>; negative values count from the last.</summary>
    public int this[int axis] => _shape[axis < 0 ? axis + _shape.Length : axis];

    /// <summary>Number of elements.</summary>
    public long ElementCount
    {
        get
        {
            long count = 1;
            foreach (var size in _shape) count *= size;
            return count;
        }
    }

    /// <summary>The same elements under another shape; shares memory and lifetime with this tensor.</summary>
    /// <exception cref="ArgumentException">The element counts differ.</exception>
    public abstract Tensor Reshape(params ReadOnlySpan<int> shape);

    /// <summary>Entries [start, start + count) of the first dimension; shares memory and lifetime with this tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the dimension.</exception>
    public abstract Tensor Slice(int start, int count);

    /// <inheritdoc/>
    public abstract void Dispose();
}
