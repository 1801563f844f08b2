using System.Runtime.InteropServices;
using TorchSharp;
using VideoGrain.Tensors.Lifetime;
using VideoGrain.Tensors.Timing;
using VideoGrain.Tensors.Torch.Cuda;
using VideoGrain.Tensors.Torch.Internal;

namespace VideoGrain.Tensors.Torch;

/// <summary>
/// The engine of CUDA nodes: a thin adapter to PyTorch through TorchSharp, with the library's fused attention. Convolutions and norms see channels-last
/// views of the port's memory; only a group norm in fp32 transposes. Work is queued on the device; <see cref="Download"/>, <see cref="AllFinite"/> and <see cref="TakeTimes"/>
/// wait for it, and so does what carries data there: <see cref="Upload"/>, <see cref="Embed"/>, the first use of a modulation or key selection. See docs/engine.md for how each
/// operation is expressed.
/// </summary>
/// <exception cref="DeviceOutOfMemoryException">Any operation: the device's memory does not suffice.</exception>
public sealed partial class TorchEngine : IEngine, IDeviceClock
{
    private const long LeastScoreBytes = 1L << 20;

    private readonly torch.Device _device;
    private readonly torch.ScalarType _type;
    private readonly long _scoreBytes;
    private readonly ScopeStack _scopes;
    private readonly DeviceTables _tables = new();
    private readonly CudaRuntime? _cuda;
    private readonly OperationTally? _tally;
    private readonly OwnKernels? _kernels;
    private bool _disposed;

    /// <summary>Makes an engine on the first CUDA device, in fp16.</summary>
    public TorchEngine()
        : this(new TorchEngineOptions())
    {
    }

    /// <summary>Makes an engine.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no such device.</exception>
    public TorchEngine(TorchEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check.That(options.Device >= TorchEngineOptions.Cpu, nameof(options), $"the device must be -1 (the processor) or a CUDA device, got {options.Device}");
        Check.That(Enum.IsDefined(options.Precision), nameof(options), $"unknown precision {(int)options.Precision}");
        Check.That(options.ScoreBytes >= LeastScoreBytes, nameof(options), $"the score limit must be at least {LeastScoreBytes} bytes, got {options.ScoreBytes}");
        _scoreBytes = options.ScoreBytes;
        _type = options.Precision switch
        {
            TorchPrecision.Float16 => torch.ScalarType.Float16,
            TorchPrecision.BFloat16 => torch.ScalarType.BFloat16,
            _ => torch.ScalarType.Float32,
        };
        _device = options.Device == TorchEngineOptions.Cpu ? torch.CPU : Cuda(options.Device);
        if (options.Device == TorchEngineOptions.Cpu) _tally = new OperationTally(new HostMarks());
        else if ((_cuda = CudaRuntime.Find()) is not null) _tally = new OperationTally(new CudaMarks(_cuda, options.Device));
        if (options.OwnKernels && IsHalf && _device.type == DeviceType.CUDA)
        {
            var bfloat16 = options.Precision == TorchPrecision.BFloat16;
            _kernels = new OwnKernels(_cuda, CudaDriver.Find(), CudaCompiler.Find(), options.Device, bfloat16, options.OnFallback);
        }

        ComputePrecisely();
        _scopes = new ScopeStack((tensor, name) => Own(tensor, name).Storage);
        Name = $"torch-{DeviceName}-{options.Precision switch { TorchPrecision.Float16 => "fp16", TorchPrecision.BFloat16 => "bf16", _ => "fp32" }}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device => DeviceName;

    /// <inheritdoc/>
    public long BytesInUse { get; private set; }

    /// <inheritdoc/>
    public long PeakBytesInUse { get; private set; }

    /// <summary>Why the library computes what a kernel of this project's own is meant to; null where none is meant to, and while none has failed.</summary>
    public string? Fallback => _kernels?.Fallback;

    private string DeviceName => _device.type == DeviceType.CUDA ? $"cuda:{_device.index}" : "cpu";

    private bool IsHalf => _type != torch.ScalarType.Float32;

    private int ElementBytes => IsHalf ? 2 : 4;

    /// <inheritdoc/>
    public IEngineScope BeginScope()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _scopes.Begin();
    }

    /// <inheritdoc/>
    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        OperandChecks.Upload(values, shape);
        using var scope = torch.NewDisposeScope();
        var host = torch.empty([values.Length], torch.ScalarType.Float32);
        if (!values.IsEmpty) MemoryMarshal.AsBytes(values).CopyTo(host.bytes);
        return Compute(OperationGroup.Other, shape, () => host.to(_type, _device));
    }

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination)
    {
        var tensor = Own(source, nameof(source));
        OperandChecks.Download(tensor, destination);
        if (destination.IsEmpty) return;
        using var scope = torch.NewDisposeScope();
        _tally?.Enter(OperationGroup.Other);
        var host = Guard(() => tensor.View(tensor.Length).to(torch.ScalarType.Float32).cpu());
        _tally?.Enter(null);
        MemoryMarshal.Cast<byte, float>(host.bytes).CopyTo(destination);
    }

    /// <inheritdoc/>
    public bool AllFinite(Tensor x)
    {
        var input = Own(x, nameof(x));
        using var scope = torch.NewDisposeScope();
        _tally?.Enter(OperationGroup.Other);
        return Guard(() => input.View().isfinite().all().item<bool>());
    }

    /// <inheritdoc/>
    public DeviceTimes? TakeTimes()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _tally?.Take();
    }

    /// <inheritdoc/>
    public DeviceMemory? ReadMemory()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_cuda is null) return null;
        _cuda.SetDevice(_device.index);
        var (free, total) = _cuda.Memory();
        return new DeviceMemory(total - free, total);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _scopes.EndAll();
        _tally?.Dispose();
        _kernels?.Dispose();
        _tables.Dispose();
    }

    /// <summary>Counts memory that has been given back.</summary>
    internal void Reclaim(long bytes) => BytesInUse -= bytes;

    private static torch.Device Cuda(int index)
    {
        var devices = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return index < devices ? torch.device(DeviceType.CUDA, index) : throw new PlatformNotSupportedException($"there is no CUDA device {index}; this machine has {devices}");
    }

    /// <summary>
    /// fp32 means fp32, and sums are fp32 in fp16 too: the library would else round the factors of a product to TF32, or partial sums to fp16. It may still round the partial
    /// sums of a product in bf16 that it splits along its depth: for that TorchSharp has no switch. These settings are the process's.
    /// </summary>
    private static void ComputePrecisely()
    {
        torch.backends.cuda.matmul.allow_tf32 = false;
        torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = false;
        torch.backends.cudnn.allow_tf32 = false;
    }

    private TorchTensor Own(Tensor tensor, string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor is not TorchTensor own || own.Storage.Engine != this) throw new ArgumentException("the tensor belongs to another engine", name);
        _ = own.Storage.Values;
        return own;
    }

    private TorchTensor? OwnOptional(Tensor? tensor, string name) => tensor is null ? null : Own(tensor, name);

    /// <summary>Runs an operation whose result is new memory; its temporaries end with it.</summary>
    private TorchTensor Compute(OperationGroup group, ReadOnlySpan<int> shape, Func<torch.Tensor> operation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _tally?.Enter(group);
        var empty = Check.Count(shape, nameof(shape)) == 0;
        using var scope = torch.NewDisposeScope();
        var values = Guard(() => (empty ? torch.empty([0], _type, _device) : operation().contiguous()).view(-1)).DetachFromDisposeScope();
        var storage = new TorchStorage(this, values);
        BytesInUse += storage.Bytes;
        PeakBytesInUse = Math.Max(PeakBytesInUse, BytesInUse);
        _scopes.Adopt(storage);
        return new TorchTensor(storage, 0, shape);
    }

    private T Guard<T>(Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (ExternalException error) when (OutOfMemoryMessage.Is(error.Message))
        {
            throw new DeviceOutOfMemoryException(
                DeviceName, OutOfMemoryMessage.Requested(error.Message), OutOfMemoryMessage.Free(error.Message), BytesInUse, error);
        }
    }
}
