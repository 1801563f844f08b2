using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu;

/// <summary>A tensor of the CPU engine: fp32, dense, a window on shared storage.</summary>
internal sealed unsafe class CpuTensor : Tensor
{
    private readonly long _offset;

    /// <summary>A window that starts <paramref name="offset"/> elements into the storage.</summary>
    public CpuTensor(CpuStorage storage, long offset, ReadOnlySpan<int> shape)
        : base(shape)
    {
        Storage = storage;
        _offset = offset;
        Length = ElementCount;
    }

    /// <summary>The shared memory.</summary>
    public CpuStorage Storage { get; }

    /// <summary>Number of elements, computed once.</summary>
    public long Length { get; }

    /// <summary>First element.</summary>
    public float* Pointer => Storage.Pointer + _offset;

    /// <inheritdoc/>
    public override Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        if (Check.Count(shape, nameof(shape)) != Length)
            throw new ArgumentException($"shape [{string.Join(", ", shape.ToArray())}] does not hold the {Length} elements of {Check.Describe(this)}", nameof(shape));
        return new CpuTensor(Storage, _offset, shape);
    }

    /// <inheritdoc/>
    public override Tensor Slice(int start, int count)
    {
        if (Rank == 0) throw new ArgumentOutOfRangeException(nameof(start), start, "a scalar has no first dimension");
        if (start < 0 || start > this[0]) throw new ArgumentOutOfRangeException(nameof(start), start, $"the first dimension of {Check.Describe(this)} has {this[0]} entries");
        if (count < 0 || count > this[0] - start)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"the first dimension of {Check.Describe(this)} has {this[0]} entries, the slice starts at {start}");
        Span<int> shape = stackalloc int[Rank];
        Shape.CopyTo(shape);
        shape[0] = count;
        var stride = this[0] == 0 ? 0 : Length / this[0];
        return new CpuTensor(Storage, _offset + (start * stride), shape);
    }

    /// <inheritdoc/>
    public override void Dispose() => Storage.Release();
}
