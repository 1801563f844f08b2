using System.Runtime.CompilerServices;
using System.Text;

namespace VideoGrain.Tensors;

/// <summary>An error message that is put together only when the check has failed.</summary>
[InterpolatedStringHandler]
internal readonly ref struct CheckMessage
{
    private readonly StringBuilder? _text;

    /// <summary>Called by the compiler; asks for the parts only if <paramref name="condition"/> is false.</summary>
    public CheckMessage(int literalLength, int formattedCount, bool condition, out bool enabled)
    {
        enabled = !condition;
        _text = enabled ? new StringBuilder(literalLength + (formattedCount * 8)) : null;
    }

    /// <summary>Appends fixed text.</summary>
    public void AppendLiteral(string text) => _text!.Append(text);

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value) => _text!.Append(value);

    /// <inheritdoc/>
    public override string ToString() => _text?.ToString() ?? string.Empty;
}
