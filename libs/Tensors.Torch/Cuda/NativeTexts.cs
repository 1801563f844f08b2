using System.Runtime.InteropServices;

namespace VideoGrain.Tensors.Torch.Cuda;

/// <summary>Texts as C libraries take them, UTF-8 with a zero behind, until it is disposed.</summary>
internal sealed class NativeTexts : IDisposable
{
    private readonly List<nint> _texts = [];

    /// <summary>One text.</summary>
    public nint Add(string text)
    {
        _texts.Add(Marshal.StringToCoTaskMemUTF8(text));
        return _texts[^1];
    }

    /// <summary>Several texts.</summary>
    public nint[] Add(IEnumerable<string> texts) => [.. texts.Select(Add)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var text in _texts) Marshal.FreeCoTaskMem(text);
        _texts.Clear();
    }
}
