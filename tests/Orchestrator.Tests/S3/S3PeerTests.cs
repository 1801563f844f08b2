using System.Net;
using System.Net.Http.Headers;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Artifacts.S3;
using VideoGrain.Orchestrator.Tests.Support;
using PartETag = Amazon.S3.Model.PartETag;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>
/// The store against a server that others wrote, which checks signatures. It takes no names for copies in the encoding that the protocol asks for, so that
/// the last step of a large artifact, its copy to its digest, is <see cref="Artifacts.S3ArtifactStoreTests"/>' business. So are deletions and whole edits: while other objects
/// come and go its lists leave out some that are there, which the store notices and refuses to work with.
/// </summary>
public sealed class S3PeerTests(S3Peer peer) : IClassFixture<S3Peer>, IAsyncLifetime
{
    private const int PartBytes = S3StoreOptions.MinPartBytes;
    private S3ArtifactStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = new S3ArtifactStore(Options(), TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PartBytes)]
    public async Task Artifact_IsReadBack_WholeAndFromAnyByte(int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        using var pin = await PutAsync(data);

        Assert.Equal(ArtifactDigest.Of(data), pin.Reference.Digest);
        await _store.VerifyAsync(pin.Reference.Digest, Bounded.Token);
        foreach (var offset in new[] { 0, length / 3, length })
        {
            await using var stream = await _store.OpenReadAsync(pin.Reference.Digest, offset, Bounded.Token);
            var rest = new byte[length - offset];
            await stream.ReadExactlyAsync(rest, Bounded.Token);
            Assert.True(rest.AsSpan().SequenceEqual(data.AsSpan(offset)));
        }
    }

    [Fact]
    public async Task Link_IsFetchedWithoutCredentials_AndOnlyWhatItNames()
    {
        var data = new byte[100_000];
        new Random(5).NextBytes(data);
        using var pin = await PutAsync(data);
        var link = await _store.CreateLinkAsync(pin.Reference.Digest, "result.mp4", "video/mp4", Bounded.Token);
        using var client = new HttpClient();

        Assert.Equal(data, await client.GetByteArrayAsync(link!.Url, Bounded.Token));
        using var ranged = new HttpRequestMessage(HttpMethod.Get, link.Url) { Headers = { Range = new RangeHeaderValue(500, 599) } };
        using var part = await client.SendAsync(ranged, Bounded.Token);
        Assert.Equal(data[500..600], await part.Content.ReadAsByteArrayAsync(Bounded.Token));
        using var other = await client.GetAsync(new Uri(link.Url.AbsoluteUri.Replace(pin.Reference.Digest.Hex, ArtifactDigest.Of([9]).Hex, StringComparison.Ordinal)), Bounded.Token);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    [Fact]
    public async Task UploadInParts_IsPutTogether_AsTheyWereNumbered()
    {
        const string key = "parts/whole";
        using var bucket = new S3Bucket(Options());
        var data = new byte[(2 * PartBytes) + 17];
        new Random(7).NextBytes(data);
        var upload = await bucket.BeginUploadAsync(key, Bounded.Token);
        List<PartETag> parts = [];
        foreach (var (part, number) in data.Chunk(PartBytes).Select((part, i) => (part, i + 1)))
            parts.Add(await bucket.UploadPartAsync(key, upload, number, part, part.Length, Bounded.Token));

        Assert.Null(await bucket.FindLengthAsync(key, Bounded.Token));
        await bucket.CompleteUploadAsync(key, upload, parts, data.Length, Bounded.Token);

        Assert.Equal(data.Length, await bucket.FindLengthAsync(key, Bounded.Token));
        using var stored = (await bucket.OpenAsync(key, PartBytes - 5, Bounded.Token))!;
        using var rest = new MemoryStream();
        await stored.ResponseStream.CopyToAsync(rest, Bounded.Token);
        Assert.True(rest.ToArray().AsSpan().SequenceEqual(data.AsSpan(PartBytes - 5)));
    }

    [Fact]
    public async Task UploadInParts_OfWhichOneIsNotWhatWasSent_IsRefused()
    {
        const string key = "parts/wrong";
        using var bucket = new S3Bucket(Options());
        var upload = await bucket.BeginUploadAsync(key, Bounded.Token);
        var part = await bucket.UploadPartAsync(key, upload, 1, [1, 2, 3], 3, Bounded.Token);

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(() =>
            bucket.CompleteUploadAsync(key, upload, [new PartETag(1, part.ETag), new PartETag(2, new string('0', 32))], 3, Bounded.Token));
        Assert.Null(await bucket.FindLengthAsync(key, Bounded.Token));
    }

    [Theory]
    [InlineData(S3Peer.Credential, "guessed")]
    [InlineData("nobody", S3Peer.Credential)]
    public async Task WrongCredentials_AreRefused(string id, string secret)
    {
        await using var store = new S3ArtifactStore(Options(id: id, secret: secret), TimeProvider.System);

        await Assert.ThrowsAsync<ArtifactStoreDeniedException>(async () => await store.PutAsync(new byte[] { 1 }, Bounded.Token));
    }

    [Fact]
    public async Task MissingBucket_IsATypedError()
    {
        await using var store = new S3ArtifactStore(Options(bucket: "nowhere"), TimeProvider.System);

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(async () => await store.PutAsync(new byte[] { 1 }, Bounded.Token));
    }

    private S3StoreOptions Options(string bucket = S3Peer.Bucket, string id = S3Peer.Credential, string secret = S3Peer.Credential) =>
        new() { Endpoint = peer.Endpoint, Bucket = bucket, AccessKeyId = id, SecretAccessKey = secret, PartBytes = PartBytes };

    private async Task<ArtifactPin> PutAsync(byte[] data)
    {
        await using var writer = await _store.CreateAsync(data.Length, Bounded.Token);
        foreach (var piece in data.Chunk(900_001))
            await writer.WriteAsync(piece, Bounded.Token);

        return await writer.CommitAsync(Bounded.Token);
    }
}
