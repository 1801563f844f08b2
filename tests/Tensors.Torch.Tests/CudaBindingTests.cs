using System.Reflection;
using System.Runtime.InteropServices;
using VideoGrain.Tensors.Torch;
using VideoGrain.Tensors.Torch.Cuda;
using VideoGrain.Tensors.Torch.Internal;

namespace VideoGrain.Tensors.Tests;

/// <summary>The calls into CUDA's libraries, by one that stands for the runtime, the driver and NVRTC (FakeCuda/cuda.c): names, signatures and operands are real.</summary>
public sealed class CudaBindingTests
{
    private const int Hopper = 0, TooOld = 1, BrokenSize = 24;

    private static readonly string Folder = typeof(CudaBindingTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "FakeCuda").Value!;

    private delegate int Count();

    private static string Library
    {
        get
        {
            var path = Path.Combine(Folder, "libfakecuda.so");
            Assert.True(File.Exists(path), $"{path} is missing: run tests/Tensors.Torch.Tests/setup.sh");
            return path;
        }
    }

    [Fact]
    public void Marks_OnADevice_AreReachedInOrderAndTellTheTimeBetween()
    {
        using var marks = new CudaMarks(CudaRuntime.Open([Library])!, Hopper);
        nint first = marks.Create(), second = marks.Create();
        marks.Set(first);
        marks.Set(second);

        Assert.False(marks.IsReached(first));
        Assert.True(marks.IsReached(first));
        marks.Wait(second);
        Assert.Equal(TimeSpan.FromMilliseconds(1), marks.Between(first, second));
        marks.Destroy(first);
        marks.Destroy(second);
    }

    [Fact]
    public void Runtime_OfADevice_TellsMemoryAndCapability()
    {
        var runtime = CudaRuntime.Open([Library])!;
        runtime.SetDevice(Hopper);

        Assert.Equal((3L << 30, 8L << 30), runtime.Memory());
        Assert.Equal((90, 75), (runtime.Capability(Hopper), runtime.Capability(TooOld)));
        var error = Assert.Throws<ExternalException>(() => runtime.SetDevice(7));
        Assert.Equal((101, "CUDA error: invalid device ordinal"), (error.ErrorCode, error.Message));
        Assert.False(runtime.TrySetDevice(7));
    }

    [Fact]
    public void Libraries_WithoutTheFunctions_ArePassedOver()
    {
        string[] without = ["libc.so.6", "no-such-library"];

        Assert.Null(CudaRuntime.Open(without));
        Assert.Null(CudaDriver.Open(without));
        Assert.Null(CudaCompiler.Open(without));
        Assert.NotNull(CudaRuntime.Open([.. without, Library]));
        Assert.NotNull(CudaDriver.Open([.. without, Library]));
        Assert.NotNull(CudaCompiler.Open([.. without, Library]));
    }

    [Fact]
    public void Compiler_WherePackagesPutIt_IsFound()
    {
        var root = Directory.CreateTempSubdirectory();
        try
        {
            var torch = Touch("site", "torch", "lib", "libtorch.so");
            var runtime = Touch("other", "nvidia", "cuda_runtime", "lib", "libcudart.so.12");
            var inParts = Touch("site", "nvidia", "cu13", "lib", "libnvrtc.so.13");
            var besideRuntime = Touch("other", "nvidia", "cuda_nvrtc", "lib", "libnvrtc.so.12");
            var hashed = Touch("site", "torch", "lib", "libnvrtc-0123abcd.so.12");
            Touch("site", "nvidia", "cu13", "lib", "libnvrtc-builtins.so.13.0");
            Touch("site", "nvidia", "cu13", "lib", "libnvrtc.alt.so.13");

            Assert.Equal(new[] { inParts, besideRuntime, hashed }.Order(), CudaCompiler.Beside([torch, runtime]).Order());
        }
        finally
        {
            root.Delete(recursive: true);
        }

        string Touch(params string[] parts)
        {
            var path = Path.Combine([root.FullName, .. parts]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
            return path;
        }
    }

    [Theory]
    [InlineData(TorchPrecision.Float16, 1, 1, 65, 77, 8, 40)]
    [InlineData(TorchPrecision.Float16, 2, 2, 150, 33, 2, 80)]
    [InlineData(TorchPrecision.BFloat16, 2, 1, 300, 20, 3, 160)]
    public void RowRanges_ByTheKernel_AreThoseOfTheLibrary(TorchPrecision precision, int entries, int repeats, int queries, int keys, int heads, int size)
    {
        using var engine = new TorchEngine(new TorchEngineOptions { Device = TorchEngineOptions.Cpu, Precision = precision });
        using var scope = engine.BeginScope();
        var told = new List<string>();
        using var kernels = Make(Hopper, precision == TorchPrecision.BFloat16, told);
        const float Scale = -0.3f;
        Tensor q = engine.Upload(Numbers.Random(1, entries * repeats * queries * heads * size), entries * repeats, queries, heads * size);
        Tensor k = engine.Upload(Numbers.Random(2, (entries + 1) * keys * heads * size), entries + 1, keys, heads * size).Slice(1, entries);
        using var ranges = TorchSharp.torch.zeros([entries, heads, repeats * queries]);

        Assert.True(kernels.TryRowRanges((TorchTensor)q, (TorchTensor)k, ranges, heads, Scale));

        var library = engine.Values(engine.RowRanges(q, k, heads, Scale));
        var tolerance = precision == TorchPrecision.BFloat16 ? 2e-2 : 3e-3;
        Numbers.AssertClose([.. library.Select(value => (double)value)], ranges.data<float>().ToArray(), tolerance);
        Assert.Empty(told);
        Assert.Null(kernels.Fallback);
    }

    [Fact]
    public void RowRanges_OfHeadsThatNoKernelTakes_AreLeftToTheLibrary()
    {
        var told = new List<string>();
        using var kernels = Make(Hopper, bfloat16: false, told);

        Assert.False(Try(kernels, size: 20));
        Assert.False(Try(kernels, size: 264));
        Assert.Empty(told);
    }

    [Fact]
    public void RowRanges_KernelThatDoesNotCompile_AreLeftToTheLibraryAndTheReasonIsToldOnce()
    {
        var told = new List<string>();
        using var kernels = Make(Hopper, bfloat16: false, told);

        Assert.False(Try(kernels, BrokenSize));
        Assert.False(Try(kernels, BrokenSize));
        Assert.True(Try(kernels, size: 40));

        Assert.Contains($"NVRTC_ERROR_COMPILATION:\nRowRanges.cu(1): error: no head of {BrokenSize}", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal(told[0], kernels.Fallback);
    }

    [Fact]
    public void Kernels_WithoutWhatTheyNeed_SayWhatIsMissing()
    {
        var (runtime, driver, compiler) = (CudaRuntime.Open([Library]), CudaDriver.Open([Library]), CudaCompiler.Open([Library]));

        AssertTold("CUDA runtime", null, driver, compiler, Hopper);
        AssertTold("CUDA driver", runtime, null, compiler, Hopper);
        AssertTold("NVRTC", runtime, driver, null, Hopper);
        AssertTold("compute capability 7.5", runtime, driver, compiler, TooOld);

        static void AssertTold(string expected, CudaRuntime? runtime, CudaDriver? driver, CudaCompiler? compiler, int device)
        {
            var told = new List<string>();
            using var kernels = new OwnKernels(runtime, driver, compiler, device, bfloat16: false, told.Add);
            Assert.Contains(expected, Assert.Single(told), StringComparison.Ordinal);
            Assert.False(Try(kernels, size: 40));
        }
    }

    [Fact]
    public void Kernels_Disposed_AreUnloaded()
    {
        var modules = Marshal.GetDelegateForFunctionPointer<Count>(NativeLibrary.GetExport(NativeLibrary.Load(Library), "fake_modules"));
        var before = modules();
        using (var kernels = Make(Hopper, bfloat16: false, []))
        {
            Assert.True(Try(kernels, size: 40));
            Assert.True(Try(kernels, size: 80));
            Assert.Equal(before + 2, modules());
        }

        Assert.Equal(before, modules());
    }

    private static OwnKernels Make(int device, bool bfloat16, List<string> told) =>
        new(CudaRuntime.Open([Library]), CudaDriver.Open([Library]), CudaCompiler.Open([Library]), device, bfloat16, told.Add);

    private static bool Try(OwnKernels kernels, int size)
    {
        const int Queries = 3, Keys = 4;
        using var engine = new TorchEngine(new TorchEngineOptions { Device = TorchEngineOptions.Cpu });
        using var scope = engine.BeginScope();
        Tensor q = engine.Upload(new float[Queries * size], 1, Queries, size), k = engine.Upload(new float[Keys * size], 1, Keys, size);
        using var ranges = TorchSharp.torch.zeros([1, 1, Queries]);
        return kernels.TryRowRanges((TorchTensor)q, (TorchTensor)k, ranges, 1, 1);
    }
}
