using VideoGrain.Tensors.Cpu.Kernels;
using VideoGrain.Tensors.Cpu.Memory;
using VideoGrain.Tensors.Lifetime;

namespace VideoGrain.Tensors.Cpu;

/// <summary>
/// The CPU engine: managed SIMD kernels in fp32, on every core the process may use. Results do not depend on the number of threads.
/// See docs/engine.md for how it works.
/// </summary>
public sealed unsafe partial class CpuEngine : IEngine
{
    private readonly CpuKernels _kernels;
    private readonly BufferPool _pool;
    private readonly ScopeStack _scopes;
    private NativeBuffer? _scratch;
    private bool _disposed;

    /// <summary>Makes an engine with default settings.</summary>
    public CpuEngine()
        : this(new CpuEngineOptions())
    {
    }

    /// <summary>Makes an engine.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or the environment names an unknown instruction set.</exception>
    /// <exception cref="PlatformNotSupportedException">This processor lacks the instruction set asked for.</exception>
    public CpuEngine(CpuEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check.That(options.Threads is >= 0 and <= CpuEngineOptions.MaxThreads, nameof(options), $"threads must lie in 0..{CpuEngineOptions.MaxThreads}, got {options.Threads}");
        Check.That(options.PooledBytesLimit >= 0, nameof(options), $"the pool limit must not be negative, got {options.PooledBytesLimit}");
        _kernels = CpuKernels.Choose(options.InstructionSet == CpuInstructionSet.Auto ? FromEnvironment() : options.InstructionSet);
        _pool = new BufferPool(options.PooledBytesLimit);
        _scopes = new ScopeStack((tensor, name) => Own(tensor, name).Storage);
        // The runtime's count already honours the container's CPU quota and the affinity mask.
        Workers = new WorkerPool(options.Threads == 0 ? Environment.ProcessorCount : options.Threads);
    }

    /// <summary>Whether this processor can run kernels for an instruction set.</summary>
    public static bool Supports(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Avx512 => Avx512Isa.IsSupported,
        CpuInstructionSet.Avx2 => Avx2Isa.IsSupported,
        CpuInstructionSet.Auto or CpuInstructionSet.Portable => true,
        _ => false,
    };

    /// <inheritdoc/>
    public string Name => $"cpu-{InstructionSet.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    public string Device => Threads == 1 ? "1 thread" : $"{Threads} threads";

    /// <summary>Instruction set that the kernels use; never <see cref="CpuInstructionSet.Auto"/>.</summary>
    public CpuInstructionSet InstructionSet => _kernels.InstructionSet;

    /// <summary>Threads that compute, the calling one included.</summary>
    public int Threads => Workers.Threads;

    /// <inheritdoc/>
    public long BytesInUse { get; private set; }

    /// <inheritdoc/>
    public long PeakBytesInUse { get; private set; }

    /// <summary>The threads that kernels run on.</summary>
    internal WorkerPool Workers { get; }

    /// <inheritdoc/>
    public IEngineScope BeginScope()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _scopes.Begin();
    }

    /// <inheritdoc/>
    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        OperandChecks.Upload(values, shape);
        var result = New(shape);
        values.CopyTo(new Span<float>(result.Pointer, values.Length));
        return result;
    }

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination)
    {
        var tensor = Own(source, nameof(source));
        OperandChecks.Download(tensor, destination);
        new ReadOnlySpan<float>(tensor.Pointer, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _scopes.EndAll();
        _disposed = true;
        Workers.Dispose();
        _scratch?.Dispose();
        _pool.Dispose();
    }

    /// <summary>Takes back the memory of a tensor.</summary>
    internal void Reclaim(NativeBuffer buffer, long bytes)
    {
        BytesInUse -= bytes;
        if (_disposed) buffer.Dispose();
        else _pool.Return(buffer);
    }

    /// <summary>The tensor as this engine's own, alive.</summary>
    internal CpuTensor Own(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor is not CpuTensor own || own.Storage.Engine != this) throw new ArgumentException("the tensor belongs to another engine", name);
        _ = own.Storage.Pointer;
        return own;
    }

    /// <summary>A new tensor in the current scope; contents undefined.</summary>
    internal CpuTensor New(params ReadOnlySpan<int> shape)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var bytes = Check.Count(shape, nameof(shape)) * sizeof(float);
        var storage = new CpuStorage(this, Rent(bytes), bytes);
        _scopes.Adopt(storage);
        return new CpuTensor(storage, 0, shape);
    }

    /// <summary>Memory for the duration of one operation.</summary>
    internal Workspace RentWorkspace(long bytes) => new(this, Rent(bytes), bytes);

    /// <summary>Scratch memory of <paramref name="elements"/> fp32 numbers for each worker; valid until the next call.</summary>
    internal float* Scratch(long elements)
    {
        var bytes = checked(elements * sizeof(float) * Workers.Threads);
        if (_scratch is null || _scratch.Bytes < bytes)
        {
            _scratch?.Dispose();
            _scratch = null;
            _scratch = new NativeBuffer(bytes);
        }

        return _scratch.Pointer;
    }

    private static CpuInstructionSet FromEnvironment()
    {
        var value = Environment.GetEnvironmentVariable(CpuEngineOptions.InstructionSetVariable);
        if (string.IsNullOrEmpty(value)) return CpuInstructionSet.Auto;
        if (Enum.TryParse<CpuInstructionSet>(value, ignoreCase: true, out var set) && Enum.IsDefined(set)) return set;
        throw new ArgumentException($"{CpuEngineOptions.InstructionSetVariable} must be auto, avx512, avx2 or portable, got '{value}'");
    }

    private NativeBuffer Rent(long bytes)
    {
        var buffer = _pool.Rent(bytes);
        BytesInUse += bytes;
        PeakBytesInUse = Math.Max(PeakBytesInUse, BytesInUse);
        return buffer;
    }
}
