using System.Text;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.ServiceDefaults.Tests;

public class Crc32CTests
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    /// <summary>Values of RFC 3720, appendix B.4, and the usual check string.</summary>
    public static TheoryData<byte[], uint> KnownValues() => new()
    {
        { [], 0 },
        { Encoding.ASCII.GetBytes("123456789"), 0xE3069283 },
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat(byte.MaxValue, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E },
    };

    [Theory]
    [MemberData(nameof(KnownValues))]
    public void Compute_OfKnownBytes_GivesTheStandardsValue(byte[] data, uint expected) => Assert.Equal(expected, Crc32C.Compute(data));

    [Fact]
    public void Compute_OfAnyBytes_EqualsTheDefinition() =>
        Prop.ForAll<byte[]>(data => Crc32C.Compute(data) == BitByBit(data)).QuickCheckThrowOnFailure();

    private static uint BitByBit(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ ReflectedPolynomial : crc >> 1;
        }

        return ~crc;
    }
}
