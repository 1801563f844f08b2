using Grpc.Core;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>Lists of edits that are too much: to ask for, or to answer.</summary>
public sealed class ListEditsTests : IAsyncLifetime
{
    private const int MostBytesOfAMessage = 4 << 20;
    private readonly TempFolder _data = new();
    private FakeStages _stages = null!;
    private RunningOrchestrator _orchestrator = null!;

    public async ValueTask InitializeAsync()
    {
        _stages = await FakeStages.StartAsync();
        _orchestrator = await RunningOrchestrator.StartAsync(_data, _stages.Address, "--Worker:Parallelism=0");
    }

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        await _stages.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task List_OfEditsWithVeryManyArtifacts_ComesInPagesThatAClientTakes()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);
            await AddArtifactsAsync(ids[0], 8000);
        }

        var (request, listed) = (new ListEditsRequest(), new List<string>());
        do
        {
            var page = await _orchestrator.Client.ListEditsAsync(request, cancellationToken: Bounded.Token);
            Assert.NotEmpty(page.Edits);
            Assert.InRange(page.CalculateSize(), 1, MostBytesOfAMessage);
            listed.AddRange(page.Edits.Select(edit => edit.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(ids, listed);
    }

    [Fact]
    public async Task List_OfAnEditLargerThanAPage_GivesItAlone()
    {
        for (var i = 0; i < 2; i++)
            await AddArtifactsAsync((await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id, 15_000);

        var page = await _orchestrator.Client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Bounded.Token);

        Assert.Equal(15_000, Assert.Single(page.Edits).Artifacts.Count);
        Assert.NotEmpty(page.NextPageToken);
    }

    [Fact]
    public async Task List_WithMoreStatesThanThereAre_HasOneFault()
    {
        var request = new ListEditsRequest { States = { Enumerable.Repeat((EditState)99, 100_000) } };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _orchestrator.Client.ListEditsAsync(request, cancellationToken: Bounded.Token));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.OptionOutOfRange), (error.StatusCode, Errors.Reason(error)));
        Assert.Equal(["states"], Errors.Fields(error));
    }

    [Fact]
    public async Task List_WithMoreLabelsThanAnEditMayHave_HasOneFault()
    {
        var request = new ListEditsRequest { Labels = { Enumerable.Range(0, 2000).ToDictionary(i => $"key{i}", _ => "value") } };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _orchestrator.Client.ListEditsAsync(request, cancellationToken: Bounded.Token));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReasons.FieldInvalid), (error.StatusCode, Errors.Reason(error)));
        Assert.Equal(["labels"], Errors.Fields(error));
    }

    // As edits with every picture of every frame and region have them.
    private Task<bool> AddArtifactsAsync(string id, int count) => _orchestrator.App.Services.GetRequiredService<JobsDatabase>().WriteAsync(
        context =>
        {
            for (var i = 0; i < count; i++)
            {
                var artifact = new JobArtifact { JobId = id, Name = $"mask-{new string('x', 110)}-{i:D5}.png", Kind = JobArtifactKind.Mask, MediaType = "image/png" };
                artifact.PointTo(new ArtifactReference(ArtifactDigest.Of([1]), 1), DateTimeOffset.UtcNow);
                context.Artifacts.Add(artifact);
            }

            return Task.FromResult(true);
        },
        Bounded.Token);
}
