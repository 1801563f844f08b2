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
        OperandChecks.Reshape(this, shape);
        return new CpuTensor(Storage, _offset, shape);
    }

    /// <inheritdoc/>
    public override Tensor Slice(int start, int count)
    {
        var shape = OperandChecks.Slice(this, start, count);
        var stride = this[0] == 0 ? 0 : Length / this[0];
        return new CpuTensor(Storage, _offset + (start * stride), shape);
    }

    /// <inheritdoc/>
    public override void Dispose() => Storage.Release();
}
