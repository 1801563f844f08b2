using System.Globalization;
using System.Text.RegularExpressions;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>Reads what PyTorch's allocators, and the libraries that it calls, write when memory runs out: it is all that says how much was asked for.</summary>
internal static partial class OutOfMemoryMessage
{
    // cuBLAS and cuDNN take workspace from the device themselves, the former for every thread anew.
    private static readonly string[] NotAllocated = ["CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"];

    private const string Number = @"(?<amount>\d+(\.\d+)?) (?<unit>bytes|KiB|MiB|GiB)";

    /// <summary>Whether an error's text is about memory: of a CUDA device, or of the processor.</summary>
    public static bool Is(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || message.Contains("can't allocate memory", StringComparison.Ordinal)
        || Array.Exists(NotAllocated, status => message.Contains(status, StringComparison.Ordinal));

    /// <summary>Bytes asked for; null where the text does not say.</summary>
    public static long? Requested(string message) => Bytes(RequestedAmount().Match(message));

    /// <summary>Bytes that were free; null where the text does not say.</summary>
    public static long? Free(string message) => Bytes(FreeAmount().Match(message));

    private static long? Bytes(Match match)
    {
        if (!match.Success) return null;
        var unit = match.Groups["unit"].Value switch { "KiB" => 1L << 10, "MiB" => 1L << 20, "GiB" => 1L << 30, _ => 1L };
        return (long)(double.Parse(match.Groups["amount"].ValueSpan, CultureInfo.InvariantCulture) * unit);
    }

    [GeneratedRegex(@"[Tt]ried to allocate " + Number)]
    private static partial Regex RequestedAmount();

    [GeneratedRegex(Number + @" (is )?free")]
    private static partial Regex FreeAmount();
}
