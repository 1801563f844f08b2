using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace VideoGrain.Fuzz.Tests.Mutation;

/// <summary>Values at and beyond the edges of what a field of a kind can hold, and near to what it held.</summary>
internal static class HostileValues
{
    private const int LongText = 20_000;
    private const int LongData = (1 << 20) + 1;
    private static readonly double[] Reals = [0, -0.0, 1, -1, 0.5, 2, 50, 1e9, -1e9, 1e-320, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon];
    private static readonly long[] Integers = [0, 1, 2, 3, 7, 8, 16, 63, 64, 65, 255, 256, 999, 1000, 1001, 4096, 65535, int.MaxValue, (long)int.MaxValue + 1, uint.MaxValue, (long)uint.MaxValue + 1, long.MaxValue, -1, int.MinValue, long.MinValue];
    private static readonly string[] Texts =
    [
        "", " ", "a", "\0", "\r\n\t", "../../../etc/passwd", "/dev/zero", "C:\\x", "%s%n{0}", "'; DROP TABLE jobs;--", "<svg/onload=1>", "\u202Egnp.4pm", "\uFEFFmask", "\U0001F43B\u200D\U0001F9CA",
        "e\u0301\u0301\u0301", "null", "NaN", "-1", "result.mp4", "masks/left", "frames", "latents", "AAAAAAAAAAA=",
    ];

    /// <summary>A value for a field that is no message.</summary>
    /// <param name="field">The field.</param>
    /// <param name="current">What it holds now; null when nothing is known.</param>
    /// <param name="random">Chooses.</param>
    public static object For(FieldDescriptor field, object? current, Random random) => field.FieldType switch
    {
        FieldType.Double => random.Next(4) == 0 && current is double real ? Near(real, random) : Pick(Reals, random),
        FieldType.Float => (float)Pick(Reals, random),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.String => Text((string?)current ?? "", random),
        FieldType.Bytes => Data((ByteString?)current ?? ByteString.Empty, random),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(3) == 0 ? Pick([-1, 99, int.MaxValue, int.MinValue], random) : random.Next(12)),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)Integer(current, random)),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)Integer(current, random)),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Integer(current, random),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)Integer(current, random)),
        _ => throw new NotSupportedException($"{field.FullName} is of a kind that the contract does not use."),
    };

    private static long Integer(object? current, Random random) => current is null || random.Next(2) == 0
        ? Pick(Integers, random)
        : unchecked(Convert.ToInt64(Convert.ToDecimal(current, CultureInfo.InvariantCulture) % long.MaxValue) + random.Next(-2, 3));

    private static double Near(double value, Random random) => random.Next(3) switch
    {
        0 => Math.BitIncrement(value),
        1 => Math.BitDecrement(value),
        _ => value * (random.Next(5) - 2),
    };

    private static string Text(string current, Random random) => random.Next(6) switch
    {
        0 => new string((char)random.Next(0x20, 0x7F), random.Next(LongText)),
        1 => current + current,
        2 when current.Length > 0 => current[..random.Next(current.Length)],
        3 when current.Length > 0 => current.Replace(current[random.Next(current.Length)], (char)random.Next(1, 0xD7FF)),
        4 => current + ' ' + Pick(Texts, random),
        _ => Pick(Texts, random),
    };

    private static ByteString Data(ByteString current, Random random)
    {
        var data = current.ToByteArray();
        switch (random.Next(5))
        {
            case 0 when data.Length > 0:
                data[random.Next(data.Length)] ^= (byte)(1 << random.Next(8));
                return ByteString.CopyFrom(data);
            case 1 when data.Length > 0:
                return ByteString.CopyFrom(data, 0, random.Next(data.Length));
            case 2:
                return ByteString.CopyFrom([.. data, .. data]);
            case 3:
                return ByteString.CopyFrom(new byte[random.Next(8) == 0 ? LongData : random.Next(64)]);
            default:
                random.NextBytes(data);
                return ByteString.CopyFrom(data);
        }
    }

    private static T Pick<T>(T[] values, Random random) => values[random.Next(values.Length)];
}
