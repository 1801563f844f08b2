using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Artifacts;

/// <summary>What every store promises; each kind of store runs the same tests.</summary>
public abstract class ArtifactStoreContract
{
    private static readonly TimeSpan Briefly = TimeSpan.FromMilliseconds(200);

    protected abstract IArtifactStore Store { get; }

    /// <summary>How many artifacts are stored, whether or not anybody can name them.</summary>
    protected abstract int StoredObjects();

    /// <summary>Whether anything half-written is left.</summary>
    protected abstract bool HasLeftovers();

    /// <summary>Flips a bit of a stored artifact.</summary>
    protected abstract void Damage(ArtifactDigest digest);

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
    public async Task Position_CanBeSet_ForwardAndBack()
    {
        var data = new byte[200_000];
        new Random(1).NextBytes(data);
        using var pin = await Store.PutAsync(data, Bounded.Token);
        await using var stream = await Store.OpenReadAsync(pin.Reference.Digest, 10, Bounded.Token);
        var piece = new byte[7];
        foreach (var position in new[] { 10, 100, 199_993, 99, 99_000, 98_999, 0 })
        {
            stream.Position = position;
            await stream.ReadExactlyAsync(piece, Bounded.Token);

            Assert.Equal(data[position..(position + piece.Length)], piece);
            Assert.Equal(position + piece.Length, stream.Position);
        }

        stream.Position = data.Length;
        Assert.Equal(0, await stream.ReadAsync(piece, Bounded.Token));
    }

    [Fact]
    public async Task Digest_IsTheSha256OfTheBytes()
    {
        byte[] data = [1, 2, 3];
        using var pin = await Store.PutAsync(data, Bounded.Token);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data)), pin.Reference.Digest.Hex);
        Assert.Equal(3, await Store.GetLengthAsync(pin.Reference.Digest, Bounded.Token));
    }

    [Fact]
    public async Task EqualBytes_AreStoredOnce()
    {
        using var first = await Store.PutAsync(new byte[] { 7 }, Bounded.Token);
        using var second = await Store.PutAsync(new byte[] { 7 }, Bounded.Token);

        Assert.Equal(first.Reference, second.Reference);
        Assert.Equal(1, StoredObjects());
    }

    [Fact]
    public async Task Write_PastTheLimit_IsRefused_AndLeavesNothing()
    {
        var writer = await Store.CreateAsync(4, Bounded.Token);
        await writer.WriteAsync(new byte[4], Bounded.Token);
        var error = await Assert.ThrowsAsync<ArtifactLimitExceededException>(async () => await writer.WriteAsync(new byte[1], Bounded.Token));
        await writer.DisposeAsync();

        Assert.Equal(4, error.MaxBytes);
        Assert.Equal(0, StoredObjects());
        Assert.False(HasLeftovers());
    }

    [Fact]
    public async Task UncommittedWriter_IsInvisible()
    {
        await using var writer = await Store.CreateAsync(10, Bounded.Token);
        await writer.WriteAsync(new byte[] { 1, 2 }, Bounded.Token);

        Assert.Null(await Store.GetLengthAsync(ArtifactDigest.Of([1, 2]), Bounded.Token));
        Assert.Equal(0, StoredObjects());
    }

    [Fact]
    public async Task CommittedWriter_TakesNoMore()
    {
        await using var writer = await Store.CreateAsync(10, Bounded.Token);
        using var pin = await writer.CommitAsync(Bounded.Token);

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.WriteAsync(new byte[1], Bounded.Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.CommitAsync(Bounded.Token));
    }

    [Fact]
    public async Task Delete_OfAnUnreferencedArtifact_RemovesIt()
    {
        var digest = await PutAndUnpinAsync([1]);

        Assert.True(await Store.TryDeleteAsync(digest, (_, _) => new(false), Bounded.Token));
        Assert.Null(await Store.GetLengthAsync(digest, Bounded.Token));
        Assert.Equal(0, StoredObjects());
    }

    [Fact]
    public async Task Delete_OfAnArtifactThatIsNotThere_IsNoError() =>
        Assert.True(await Store.TryDeleteAsync(ArtifactDigest.Of([9]), (_, _) => new(false), Bounded.Token));

    [Fact]
    public async Task Delete_OfAReferencedArtifact_KeepsIt()
    {
        var digest = await PutAndUnpinAsync([1]);

        Assert.False(await Store.TryDeleteAsync(digest, (_, _) => new(true), Bounded.Token));
        Assert.NotNull(await Store.GetLengthAsync(digest, Bounded.Token));
    }

    [Fact]
    public async Task Delete_OfAPinnedArtifact_KeepsIt()
    {
        using var pin = await Store.PutAsync(new byte[] { 1 }, Bounded.Token);

        Assert.False(await Store.TryDeleteAsync(pin.Reference.Digest, (_, _) => new(false), Bounded.Token));
        Assert.NotNull(await Store.GetLengthAsync(pin.Reference.Digest, Bounded.Token));
    }

    [Fact]
    public async Task Delete_WhoseQuestionFails_KeepsTheArtifact_AndHoldsUpNobody()
    {
        var digest = await PutAndUnpinAsync([1]);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await Store.TryDeleteAsync(digest, (_, _) => throw new InvalidOperationException(), Bounded.Token));
        using var again = await Store.PutAsync(new byte[] { 1 }, Bounded.Token).AsTask().InTime();
        Assert.NotNull(await Store.GetLengthAsync(digest, Bounded.Token));
    }

    [Fact]
    public Task Commit_DuringTheDeletionOfTheSameBytes_WaitsAndSurvivesIt() => CommitDuringDeletionAsync(Store, Store);

    [Fact]
    public async Task Verify_NoticesASingleFlippedBit()
    {
        var digest = await PutAndUnpinAsync(new byte[1000]);
        await Store.VerifyAsync(digest, Bounded.Token);
        Damage(digest);

        var error = await Assert.ThrowsAsync<ArtifactCorruptException>(() => Store.VerifyAsync(digest, Bounded.Token));
        Assert.Equal(digest, error.Digest);
    }

    [Fact]
    public async Task Commit_OfTheSameBytes_HealsADamagedCopy()
    {
        var digest = await PutAndUnpinAsync(new byte[1000]);
        Damage(digest);
        using var pin = await Store.PutAsync(new byte[1000], Bounded.Token);

        await Store.VerifyAsync(digest, Bounded.Token);
    }

    [Fact]
    public async Task Open_OfAMissingArtifact_NamesIt()
    {
        var digest = ArtifactDigest.Of([42]);
        var error = await Assert.ThrowsAsync<ArtifactMissingException>(async () => await Store.OpenReadAsync(digest, 0, Bounded.Token));
        Assert.Equal(digest, error.Digest);
    }

    [Fact]
    public async Task Open_PastTheEnd_IsRefused()
    {
        var digest = await PutAndUnpinAsync([1, 2]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.OpenReadAsync(digest, 3, Bounded.Token));
    }

    [Fact]
    public async Task List_GivesWhatIsOldEnough()
    {
        var digest = await PutAndUnpinAsync([1]);

        Assert.Equal([digest], await ListAsync(DateTimeOffset.UtcNow.AddMinutes(1)));
        Assert.Empty(await ListAsync(DateTimeOffset.UtcNow.AddHours(-1)));
    }

    /// <summary>A commit that begins while the same bytes are being deleted, possibly by another process.</summary>
    protected static async Task CommitDuringDeletionAsync(IArtifactStore deleter, IArtifactStore committer)
    {
        (await deleter.PutAsync(new byte[] { 1 }, Bounded.Token)).Dispose();
        var digest = ArtifactDigest.Of([1]);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var questions = 0;
        var lastQuestion = deleter is DirectoryArtifactStore ? 1 : 2;
        var deletion = deleter.TryDeleteAsync(
            digest,
            async (_, _) =>
            {
                if (++questions < lastQuestion)
                    return false;

                asked.SetResult();
                return await answer.Task;
            },
            Bounded.Token).AsTask();
        await asked.Task.InTime();
        var commit = committer.PutAsync(new byte[] { 1 }, Bounded.Token).AsTask();
        await Task.WhenAny(commit, Task.Delay(Briefly, Bounded.Token));
        Assert.False(commit.IsCompleted, "the commit must wait for the deletion");
        answer.SetResult(false);

        Assert.True(await deletion.InTime());
        using var pin = await commit.InTime();
        Assert.Equal(1, await committer.GetLengthAsync(digest, Bounded.Token));
        Assert.False(await deleter.TryDeleteAsync(digest, (_, _) => new(false), Bounded.Token));
    }

    protected async Task<ArtifactDigest> PutAndUnpinAsync(byte[] data)
    {
        using var pin = await Store.PutAsync(data, Bounded.Token);
        return pin.Reference.Digest;
    }

    protected async Task<byte[]> ReadAsync(ArtifactDigest digest, long offset = 0)
    {
        await using var stream = await Store.OpenReadAsync(digest, offset, Bounded.Token);
        var read = new MemoryStream();
        await stream.CopyToAsync(read, Bounded.Token);
        return read.ToArray();
    }

    private async Task<List<ArtifactDigest>> ListAsync(DateTimeOffset notAfter)
    {
        var found = new List<ArtifactDigest>();
        await foreach (var digest in Store.ListAsync(notAfter, Bounded.Token))
            found.Add(digest);

        return found;
    }

    private async Task<byte[]> RoundTripAsync(byte[][] pieces, int offset)
    {
        await using var writer = await Store.CreateAsync(long.MaxValue, Bounded.Token);
        foreach (var piece in pieces)
            await writer.WriteAsync(piece, Bounded.Token);

        using var pin = await writer.CommitAsync(Bounded.Token);
        return await ReadAsync(pin.Reference.Digest, offset);
    }
}
