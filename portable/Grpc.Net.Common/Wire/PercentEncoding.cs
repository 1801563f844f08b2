using System.Buffers;
using System.Globalization;
using System.Text;

namespace Grpc.Net.Wire;

/// <summary>The encoding of grpc-message: UTF-8, all but printable ASCII as %XX, the percent sign too.</summary>
internal static class PercentEncoding
{
    private const int EscapeLength = 3;
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(symbol => symbol != '%')]);

    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        var encoded = new StringBuilder(text.Length * EscapeLength);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (Plain.Contains((char)value))
                encoded.Append((char)value);
            else
                encoded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary>Decodes; an escape that is none stays as it is, bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var source = Encoding.UTF8.GetBytes(text);
        var target = new byte[source.Length];
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (IsEscape(source.AsSpan(i)))
            {
                target[length++] = byte.Parse(source.AsSpan(i + 1, EscapeLength - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += EscapeLength - 1;
            }
            else
            {
                target[length++] = source[i];
            }
        }

        return Encoding.UTF8.GetString(target, 0, length);
    }

    private static bool IsEscape(ReadOnlySpan<byte> text) =>
        text.Length >= EscapeLength && text[0] == '%' && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]);
}
