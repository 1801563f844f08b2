using Grpc.Core;
using Microsoft.ML.OnnxRuntime;
using VideoGrain.ServiceDefaults.Errors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace VideoGrain.Segmentation.Models;

/// <summary>Where models run, by the names that configuration uses.</summary>
internal static class ExecutionProviders
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";

    // What the library calls them.
    private const string CudaInLibrary = "CUDAExecutionProvider";
    private const string Suffix = "ExecutionProvider";

    /// <summary>The names that may be configured.</summary>
    public static IReadOnlyList<string> Known { get; } = [Cpu, Cuda];

    /// <summary>The library and the provider, as capabilities name an engine: "onnxruntime-cpu".</summary>
    public static string Engine(SegmentationOptions options) => $"onnxruntime-{options.ExecutionProvider}";

    /// <summary>What models run on, in words: "8 cores", "4 threads", "cuda:0".</summary>
    public static string Device(SegmentationOptions options) => options switch
    {
        { ExecutionProvider: not Cpu } => $"{options.ExecutionProvider}:{options.ExecutionDevice}",
        { ModelThreads: 0 } => Count(Environment.ProcessorCount, "core"),
        _ => Count(options.ModelThreads, "thread"),
    };

    /// <summary>Puts a provider before the CPU, which takes every operator that it cannot run.</summary>
    /// <exception cref="VideoGrainException">FAILED_PRECONDITION, EXECUTION_PROVIDER_UNAVAILABLE: the library lacks it, or it cannot start.</exception>
    public static void Prefer(SessionOptions options, string provider, int device)
    {
        if (provider == Cpu)
            return;
        var available = OrtEnv.Instance().GetAvailableProviders();
        if (!available.Contains(CudaInLibrary))
        {
            var has = string.Join(", ", available.Select(p => p.Replace(Suffix, "", StringComparison.Ordinal).ToLowerInvariant()));
            throw Unavailable(provider, $"this ONNX Runtime library has {has}");
        }

        try
        {
            options.AppendExecutionProvider_CUDA(device);
        }
        catch (OnnxRuntimeException error)
        {
            throw Unavailable(provider, error.Message, error);
        }
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static VideoGrainException Unavailable(string provider, string why, Exception? inner = null)
        => new(StatusCode.FailedPrecondition, ErrorReasons.ExecutionProviderUnavailable, $"execution provider '{provider}' cannot be used: {why}", inner);
}
