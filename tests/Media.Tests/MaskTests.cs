using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Media.Png;

namespace VideoGrain.Media.Tests;

public sealed class MaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Union_OfMaskAndComplement_IsEverything() => Prop.ForAll(
        Gen.Choose(0, 9999).ToArbitrary(),
        seed =>
        {
            Mask mask = Random(seed, 9, 7);
            return mask.Union(mask.Invert()).Count == 63 && mask.Intersect(mask.Invert()).IsEmpty;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Resize_ThereAndBackByAWholeFactor_IsTheSame() => Prop.ForAll(
        Gen.Choose(0, 9999).Zip(Gen.Choose(1, 5)).ToArbitrary(),
        given =>
        {
            (int seed, int factor) = given;
            Mask mask = Random(seed, 6, 5);
            return mask.Resize(6 * factor, 5 * factor).Resize(6, 5).Set.SequenceEqual(mask.Set);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Resize_TakesTheFlooredSource()
    {
        Mask mask = new(5, 1, [1, 0, 1, 0, 1]);

        Assert.Equal<byte>([1, 0, 0], mask.Resize(3, 1).Set);
    }

    [Fact]
    public void Union_OfOtherSizes_IsRefused() =>
        Assert.Equal(MediaError.SizeMismatch, Assert.Throws<MediaException>(() => Mask.Full(3, 3).Union(Mask.Full(3, 4))).Error);

    [Fact]
    public void Sequence_OfDifferentSizesOrLengths_IsRefused()
    {
        Assert.Equal(MediaError.NoFrames, Assert.Throws<MediaException>(() => new MaskSequence([])).Error);
        Assert.Equal(MediaError.SizeMismatch, Assert.Throws<MediaException>(() => new MaskSequence([Mask.Full(2, 2), Mask.Full(2, 3)])).Error);
        MaskSequence one = new([Mask.Full(2, 2)]), two = new([Mask.Full(2, 2), Mask.Full(2, 2)]);
        Assert.Equal(MediaError.CountMismatch, Assert.Throws<MediaException>(() => one.Union(two)).Error);
    }

    [Fact]
    public async Task Folder_IsReadInTheOrderOfNames()
    {
        for (int i = 0; i < 12; i++)
            await File.WriteAllBytesAsync(_folder[$"{i:0000}.png"], PngWriter.Write(Random(i, 8, 6)), _cancellation);

        MaskSequence masks = await new MaskReader().ReadAsync(_folder.Path, cancellation: _cancellation);

        Assert.Equal(12, masks.Count);
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(Random(i, 8, 6).Set, masks[i].Set));
    }

    [Fact]
    public async Task Threshold_DecidesWhatIsInside()
    {
        await File.WriteAllBytesAsync(_folder["gray.png"], PngWriter.Write(new Frame(2, 1, [0, 0, 0, 90, 100, 90])), _cancellation);

        Assert.Equal(1, (await new MaskReader().ReadAsync(_folder["gray.png"], cancellation: _cancellation))[0].Count);
        Assert.Equal(1, (await new MaskReader().ReadAsync(_folder["gray.png"], 100, _cancellation))[0].Count);
        Assert.Equal(0, (await new MaskReader().ReadAsync(_folder["gray.png"], 101, _cancellation))[0].Count);
    }

    [Fact]
    public async Task Archive_IsReadWithoutUnpacking()
    {
        using (ZipArchive zip = ZipFile.Open(_folder["masks.zip"], ZipArchiveMode.Create))
        {
            foreach (string name in new[] { "../../0001.png", "0000.png" })
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(PngWriter.Write(Mask.Full(8, 6)));
            }
        }

        Assert.Equal(2, (await new MaskReader().ReadAsync(_folder["masks.zip"], cancellation: _cancellation)).Count);
        Assert.Equal(["masks.zip"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task ArchiveBomb_StopsAtTheByteLimit()
    {
        using (ZipArchive zip = ZipFile.Open(_folder["bomb.zip"], ZipArchiveMode.Create))
        {
            using Stream entry = zip.CreateEntry("0000.png").Open();
            entry.Write(new byte[4 << 20]);
        }

        MediaException refused = await Assert.ThrowsAsync<MediaException>(
            () => new MaskReader(MediaLimits.Default with { MaxInputBytes = 1 << 20 }).ReadAsync(_folder["bomb.zip"], cancellation: _cancellation));

        Assert.Equal(MediaError.ByteLimitExceeded, refused.Error);
    }

    [Fact]
    public async Task MaskClip_IsThresholded()
    {
        Mask mask = new(32, 32, [.. Enumerable.Range(0, 1024).Select(i => (byte)(i % 32 < 16 ? 1 : 0))]);
        VideoFrames clip = new([new Frame(32, 32, [.. mask.Set.SelectMany(s => Enumerable.Repeat((byte)(s * 255), 3))])], FrameRate.Default);
        await new VideoEncoder().EncodeAsync(clip, _folder["mask.mp4"], cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

        MaskSequence masks = await new MaskReader().ReadAsync(_folder["mask.mp4"], cancellation: _cancellation).WaitAsync(Clips.Patience, _cancellation);

        Assert.Equal(mask.Set, masks[0].Set);
    }

    [Theory]
    [InlineData("absent", MediaError.NotFound)]
    [InlineData("empty", MediaError.NotFound)]
    [InlineData("text.zip", MediaError.Damaged)]
    [InlineData("text.png", MediaError.NotAPng)]
    [InlineData("text.mp4", MediaError.NotAVideo)]
    public async Task WhatIsNoMask_GetsATypedError(string name, MediaError expected)
    {
        Directory.CreateDirectory(_folder["empty"]);
        foreach (string file in new[] { "text.zip", "text.png", "text.mp4" })
            await File.WriteAllTextAsync(_folder[file], "no mask of any kind, only text", _cancellation);

        Assert.Equal(expected, (await Assert.ThrowsAsync<MediaException>(() => new MaskReader().ReadAsync(_folder[name], cancellation: _cancellation))).Error);
    }

    private static Mask Random(int seed, int width, int height)
    {
        System.Random random = new(seed);
        return new Mask(width, height, [.. Enumerable.Range(0, width * height).Select(_ => (byte)random.Next(2))]);
    }
}
