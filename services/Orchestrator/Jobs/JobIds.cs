using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VideoGrain.Orchestrator.Jobs;

/// <summary>Makes job ids: the time in milliseconds, then 80 random bits, in base 32; ids sort by time and cannot be guessed.</summary>
internal sealed class JobIds(TimeProvider time)
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int BitsPerDigit = 5;
    private const int TimeDigits = 10;
    private const int RandomDigits = 16;

    /// <summary>A new id, such as <c>edit-01j8x3k9qzv7m2n4p6r8s0t1w5</c>.</summary>
    public string Next()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong) * 2];
        RandomNumberGenerator.Fill(random);
        var id = "edit-" + Encode((ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), TimeDigits);
        return id
            + Encode(BinaryPrimitives.ReadUInt64LittleEndian(random), RandomDigits / 2)
            + Encode(BinaryPrimitives.ReadUInt64LittleEndian(random[sizeof(ulong)..]), RandomDigits / 2);
    }

    private static string Encode(ulong value, int digits) => string.Create(digits, value, (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, rest >>= BitsPerDigit)
            text[i] = Digits[(int)(rest % (ulong)Digits.Length)];
    });
}
