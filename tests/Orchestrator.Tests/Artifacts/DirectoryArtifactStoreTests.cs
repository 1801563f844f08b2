using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Artifacts;

public sealed class DirectoryArtifactStoreTests : ArtifactStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DirectoryArtifactStore _store;

    public DirectoryArtifactStoreTests() => _store = new DirectoryArtifactStore(_folder.Path);

    protected override IArtifactStore Store => _store;

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
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
    public async Task Link_IsNotToBeHad()
    {
        var digest = await PutAndUnpinAsync([1]);

        Assert.Null(await _store.CreateLinkAsync(digest, "result.mp4", "video/mp4", Bounded.Token));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEF")]
    public void Digest_ParsesNothingButADigest(string text) => Assert.False(ArtifactDigest.TryParse(text, out _));

    protected override int StoredObjects() => _folder.Files("objects").Length;

    protected override bool HasLeftovers() => _folder.Files("staging").Any(file => file.EndsWith(".part", StringComparison.Ordinal));

    protected override void Damage(ArtifactDigest digest)
    {
        var file = Assert.Single(_folder.Files("objects"));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
