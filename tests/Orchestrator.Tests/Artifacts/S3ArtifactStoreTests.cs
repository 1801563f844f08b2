using System.Net;
using System.Security.Cryptography;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Artifacts.S3;
using VideoGrain.Orchestrator.Tests.S3;
using VideoGrain.Orchestrator.Tests.Support;

namespace VideoGrain.Orchestrator.Tests.Artifacts;

public sealed class S3ArtifactStoreTests : ArtifactStoreContract, IAsyncLifetime
{
    private const int PartBytes = S3StoreOptions.MinPartBytes;
    private StrictS3Server _server = null!;
    private S3ArtifactStore _store = null!;

    protected override IArtifactStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _server = await StrictS3Server.StartAsync();
        _store = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task LargeArtifact_GoesInParts_AndIsTheSame()
    {
        var data = RandomNumberGenerator.GetBytes((2 * PartBytes) + 12345);
        var digest = await PutInPiecesAsync(_store, data);

        Assert.Equal(ArtifactDigest.Of(data), digest);
        Assert.Equal(data.Length, await _store.GetLengthAsync(digest, Bounded.Token));
        Assert.Equal(SHA256.HashData(data.AsSpan(PartBytes)), SHA256.HashData(await ReadAsync(digest, PartBytes)));
        await _store.VerifyAsync(digest, Bounded.Token);
        Assert.True(_server.LargestBody <= PartBytes);
        Assert.False(HasLeftovers());
    }

    [Fact]
    public async Task ArtifactOfExactlyOnePart_NeedsNoUploadInParts()
    {
        await PutInPiecesAsync(_store, new byte[PartBytes]);

        Assert.DoesNotContain(_server.Answered, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LargeArtifact_ThatIsGivenUp_LeavesNothing()
    {
        await using (var writer = await _store.CreateAsync(long.MaxValue, Bounded.Token))
            await writer.WriteAsync(new byte[PartBytes + 1], Bounded.Token);

        Assert.Equal(0, StoredObjects());
        Assert.False(HasLeftovers());
    }

    [Fact]
    public async Task ServerErrors_AreTriedAgain()
    {
        var failures = 2;
        _server.Fault = context => context.Request.Method == "PUT" && Interlocked.Decrement(ref failures) >= 0
            ? StrictS3Server.AnswerAsync(context, 503, "SlowDown")
            : Task.FromResult(false);

        var digest = await PutAndUnpinAsync([1, 2, 3]);
        Assert.Equal([1, 2, 3], await ReadAsync(digest));
    }

    [Theory]
    [InlineData(500, "InternalError", typeof(ArtifactStoreUnavailableException))]
    [InlineData(400, "BadDigest", typeof(ArtifactStoreUnavailableException))]
    [InlineData(507, "InsufficientStorage", typeof(ArtifactStoreFullException))]
    [InlineData(507, "XMinioStorageFull", typeof(ArtifactStoreFullException))]
    [InlineData(400, "ExpiredToken", typeof(ArtifactStoreDeniedException))]
    [InlineData(403, "AccessDenied", typeof(ArtifactStoreDeniedException))]
    public async Task RefusedPart_IsATypedError_AndNothingIsVisible(int status, string code, Type expected)
    {
        _server.Fault = context => context.Request.Query.ContainsKey("partNumber") && context.Request.Query["partNumber"] == "2"
            ? StrictS3Server.AnswerAsync(context, status, code)
            : Task.FromResult(false);

        var error = await Record.ExceptionAsync(() => PutInPiecesAsync(_store, new byte[(2 * PartBytes) + 1]));
        Assert.IsType(expected, error);
        Assert.DoesNotContain(StrictS3Server.Secret, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, StoredObjects());
        Assert.False(HasLeftovers());
    }

    [Fact]
    public async Task ConnectionCutWithinAPart_IsTriedAgain()
    {
        var cuts = 1;
        _server.Fault = async context =>
        {
            if (!context.Request.Query.ContainsKey("partNumber") || Interlocked.Decrement(ref cuts) < 0)
                return false;

            await context.Request.Body.ReadExactlyAsync(new byte[100_000]);
            context.Abort();
            return true;
        };
        var data = RandomNumberGenerator.GetBytes(PartBytes + 1);

        var digest = await PutInPiecesAsync(_store, data);
        Assert.Equal(ArtifactDigest.Of(data), digest);
        await _store.VerifyAsync(digest, Bounded.Token);
    }

    [Fact]
    public async Task DamagedPayload_IsNoticedByTheServer_AndIsATypedError()
    {
        // The body that arrives differs from what was signed.
        _server.Fault = context =>
        {
            if (context.Request.Method == "PUT" && context.Request.Path.Value!.Contains("/objects/", StringComparison.Ordinal))
                context.Request.Body = new MemoryStream([9, 9, 9]);

            return Task.FromResult(false);
        };

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(async () => await _store.PutAsync(new byte[] { 1, 2, 3 }, Bounded.Token));
        Assert.Equal(0, StoredObjects());
    }

    [Fact]
    public async Task ReadThatBreaksOff_GoesOnWhereItBroke()
    {
        var data = RandomNumberGenerator.GetBytes(300_000);
        var digest = await PutAndUnpinAsync(data);
        var cuts = 2;
        _server.Fault = async context =>
        {
            if (context.Request.Method != "GET" || !context.Request.Path.Value!.Contains("/objects/", StringComparison.Ordinal) || Interlocked.Decrement(ref cuts) < 0)
                return false;

            var start = context.Request.Headers.Range.ToString() is { Length: > 0 } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), null) : 0;
            context.Response.StatusCode = start > 0 ? 206 : 200;
            context.Response.ContentLength = data.Length - start;
            await context.Response.Body.WriteAsync(data.AsMemory(start, 70_000));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        Assert.Equal(data, await ReadAsync(digest));
        Assert.True(cuts < 0);
    }

    [Fact]
    public async Task ReadThatKeepsBreaking_IsATypedError()
    {
        var digest = await PutAndUnpinAsync(new byte[1000]);
        await using var stream = await _store.OpenReadAsync(digest, 0, Bounded.Token);
        _server.Fault = context => StrictS3Server.AnswerAsync(context, 500, "InternalError");
        await stream.ReadExactlyAsync(new byte[1000], Bounded.Token);
        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(() => ReadAsync(digest));
    }

    [Fact]
    public async Task WrongSecret_IsRefused()
    {
        await using var stranger = Open(options => options.SecretAccessKey = "another");

        var error = await Assert.ThrowsAsync<ArtifactStoreDeniedException>(async () => await stranger.PutAsync(new byte[] { 1 }, Bounded.Token));
        Assert.Equal("SignatureDoesNotMatch", error.Code);
        Assert.Equal(0, StoredObjects());
    }

    [Fact]
    public async Task SessionToken_IsSent_AndAnExpiredOneIsATypedError()
    {
        await using var server = await StrictS3Server.StartAsync("session");
        await using var valid = Open(options => (options.Endpoint, options.SessionToken) = (server.Endpoint, "session"));
        await using var expired = Open(options => (options.Endpoint, options.SessionToken) = (server.Endpoint, "expired"));

        (await valid.PutAsync(new byte[] { 1 }, Bounded.Token)).Dispose();
        var error = await Assert.ThrowsAsync<ArtifactStoreDeniedException>(async () => await expired.GetLengthAsync(ArtifactDigest.Of([1]), Bounded.Token));
        Assert.DoesNotContain("session", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingServer_IsATypedError()
    {
        await using var store = Open(options => (options.Endpoint, options.MaxRetries) = (new Uri("http://127.0.0.1:9"), 0));

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(async () => await store.PutAsync(new byte[] { 1 }, Bounded.Token));
    }

    [Fact]
    public async Task Commit_DuringADeletionByAnotherProcess_WaitsAndSurvivesIt()
    {
        await using var neighbour = Open();
        await CommitDuringDeletionAsync(_store, neighbour);
    }

    [Fact]
    public async Task Delete_OfAnArtifactThatAnotherProcessPins_KeepsIt()
    {
        await using var neighbour = Open();
        using var pin = await neighbour.PutAsync(new byte[] { 1 }, Bounded.Token);

        Assert.False(await _store.TryDeleteAsync(pin.Reference.Digest, (_, _) => new(false), Bounded.Token));
        Assert.NotNull(await _store.GetLengthAsync(pin.Reference.Digest, Bounded.Token));
        pin.Dispose();
        await Eventually.TrueAsync(async () => await _store.TryDeleteAsync(pin.Reference.Digest, (_, _) => new(false), Bounded.Token));
    }

    [Fact]
    public async Task Deleter_ThatWasHeldUpForTooLong_IsRefusedByTheServer()
    {
        var digest = await PutAndUnpinAsync([1]);
        var questions = 0;

        // Asked for the last time, the process stands still for a minute.
        var deleted = await _store.TryDeleteAsync(
            digest,
            (_, _) =>
            {
                if (++questions == 2)
                    _server.ClockAhead = S3Markers.DeletionWindow + TimeSpan.FromSeconds(30);
                return new(false);
            },
            Bounded.Token);

        Assert.False(deleted);
        Assert.NotNull(await _store.GetLengthAsync(digest, Bounded.Token));
    }

    [Fact]
    public async Task Markers_OfDeadProcesses_StopCounting()
    {
        var digest = await PutAndUnpinAsync([1]);
        var markers = new S3Keys("").MarkersOf(digest);
        var past = DateTimeOffset.UtcNow.AddDays(-2);
        _server.Objects[markers + "d-0000000000000000-1"] = new StoredObject([], past);
        _server.Objects[markers + "c-0000000000000000-1"] = new StoredObject([], past);

        using (await _store.PutAsync(new byte[] { 1 }, Bounded.Token).AsTask().InTime())
        {
        }

        Assert.True(await _store.TryDeleteAsync(digest, (_, _) => new(false), Bounded.Token));
        Assert.Equal(2, await _store.RemoveAbandonedAsync(Bounded.Token));
    }

    [Fact]
    public async Task CommitsAndDeletions_OfManyProcesses_NeverLoseAReferencedArtifact()
    {
        // Each round some processes commit and refer to the bytes while others collect them.
        await using var second = Open();
        await using var third = Open();
        S3ArtifactStore[] stores = [_store, second, third];
        var digest = ArtifactDigest.Of([5]);
        for (var round = 0; round < 15; round++)
        {
            var references = 0;
            var work = stores.SelectMany(store => new[] { CommitAsync(store), CollectAsync(store) }).ToList();
            await Task.WhenAll(work).InTime();

            Assert.Equal(stores.Length, references);
            Assert.NotNull(await _store.GetLengthAsync(digest, Bounded.Token));

            async Task CommitAsync(S3ArtifactStore store)
            {
                using var pin = await store.PutAsync(new byte[] { 5 }, Bounded.Token);
                Interlocked.Increment(ref references);
            }

            async Task CollectAsync(S3ArtifactStore store) =>
                await store.TryDeleteAsync(digest, (_, _) => new(Volatile.Read(ref references) > 0), Bounded.Token);
        }
    }

    [Fact]
    public async Task WhatADeadProcessLeft_IsRemovedOnceItIsOld()
    {
        var dead = Open();
        var writer = await dead.CreateAsync(long.MaxValue, Bounded.Token);
        await writer.WriteAsync(new byte[PartBytes + 1], Bounded.Token);
        Assert.Equal(0, await _store.RemoveAbandonedAsync(Bounded.Token));

        await using var later = Open(options => options.AbandonedAfter = TimeSpan.Zero);
        await Eventually.TrueAsync(async () => await later.RemoveAbandonedAsync(Bounded.Token) > 0);
        Assert.False(HasLeftovers());
        await writer.DisposeAsync();
        await dead.DisposeAsync();
    }

    [Fact]
    public async Task Link_GivesTheBytesWithoutCredentials_UntilItExpires()
    {
        byte[] data = [1, 2, 3, 4];
        var digest = await PutAndUnpinAsync(data);
        var link = await _store.CreateLinkAsync(digest, "result.mp4", "video/mp4", Bounded.Token);
        using var client = new HttpClient();

        using (var answer = await client.GetAsync(link!.Url, Bounded.Token))
        {
            Assert.Equal(data, await answer.Content.ReadAsByteArrayAsync(Bounded.Token));
            Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.MediaType);
            Assert.Contains("result.mp4", answer.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        }

        using (var changed = await client.GetAsync(new Uri(link.Url.ToString().Replace(digest.Hex, ArtifactDigest.Of([0]).Hex, StringComparison.Ordinal)), Bounded.Token))
            Assert.Equal(HttpStatusCode.Forbidden, changed.StatusCode);

        _server.ClockAhead = TimeSpan.FromMinutes(16);
        using var late = await client.GetAsync(link.Url, Bounded.Token);
        Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);
    }

    [Fact]
    public async Task Link_NamesTheAddressThatCallersReach()
    {
        await using var store = Open(options => options.PublicEndpoint = new Uri("https://clips.example:9443"));
        var link = await store.CreateLinkAsync(ArtifactDigest.Of([1]), "a.png", "image/png", Bounded.Token);

        Assert.StartsWith("https://clips.example:9443/" + StrictS3Server.Bucket, link!.Url.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefix_KeepsStoresApart()
    {
        await using var apart = Open(options => options.Prefix = "team a/");
        var digest = await PutAndUnpinAsync([1]);

        Assert.Null(await apart.GetLengthAsync(digest, Bounded.Token));
        (await apart.PutAsync(new byte[] { 1 }, Bounded.Token)).Dispose();
        Assert.Contains(_server.Objects.Keys, key => key.StartsWith("team a/objects/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_GoesThroughEveryPage()
    {
        for (var i = 0; i < 230; i++)
        {
            var digest = ArtifactDigest.Of(BitConverter.GetBytes(i));
            _server.Objects[new S3Keys("").Of(digest)] = new StoredObject([], DateTimeOffset.UtcNow.AddHours(-1));
        }

        var found = 0;
        await foreach (var _ in _store.ListAsync(DateTimeOffset.UtcNow, Bounded.Token))
            found++;

        Assert.Equal(230, found);
    }

    protected override int StoredObjects() => _server.Objects.Keys.Count(key => key.StartsWith("objects/", StringComparison.Ordinal));

    protected override bool HasLeftovers() => !_server.Uploads.IsEmpty || _server.Objects.Keys.Any(key => key.StartsWith("staging/", StringComparison.Ordinal));

    protected override void Damage(ArtifactDigest digest)
    {
        var key = new S3Keys("").Of(digest);
        var data = _server.Objects[key].Data.ToArray();
        data[data.Length / 2] ^= 1;
        _server.Objects[key] = _server.Objects[key] with { Data = data };
    }

    private S3ArtifactStore Open(Action<S3StoreOptions>? configure = null)
    {
        var options = new S3StoreOptions
        {
            Endpoint = _server.Endpoint,
            Bucket = StrictS3Server.Bucket,
            AccessKeyId = StrictS3Server.AccessKey,
            SecretAccessKey = StrictS3Server.Secret,
            PartBytes = PartBytes,
            MaxRetries = 2,
            RequestTimeout = TimeSpan.FromSeconds(10),
        };
        configure?.Invoke(options);
        return new S3ArtifactStore(options, TimeProvider.System);
    }

    private static async Task<ArtifactDigest> PutInPiecesAsync(S3ArtifactStore store, byte[] data)
    {
        await using var writer = await store.CreateAsync(long.MaxValue, Bounded.Token);
        foreach (var piece in data.Chunk(700_001))
            await writer.WriteAsync(piece, Bounded.Token);

        using var pin = await writer.CommitAsync(Bounded.Token);
        return pin.Reference.Digest;
    }
}
