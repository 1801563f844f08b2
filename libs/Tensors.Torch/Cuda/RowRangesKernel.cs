using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>RowRanges.cu on one device: compiled for a head's size when that is first asked for.</summary>
internal sealed unsafe class RowRangesKernel : IDisposable
{
    /// <summary>The least compute capability, times ten: that of copies that go on while the tensor cores work, and of bfloat16.</summary>
    public const int LeastCapability = 80;

    private const string File = "RowRanges.cu", Header = "Primitives.cuh", Entry = "row_ranges";

    // As the source has them.
    private const int SizeStep = 8, MostSize = 256, BlockQueries = 256, Threads = 256, Alignment = 16;

    private const int MostRowsOfGrid = 65535;

    // Machine code, for all engines of the process.
    private static readonly ConcurrentDictionary<(int Capability, bool BFloat16, int Size), byte[]> Compiled = new();

    private readonly CudaRuntime _runtime;
    private readonly CudaDriver _driver;
    private readonly CudaCompiler _compiler;
    private readonly int _device;
    private readonly int _capability;
    private readonly bool _bfloat16;
    private readonly Dictionary<int, (nint Module, nint Kernel)> _kernels = [];

    /// <summary>The kernel for one type of elements, bfloat16 or else fp16.</summary>
    public RowRangesKernel(CudaRuntime runtime, CudaDriver driver, CudaCompiler compiler, int device, bool bfloat16)
    {
        (_runtime, _driver, _compiler, _device, _bfloat16) = (runtime, driver, compiler, device, bfloat16);
        _capability = runtime.Capability(device);
        if (_capability < LeastCapability) throw new PlatformNotSupportedException($"the device has compute capability {_capability / 10.0:F1}, {LeastCapability / 10.0:F1} is needed");
    }

    /// <summary>Whether it takes such operands.</summary>
    public static bool Takes(int size, long entries, long queries, nint q, nint k) =>
        size % SizeStep == 0 && size <= MostSize && entries <= MostRowsOfGrid && queries <= int.MaxValue - BlockQueries && q % Alignment == 0 && k % Alignment == 0;

    /// <summary>
    /// Queues |scale| (max_j q_i . k_j - min_j q_i . k_j) for every query i: q [entries, queries, heads, size], k [entries, keys, heads, size], ranges [entries, heads,
    /// queries] in fp32, all by their addresses on the device.
    /// </summary>
    /// <exception cref="ExternalException">The kernel could not be compiled, loaded or started.</exception>
    public void Run(nint q, nint k, nint ranges, int entries, int queries, int keys, int heads, int size, float scale)
    {
        _runtime.SetDevice(_device);
        if (!_kernels.TryGetValue(size, out var found))
        {
            var module = _driver.Load(Compiled.GetOrAdd((_capability, _bfloat16, size), _ => Compile(size)));
            _kernels.Add(size, found = (module, _driver.Kernel(module, Entry)));
        }

        var arguments = stackalloc void*[] { &q, &k, &ranges, &queries, &keys, &heads, &scale };
        _driver.Launch(found.Kernel, (queries + BlockQueries - 1) / BlockQueries, entries * heads, Threads, arguments);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A device that is lost has unloaded everything.
        if (_kernels.Count > 0 && _runtime.TrySetDevice(_device))
        {
            foreach (var (module, _) in _kernels.Values) _driver.Unload(module);
        }

        _kernels.Clear();
    }

    private byte[] Compile(int size)
    {
        List<string> options = [$"--gpu-architecture=sm_{_capability}", "--std=c++17", $"-DHEAD_SIZE={size}"];
        if (_bfloat16) options.Add("-DBFLOAT16");
        return _compiler.Compile(File, Text(File), new Dictionary<string, string> { [Header] = Text(Header) }, options);
    }

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(RowRangesKernel).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
