using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Media.Png;

namespace VideoGrain.Media.Tests;

public sealed class PngTests : IDisposable
{
    // Where the header's chunk begins, where the pixels' chunk does, and where a chunk's data does within it.
    private const int HeaderChunk = 8;
    private const int DataChunk = 33;
    private const int ChunkStart = 8;

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Frame_WrittenAndRead_IsTheSame() => Prop.ForAll(
        Gen.Choose(1, 40).Two().Zip(Gen.Choose(0, 9999)).ToArbitrary(),
        given =>
        {
            ((int width, int height), int seed) = given;
            byte[] rgb = new byte[width * height * 3];
            new System.Random(seed).NextBytes(rgb);
            return PngReader.Read(PngWriter.Write(new Frame(width, height, rgb))).ToFrame().Rgb.SequenceEqual(rgb);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Flow_In16Bits_RoundTrips()
    {
        ushort[] samples = [.. Enumerable.Range(0, 5 * 3 * 3).Select(i => (ushort)(i * 1489))];

        PngImage image = PngReader.Read(PngWriter.WriteRgb16(5, 3, samples));

        Assert.Equal((5, 3, 3, 16), (image.Width, image.Height, image.Channels, image.BitDepth));
        Assert.Equal(samples, image.Samples);
    }

    [Theory]
    [InlineData("gray", 1)]
    [InlineData("gray16be", 1)]
    [InlineData("ya8", 2)]
    [InlineData("rgb24", 3)]
    [InlineData("rgb48be", 3)]
    [InlineData("rgba", 4)]
    [InlineData("rgba64be", 4)]
    [InlineData("pal8", 3)]
    [InlineData("monob", 1)]
    public async Task PicturesOfOtherWriters_AreRead(string pixels, int channels)
    {
        await Clips.FfmpegAsync(_cancellation, "-f", "lavfi", "-i", "testsrc=size=37x29", "-frames:v", "1", "-pix_fmt", pixels, "-pred", "mixed", _folder["a.png"]);
        await Clips.FfmpegAsync(_cancellation, "-i", _folder["a.png"], "-pix_fmt", "rgb24", "-f", "rawvideo", _folder["a.raw"]);

        PngImage image = PngReader.ReadFile(_folder["a.png"]);

        Assert.Equal((37, 29), (image.Width, image.Height));
        Assert.Contains(image.Channels, new[] { channels, channels == 3 && pixels == "pal8" ? 4 : channels });
        byte[] expected = await File.ReadAllBytesAsync(_folder["a.raw"], _cancellation);
        byte[] found = image.ToFrame().Rgb;
        Assert.Equal(expected.Length, found.Length);
        Assert.All(Enumerable.Range(0, found.Length), i => Assert.InRange(found[i] - expected[i], -1, 1));
    }

    [Fact]
    public async Task Ffmpeg_ReadsWhatTheWriterWrote()
    {
        Frame frame = Clips.Walking()[2];
        await File.WriteAllBytesAsync(_folder["b.png"], PngWriter.Write(frame), _cancellation);

        await Clips.FfmpegAsync(_cancellation, "-i", _folder["b.png"], "-pix_fmt", "rgb24", "-f", "rawvideo", _folder["b.raw"]);

        Assert.Equal(frame.Rgb, await File.ReadAllBytesAsync(_folder["b.raw"], _cancellation));
    }

    [Fact]
    public void EveryTruncation_IsATypedError()
    {
        byte[] png = PngWriter.Write(Clips.Walking(16, 16)[0]);

        for (int length = 0; length < png.Length; length++)
        {
            MediaException refused = Assert.Throws<MediaException>(() => PngReader.Read(png.AsMemory(0, length)));
            Assert.Contains(refused.Error, new[] { MediaError.NotAPng, MediaError.Damaged });
        }
    }

    [Fact]
    public void EveryFlippedByte_IsATypedError()
    {
        byte[] png = PngWriter.Write(Clips.Walking(16, 16)[0]);

        for (int at = 0; at < png.Length; at++)
        {
            byte[] bad = (byte[])png.Clone();
            bad[at] ^= 0x55;
            Assert.Throws<MediaException>(() => PngReader.Read(bad));
        }
    }

    [Fact]
    public void HugeHeader_IsRefusedBeforeMemoryIsTaken()
    {
        byte[] png = PngWriter.Write(Clips.Walking(16, 16)[0]);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), int.MaxValue);
        Rechecksum(png);

        MediaException refused = Assert.Throws<MediaException>(() => PngReader.Read(png));

        Assert.Equal(MediaError.PixelLimitExceeded, refused.Error);
        Assert.Equal(8192, refused.Limit);
    }

    [Theory]
    [InlineData(24, 3)]
    [InlineData(25, 7)]
    [InlineData(28, 1)]
    public void UnknownKinds_AreNamed(int offset, byte value)
    {
        byte[] png = PngWriter.Write(Clips.Walking(16, 16)[0]);
        png[offset] = value;
        Rechecksum(png);

        Assert.Equal(MediaError.NotAPng, Assert.Throws<MediaException>(() => PngReader.Read(png)).Error);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    public void RowsOtherThanTheHeaderPromises_AreDamage(int height)
    {
        byte[] png = PngWriter.Write(Clips.Walking(16, 16)[0]);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        Rechecksum(png);

        Assert.Equal(MediaError.Damaged, Assert.Throws<MediaException>(() => PngReader.Read(png)).Error);
    }

    [Fact]
    public void DamageUnderARightChecksum_IsATypedErrorOrAnotherPicture()
    {
        byte[][] good =
        [
            PngWriter.Write(Clips.Walking(16, 16)[0]),
            PngWriter.Write(Mask.Full(19, 7)),
            PngWriter.WriteRgb16(5, 3, [.. Enumerable.Range(0, 5 * 3 * 3).Select(i => (ushort)(i * 1489))]),
        ];
        System.Random random = new(5);
        int refused = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] bad = (byte[])good[i % good.Length].Clone();
            int chunk = i % 4 == 0 ? HeaderChunk : DataChunk;
            int length = BinaryPrimitives.ReadInt32BigEndian(bad.AsSpan(chunk));
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bad[chunk + ChunkStart + random.Next(length)] ^= (byte)(1 << random.Next(8));
            Rechecksum(bad, chunk);
            try
            {
                PngReader.Read(bad);
            }
            catch (MediaException)
            {
                refused++;
            }
        }

        // Two flips may undo each other, and a few bits of a deflate stream mean nothing.
        Assert.InRange(refused, 900, 1000);
    }

    /// <summary>Makes a chunk's checksum right again, so that a test reaches the check behind it.</summary>
    private static void Rechecksum(byte[] png, int chunk = HeaderChunk)
    {
        int end = chunk + ChunkStart + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(chunk));
        uint crc = uint.MaxValue;
        foreach (byte b in png.AsSpan((chunk + 4)..end))
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(end), ~crc);
    }
}
