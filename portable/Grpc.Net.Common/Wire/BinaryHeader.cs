using System.Buffers.Text;
using System.Text;

namespace Grpc.Net.Wire;

/// <summary>Values of -bin headers: base64, written without padding, read with or without.</summary>
internal static class BinaryHeader
{
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <exception cref="FormatException">The text is no base64.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        const int group = 4;
        var bare = text.Trim().TrimEnd('=');
        var padding = (group - bare.Length % group) % group;
        if (padding == group - 1)
            throw new FormatException("A -bin header holds text of a length that base64 cannot have.");
        var padded = new byte[bare.Length + padding];
        if (!Ascii.IsValid(bare))
            throw new FormatException("A -bin header holds text that is no base64.");
        Encoding.ASCII.GetBytes(bare, padded);
        padded.AsSpan(bare.Length).Fill((byte)'=');
        var result = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        if (Base64.DecodeFromUtf8(padded, result, out _, out var written) != System.Buffers.OperationStatus.Done)
            throw new FormatException("A -bin header holds text that is no base64.");
        return result.Length == written ? result : result[..written];
    }
}
