using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Artifacts;

public sealed class DirectoryArtifactStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DirectoryArtifactStore _store;

    public DirectoryArtifactStoreTests() => _store = new DirectoryArtifactStore(_folder.Path);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void WhatIsWrittenInPieces_IsReadBack_FromEveryOffset()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (pieces, start) =>
        {
            var whole = pieces.SelectMany(piece => piece).ToArray();
            var offset = start.Get % (whole.Length + 1);
            return RoundTripAsync(pieces, offset).GetAwaiter().GetResult().AsSpan().SequenceEqual(whole.AsSpan(offset));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Digest_IsTheSha256OfTheBytes()
    {
        byte[] data = [1, 2, 3];
        using var pin = await _store.PutAsync(data, Bounded.Token);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data)), pin.Reference.Digest.Hex);
        Assert.Equal(3, await _store.GetLengthAsync(pin.Reference.Digest, Bounded.Token));
    }

    [Fact]
    public async Task EqualBytes_AreStoredOnce()
    {
        using var first = await _store.PutAsync(new byte[] { 7 }, Bounded.Token);
        using var second = await _store.PutAsync(new byte[] { 7 }, Bounded.Token);

        Assert.Equal(first.Reference, second.Reference);
        Assert.Single(_folder.Files("objects"));
    }

    [Fact]
    public async Task Write_PastTheLimit_IsRefused_AndLeavesNothing()
    {
        var writer = await _store.CreateAsync(4, Bounded.Token);
        await writer.WriteAsync(new byte[4], Bounded.Token);
        var error = await Assert.ThrowsAsync<ArtifactLimitExceededException>(async () => await writer.WriteAsync(new byte[1], Bounded.Token));
        await writer.DisposeAsync();

        Assert.Equal(4, error.MaxBytes);
        Assert.Empty(_folder.Files("objects"));
        Assert.DoesNotContain(_folder.Files("staging"), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UncommittedWriter_IsInvisible()
    {
        await using var writer = await _store.CreateAsync(10, Bounded.Token);
        await writer.WriteAsync(new byte[] { 1, 2 }, Bounded.Token);

        Assert.Null(await _store.GetLengthAsync(ArtifactDigest.Of([1, 2]), Bounded.Token));
        Assert.Empty(_folder.Files("objects"));
    }

    [Fact]
    public async Task StagingOfADeadOwner_IsRemoved_AndThatOfALiveOneStays()
    {
        // A crash leaves the folder and the lock file, but not the lock.
        var dead = Path.Combine(_folder.Path, "staging", "999999-0");
        Directory.CreateDirectory(dead);
        await File.WriteAllBytesAsync(dead + ".lock", [], Bounded.Token);
        await File.WriteAllBytesAsync(Path.Combine(dead, "1.part"), new byte[100], Bounded.Token);
        using var neighbour = new DirectoryArtifactStore(_folder.Path);
        await using var live = await neighbour.CreateAsync(10, Bounded.Token);
        await live.WriteAsync(new byte[] { 1 }, Bounded.Token);

        Assert.Equal(1, await _store.RemoveAbandonedAsync(Bounded.Token));
        Assert.False(Directory.Exists(dead));
        using var pin = await live.CommitAsync(Bounded.Token);
        Assert.Equal(1, pin.Reference.Length);
    }

    [Fact]
    public async Task Delete_OfAReferencedArtifact_KeepsIt()
    {
        var digest = await PutAndUnpinAsync([1]);

        Assert.False(await _store.TryDeleteAsync(digest, (_, _) => new(true), Bounded.Token));
        Assert.NotNull(await _store.GetLengthAsync(digest, Bounded.Token));
    }

    [Fact]
    public async Task Delete_OfAPinnedArtifact_KeepsIt()
    {
        using var pin = await _store.PutAsync(new byte[] { 1 }, Bounded.Token);

        Assert.False(await _store.TryDeleteAsync(pin.Reference.Digest, (_, _) => new(false), Bounded.Token));
        Assert.NotNull(await _store.GetLengthAsync(pin.Reference.Digest, Bounded.Token));
    }

    [Fact]
    public async Task Commit_DuringTheDeletionOfTheSameBytes_WaitsAndSurvivesIt()
    {
        var digest = await PutAndUnpinAsync([1]);
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource<bool>();
        var deletion = _store.TryDeleteAsync(
            digest,
            async (_, _) =>
            {
                asked.SetResult();
                return await answer.Task;
            },
            Bounded.Token).AsTask();
        await asked.Task.InTime();
        var commit = _store.PutAsync(new byte[] { 1 }, Bounded.Token).AsTask();
        answer.SetResult(false);

        Assert.True(await deletion.InTime());
        using var pin = await commit.InTime();
        Assert.Equal(1, await _store.GetLengthAsync(digest, Bounded.Token));
    }

    [Fact]
    public async Task Verify_NoticesASingleFlippedBit()
    {
        var digest = await PutAndUnpinAsync(new byte[1000]);
        await _store.VerifyAsync(digest, Bounded.Token);
        var file = Assert.Single(_folder.Files("objects"));
        var bytes = await File.ReadAllBytesAsync(file, Bounded.Token);
        bytes[500] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Bounded.Token);

        var error = await Assert.ThrowsAsync<ArtifactCorruptException>(() => _store.VerifyAsync(digest, Bounded.Token));
        Assert.Equal(digest, error.Digest);
    }

    [Fact]
    public async Task Open_OfAMissingArtifact_NamesIt()
    {
        var digest = ArtifactDigest.Of([42]);
        var error = await Assert.ThrowsAsync<ArtifactMissingException>(async () => await _store.OpenReadAsync(digest, 0, Bounded.Token));
        Assert.Equal(digest, error.Digest);
    }

    [Fact]
    public async Task Open_PastTheEnd_IsRefused()
    {
        var digest = await PutAndUnpinAsync([1, 2]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _store.OpenReadAsync(digest, 3, Bounded.Token));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEF")]
    public void Digest_ParsesNothingButADigest(string text) => Assert.False(ArtifactDigest.TryParse(text, out _));

    private async Task<ArtifactDigest> PutAndUnpinAsync(byte[] data)
    {
        using var pin = await _store.PutAsync(data, Bounded.Token);
        return pin.Reference.Digest;
    }

    private async Task<byte[]> RoundTripAsync(byte[][] pieces, int offset)
    {
        await using var writer = await _store.CreateAsync(long.MaxValue, Bounded.Token);
        foreach (var piece in pieces)
            await writer.WriteAsync(piece, Bounded.Token);

        using var pin = await writer.CommitAsync(Bounded.Token);
        await using var stream = await _store.OpenReadAsync(pin.Reference.Digest, offset, Bounded.Token);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Bounded.Token);
        return read.ToArray();
    }
}
