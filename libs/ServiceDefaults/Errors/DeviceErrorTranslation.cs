using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>
/// What errors of the CUDA runtime and its libraries mean, which TorchSharp and ONNX Runtime pass on as text: memory that does not suffice, and errors after which
/// the process can use the device no more.
/// </summary>
internal sealed class DeviceErrorTranslation : IExceptionTranslation
{
    private static readonly string[] Prefixes = ["CUDA error: ", "CUDA failure "];

    private static readonly string[] OutOfMemory =
    [
        "CUDA out of memory", "CUDA error: out of memory", "CUDA failure 2: ", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED",
    ];

    // The texts of cudaGetErrorString for errors that destroy the context, and for a device that is not there.
    private static readonly string[] Lost =
    [
        "an illegal memory access was encountered", "an illegal instruction was encountered", "misaligned address", "device-side assert triggered",
        "unspecified launch failure", "the launch timed out and was terminated", "hardware stack error", "uncorrectable ECC error encountered",
        "uncorrectable NVLink error detected", "no CUDA-capable device is detected", "all CUDA-capable devices are busy or unavailable", "unknown error",
    ];

    public VideoGrainException? TryTranslate(Exception exception)
    {
        var text = exception.Message;
        if (Holds(OutOfMemory))
            return new(StatusCode.ResourceExhausted, ErrorReasons.GpuOutOfMemory, "the device's memory does not suffice; use fewer frames or a smaller size", exception);
        return Holds(Prefixes) && Holds(Lost) ? new(StatusCode.Unavailable, ErrorReasons.GpuLost, "the compute device was lost", exception) : null;

        bool Holds(string[] phrases) => phrases.Any(phrase => text.Contains(phrase, StringComparison.Ordinal));
    }
}
