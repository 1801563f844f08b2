using Grpc.Core;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.S3;

/// <summary>A whole orchestrator over a bucket.</summary>
public sealed class S3OrchestratorTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private StrictS3Server _server = null!;
    private FakeStages _stages = null!;
    private RunningOrchestrator _orchestrator = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StrictS3Server.StartAsync();
        _stages = await FakeStages.StartAsync();
        _orchestrator = await RunningOrchestrator.StartAsync(
            _data, _stages.Address, "--Store:Kind=S3", $"--Store:S3:Endpoint={_server.Endpoint}", $"--Store:S3:Bucket={StrictS3Server.Bucket}",
            $"--Store:S3:AccessKeyId={StrictS3Server.AccessKey}", $"--Store:S3:SecretAccessKey={StrictS3Server.Secret}", "--Store:S3:MaxRetries=0");
    }

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        await _stages.DisposeAsync();
        await _server.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Edit_LivesInTheBucket_AndLeavesNothingWhenDeleted()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var edit = await _orchestrator.FinishAsync(id);
        Assert.Equal(EditState.Succeeded, edit.State);
        var result = edit.Artifacts.Single(artifact => artifact.Kind == ArtifactKind.Video);
        Assert.Equal((long)result.ByteCount, (await _orchestrator.DownloadAsync(id, result.Name)).LongLength);
        Assert.Contains(_server.Objects.Keys, key => key.EndsWith(result.Sha256, StringComparison.Ordinal));
        Assert.Empty(_data.Files("artifacts"));

        await _orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        await Eventually.TrueAsync(() => _server.Objects.IsEmpty, "nothing is left, markers included");
    }

    [Fact]
    public async Task Download_ForACallerThatTakesLinks_IsALink()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var result = (await _orchestrator.FinishAsync(id)).Artifacts.Single(artifact => artifact.Kind == ArtifactKind.Video);
        using var call = _orchestrator.Client.DownloadArtifact(
            new DownloadArtifactRequest { EditId = id, ArtifactName = result.Name, AcceptLink = true }, cancellationToken: Bounded.Token);
        var messages = new List<DownloadArtifactResponse>();
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
            messages.Add(call.ResponseStream.Current);

        Assert.Equal([DownloadArtifactResponse.PayloadOneofCase.Artifact, DownloadArtifactResponse.PayloadOneofCase.Link], messages.Select(message => message.PayloadCase));
        Assert.InRange(messages[1].Link.ExpireTime.ToDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(10), DateTimeOffset.UtcNow.AddMinutes(16));
        using var client = new HttpClient();
        Assert.Equal(await _orchestrator.DownloadAsync(id, result.Name), await client.GetByteArrayAsync(new Uri(messages[1].Link.Url), Bounded.Token));
    }

    [Theory]
    [InlineData(503, "SlowDown", "STORAGE_UNAVAILABLE")]
    [InlineData(400, "ExpiredToken", "STORAGE_UNAVAILABLE")]
    [InlineData(507, "InsufficientStorage", "STORAGE_FULL")]
    public async Task StoreThatFails_RefusesASubmit_WithTheTrueReason_AndLeavesNothing(int status, string code, string reason)
    {
        _server.Fault = context => context.Request.Method == "PUT" && context.Request.Path.Value!.Contains("/objects/", StringComparison.Ordinal)
            ? StrictS3Server.AnswerAsync(context, status, code)
            : Task.FromResult(false);
        var error = await Assert.ThrowsAsync<RpcException>(() => _orchestrator.SubmitAsync(Edits.Specification()));

        Assert.Equal(reason, Errors.Reason(error));
        Assert.NotNull(Errors.RetryDelay(error));
        await Eventually.TrueAsync(() => _server.Objects.IsEmpty);
    }
}
