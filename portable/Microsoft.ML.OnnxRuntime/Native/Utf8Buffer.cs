using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Names as C strings, for the length of one call.</summary>
internal sealed class Utf8Buffer : IDisposable
{
    /// <summary>Copies names.</summary>
    public Utf8Buffer(IReadOnlyCollection<string> names)
    {
        Pointers = [.. names.Select(Marshal.StringToCoTaskMemUTF8)];
    }

    /// <summary>One pointer per name, in order.</summary>
    public nint[] Pointers { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pointer in Pointers)
            Marshal.FreeCoTaskMem(pointer);
    }
}
