using System.Security.Cryptography;
using Grpc.Core;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>What a caller sees, from submit to delete; the same on every database.</summary>
public abstract class EditLifecycleTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private FakeStages _stages = null!;
    private TestDatabase _database = null!;
    private RunningOrchestrator _orchestrator = null!;

    public async ValueTask InitializeAsync()
    {
        _stages = await FakeStages.StartAsync();
        _orchestrator = await RunningOrchestrator.StartAsync(_data, _stages.Address, (_database = await DatabaseAsync(_data)).Settings(_data));
    }

    private protected abstract Task<TestDatabase> DatabaseAsync(TempFolder folder);

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        await _stages.DisposeAsync();
        _database.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Edit_RunsThroughAllStages_AndLeavesWhatWasAskedFor()
    {
        var specification = Edits.Specification();
        specification.Output = new OutputOptions { Frames = true, Strip = true, Masks = true, PreviewEvery = 4 };
        var submitted = (await _orchestrator.SubmitAsync(specification)).Edit;
        var events = await _orchestrator.WatchAsync(submitted.Id);
        var edit = events[^1].Finished;

        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (ulong)i), events.Select(entry => entry.Sequence));
        Assert.Equal(
            [EditState.Queued, EditState.Preparing, EditState.Inverting, EditState.Denoising, EditState.Encoding],
            events.Where(entry => entry.EventCase == EditEvent.EventOneofCase.State).Select(entry => entry.State));
        Assert.Equal(6, events.Count(entry => entry.Progress?.Stage == Stage.Inverting));
        Assert.Equal(8, events.Count(entry => entry.Progress?.Stage == Stage.Denoising));
        Assert.Equal(
            ["frame-0000.png", "frame-0001.png", "frame-0002.png", "mask-left-0000.png", "mask-left-0001.png", "mask-left-0002.png",
                "preview-000004.png", "preview-000008.png", "report.json", "result.mp4", "strip.png"],
            edit.Artifacts.Select(artifact => artifact.Name));
        Assert.Equal(edit.Artifacts.Count, events.Count(entry => entry.Artifact is not null));
        Assert.Equal([Stage.Preparing, Stage.Inverting, Stage.Denoising, Stage.Encoding], edit.Timings.Select(timing => timing.Stage));
        Assert.Contains("Region 'left': seen by the fake", edit.Warnings);
        Assert.Equal(specification, edit.Specification);
        foreach (var artifact in edit.Artifacts)
        {
            var bytes = await _orchestrator.DownloadAsync(edit.Id, artifact.Name);
            Assert.Equal((ulong)bytes.Length, artifact.ByteCount);
            Assert.Equal(artifact.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    [Fact]
    public async Task SecondPromptOnTheSameClip_SkipsAllThatDependsOnTheClipAlone()
    {
        await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(WithControlAndFlow())).Edit.Id);
        var other = WithControlAndFlow();
        (other.TargetPrompt, other.Regions[0].Phrase) = ("a brown bear in the snow", "brown bear");
        var second = await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(other)).Edit.Id);

        Assert.Equal(EditState.Succeeded, second.State);
        Assert.Equal([1, 1, 1], ((string[])[FakeSegmentation.Name, "control", "flow"]).Select(_stages.Script.StepsOf));
        Assert.Equal(6, _stages.Script.StepsOf(FakeInversion.Name));
        Assert.Equal(16, _stages.Script.StepsOf(FakeDenoiser.Name));
        Assert.Equal([true, true, false, false], second.Timings.Select(timing => timing.Cached));
        Assert.Contains("Region 'left': seen by the fake", second.Warnings);
        using var http = new HttpClient();
        var metrics = "";
        foreach (var kind in (string[])["masks", "control", "flow", "inversion"])
        {
            await Eventually.TrueAsync(async () =>
            {
                metrics = await http.GetStringAsync(new Uri(_orchestrator.Http, "/metrics"), Bounded.Token);
                return metrics.Split('\n').Count(line => line.StartsWith("videograin_cache_requests_total{", StringComparison.Ordinal) && line.Contains($"kind=\"{kind}\"", StringComparison.Ordinal)) == 2;
            }, $"no hit and miss of {kind} in the metrics");
        }
    }

    [Fact]
    public async Task EstimatorsThatChange_OrDoNotSayWhatTheyAre_AreAskedAnew()
    {
        foreach (var digest in (string[])["one", "two", "", ""])
        {
            _stages.Script.PerceptionDigest = digest;
            await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(WithControlAndFlow())).Edit.Id);
        }

        // A given mask depends on no model.
        Assert.Equal([1, 4, 4], ((string[])[FakeSegmentation.Name, "control", "flow"]).Select(_stages.Script.StepsOf));
    }

    [Fact]
    public async Task AnotherSourcePrompt_OrSeed_OrClip_IsInvertedAnew()
    {
        var other = Edits.Specification();
        other.SourcePrompt = "somebody in the snow";
        var seeded = Edits.Specification();
        seeded.Options.Seed = 7;
        foreach (var specification in (EditSpecification[])[Edits.Specification(), other, seeded])
            await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(specification)).Edit.Id);

        await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(Edits.Specification(), seed: 9)).Edit.Id);
        Assert.Equal(4 * 6, _stages.Script.StepsOf(FakeInversion.Name));
    }

    [Fact]
    public async Task SameSubmission_UnderOneRequestId_IsOneEdit_AndOtherContentIsRefused()
    {
        var specification = Edits.Specification();
        specification.RequestId = "request-1";
        var first = await _orchestrator.SubmitAsync(specification);
        var second = await _orchestrator.SubmitAsync(specification);
        var error = await Assert.ThrowsAsync<RpcException>(() => _orchestrator.SubmitAsync(specification, seed: 1));

        Assert.Equal((false, true, first.Edit.Id), (first.AlreadyExisted, second.AlreadyExisted, second.Edit.Id));
        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
        Assert.Equal("REQUEST_ID_REUSED", Errors.Reason(error));
        await _orchestrator.FinishAsync(first.Edit.Id);
        Assert.Single(_stages.Script.Calls, call => call.Stage == FakeDenoiser.Name);
    }

    [Fact]
    public async Task Watch_FromAnySequence_TellsExactlyTheRest()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var all = await _orchestrator.WatchAsync(id);
        foreach (var after in (ulong[])[0, 1, 5, (ulong)all.Count - 1, (ulong)all.Count])
            Assert.Equal(all.Skip((int)after), await _orchestrator.WatchAsync(id, after));
    }

    [Fact]
    public async Task ManyWatchers_EachSeeTheWholeHistory()
    {
        var gate = new TaskCompletionSource();
        _stages.Script.BeforeStep = (_, _, _) => gate.Task;
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var watchers = Enumerable.Range(0, 20).Select(_ => _orchestrator.WatchAsync(id)).ToList();
        gate.SetResult();
        var histories = await Task.WhenAll(watchers).InTime();

        Assert.All(histories, history => Assert.Equal(histories[0], history));
        Assert.Equal(EditState.Succeeded, histories[0][^1].Finished.State);
    }

    [Fact]
    public async Task Cancel_IsFinal_AndReachesTheStageWithinAStep()
    {
        var reached = new TaskCompletionSource();
        _stages.Script.BeforeStep = async (stage, step, context) =>
        {
            if (stage != FakeDenoiser.Name || step != 3)
                return;

            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        await reached.Task.InTime();
        var cancelled = await _orchestrator.Client.CancelEditAsync(new CancelEditRequest { EditId = id }, cancellationToken: Bounded.Token);
        var events = await _orchestrator.WatchAsync(id);

        Assert.Equal(EditState.Cancelled, cancelled.Edit.State);
        Assert.Equal(EditState.Cancelled, events[^1].Finished.State);
        await Eventually.TrueAsync(() => _stages.Script.Abandoned.Contains((FakeDenoiser.Name, 3)));
        Assert.Equal(EditState.Cancelled, (await _orchestrator.Client.CancelEditAsync(new CancelEditRequest { EditId = id }, cancellationToken: Bounded.Token)).Edit.State);
        await Eventually.TrueAsync(() => _data.Files("artifacts/objects").Length <= 5, "only what is cached is left: three of the inversion, two of the masks");
    }

    [Fact]
    public async Task Delete_RemovesEveryByte_AndEveryWord()
    {
        const string secret = "a polar bear that nobody may know of";
        var specification = Edits.Specification(secret);
        specification.Labels["project"] = secret;
        var id = (await _orchestrator.SubmitAsync(specification)).Edit.Id;
        await _orchestrator.FinishAsync(id);
        Assert.Equal(this is SqliteEditLifecycleTests, _data.Files().Any(file => Holds(file, secret)));
        await _orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token);

        await Eventually.TrueAsync(() => _data.Files("artifacts/objects").Length == 0 && _data.Files("scratch").All(file => file.EndsWith(".lock", StringComparison.Ordinal)));
        await Eventually.TrueAsync(() => !_data.Files().Any(file => Holds(file, secret)), "the prompt is still on the disk");
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _orchestrator.Client.GetEditAsync(new GetEditRequest { EditId = id }, cancellationToken: Bounded.Token));
        Assert.Equal((StatusCode.NotFound, "EDIT_NOT_FOUND"), (error.StatusCode, Errors.Reason(error)));
    }

    [Fact]
    public async Task Delete_OfARunningEdit_IsRefused()
    {
        var gate = new TaskCompletionSource();
        _stages.Script.BeforeStep = (_, _, _) => gate.Task;
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, cancellationToken: Bounded.Token));
        gate.SetResult();

        Assert.Equal((StatusCode.FailedPrecondition, "EDIT_NOT_ENDED"), (error.StatusCode, Errors.Reason(error)));
        await _orchestrator.FinishAsync(id);
    }

    [Fact]
    public async Task Download_OfARange_GivesExactlyThatRange()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        await _orchestrator.FinishAsync(id);
        var whole = await _orchestrator.DownloadAsync(id, "result.mp4");
        foreach (var (offset, length) in ((int, int)[])[(0, 0), (0, 10), (7, 5), (100, 1_000_000), (whole.Length, 0)])
        {
            var range = await _orchestrator.DownloadAsync(id, "result.mp4", (ulong)offset, (ulong)length);
            Assert.Equal(whole.Skip(offset).Take(length == 0 ? int.MaxValue : length), range);
        }
    }

    [Fact]
    public async Task Download_PastTheEnd_OrOfTheUnknown_OrOfWorkingFiles_IsRefused()
    {
        var id = (await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        await _orchestrator.FinishAsync(id);

        Assert.Equal(StatusCode.OutOfRange, (await Assert.ThrowsAsync<RpcException>(() => _orchestrator.DownloadAsync(id, "result.mp4", 1_000_000))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => _orchestrator.DownloadAsync(id, "no-such"))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => _orchestrator.DownloadAsync(id, "clip/frames"))).StatusCode);
    }

    [Fact]
    public async Task List_FiltersAndPages()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var specification = Edits.Specification();
            specification.Labels["parity"] = i % 2 == 0 ? "even" : "odd";
            ids.Insert(0, (await _orchestrator.SubmitAsync(specification)).Edit.Id);
        }

        foreach (var id in ids)
            await _orchestrator.FinishAsync(id);

        var even = new ListEditsRequest { PageSize = 2, Labels = { ["parity"] = "even" } };
        var first = await _orchestrator.Client.ListEditsAsync(even, cancellationToken: Bounded.Token);
        even.PageToken = first.NextPageToken;
        var second = await _orchestrator.Client.ListEditsAsync(even, cancellationToken: Bounded.Token);
        var running = await _orchestrator.Client.ListEditsAsync(new ListEditsRequest { States = { EditState.Queued, EditState.Failed } }, cancellationToken: Bounded.Token);
        even.Labels["parity"] = "odd";
        var mixed = await Assert.ThrowsAsync<RpcException>(async () => await _orchestrator.Client.ListEditsAsync(even, cancellationToken: Bounded.Token));

        Assert.Equal([ids[0], ids[2]], first.Edits.Select(edit => edit.Id));
        Assert.Equal([ids[4]], second.Edits.Select(edit => edit.Id));
        Assert.Empty(second.NextPageToken);
        Assert.Empty(running.Edits);
        Assert.Equal(StatusCode.InvalidArgument, mixed.StatusCode);
    }

    [Fact]
    public async Task IdsAndTimesThatNobodyHas_AreRefusedAlikeOnEveryDatabase()
    {
        var client = _orchestrator.Client;
        var list = await Assert.ThrowsAsync<RpcException>(async () => await client.ListEditsAsync(
            new ListEditsRequest { CreatedAfter = new() { Seconds = long.MaxValue }, CreatedBefore = new() { Nanos = -1 }, Labels = { ["a"] = "\0" } }, cancellationToken: Bounded.Token));
        var get = await Assert.ThrowsAsync<RpcException>(async () => await client.GetEditAsync(new GetEditRequest { EditId = "\0" }, cancellationToken: Bounded.Token));
        var cancel = await Assert.ThrowsAsync<RpcException>(async () => await client.CancelEditAsync(new CancelEditRequest { EditId = "\0" }, cancellationToken: Bounded.Token));
        var delete = await Assert.ThrowsAsync<RpcException>(async () => await client.DeleteEditAsync(new DeleteEditRequest { EditId = "\0" }, cancellationToken: Bounded.Token));
        var watch = await Assert.ThrowsAsync<RpcException>(() => _orchestrator.WatchAsync("\0"));
        var download = await Assert.ThrowsAsync<RpcException>(() => _orchestrator.DownloadAsync("\0", "\0"));

        Assert.Equal(StatusCode.InvalidArgument, list.StatusCode);
        Assert.Equal(["created_after", "created_before", "labels"], Errors.Fields(list));
        Assert.All((RpcException[])[get, cancel, delete, watch, download], error => Assert.Equal(StatusCode.NotFound, error.StatusCode));
    }

    [Fact]
    public async Task EditVideo_SubmitsFollowsAndFetches_InOneCall()
    {
        var specification = Edits.Specification();
        using var call = _orchestrator.Client.EditVideo(cancellationToken: Bounded.Token);
        await call.RequestStream.WriteAsync(new EditVideoRequest { Specification = specification }, Bounded.Token);
        foreach (var chunk in Edits.Chunks(specification, Edits.Bytes(specification), 100))
            await call.RequestStream.WriteAsync(new EditVideoRequest { Upload = chunk }, Bounded.Token);

        await call.RequestStream.CompleteAsync();
        var responses = new List<EditVideoResponse>();
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
            responses.Add(call.ResponseStream.Current);

        var artifact = Assert.Single(responses, response => response.Artifact is not null).Artifact;
        byte[] bytes = [.. responses.Where(response => response.Chunk is not null).SelectMany(response => response.Chunk.Data)];
        Assert.Equal(EditState.Succeeded, responses.Last(response => response.Event is not null).Event.Finished.State);
        Assert.Equal(artifact.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public async Task EditVideo_WhoseCallerGoesAway_IsCancelled()
    {
        var reached = new TaskCompletionSource();
        _stages.Script.BeforeStep = async (_, _, context) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        var specification = Edits.Specification();
        var call = _orchestrator.Client.EditVideo(cancellationToken: Bounded.Token);
        await call.RequestStream.WriteAsync(new EditVideoRequest { Specification = specification }, Bounded.Token);
        foreach (var chunk in Edits.Chunks(specification, Edits.Bytes(specification)))
            await call.RequestStream.WriteAsync(new EditVideoRequest { Upload = chunk }, Bounded.Token);

        await call.RequestStream.CompleteAsync();
        await reached.Task.InTime();
        call.Dispose();
        var edit = Assert.Single((await _orchestrator.Client.ListEditsAsync(new ListEditsRequest(), cancellationToken: Bounded.Token)).Edits);

        Assert.Equal(EditState.Cancelled, (await _orchestrator.FinishAsync(edit.Id)).State);
    }

    [Fact]
    public async Task Capabilities_JoinThoseOfTheStages()
    {
        var capabilities = await _orchestrator.Client.GetCapabilitiesAsync(new OrchestratorServiceGetCapabilitiesRequest(), cancellationToken: Bounded.Token);

        Assert.Equal(["fake"], capabilities.Models.Select(model => model.Name));
        Assert.Equal(["fake-flow", "fake-edges", "fake-masks"], capabilities.PerceptionModels.Select(model => model.Name));
        Assert.Equal(2, capabilities.Profiles.Count);
        Assert.True(capabilities.Limits.MaxQueuedEdits > 0);
    }

    [Fact]
    public async Task Metrics_TellOfTheJob()
    {
        await _orchestrator.FinishAsync((await _orchestrator.SubmitAsync(Edits.Specification())).Edit.Id);
        using var http = new HttpClient();
        string metrics = "";
        await Eventually.TrueAsync(async () =>
        {
            metrics = await http.GetStringAsync(new Uri(_orchestrator.Http, "/metrics"), Bounded.Token);
            return metrics.Contains("videograin_jobs_completed_total", StringComparison.Ordinal);
        });

        foreach (var name in (string[])["videograin_jobs_submitted_total", "videograin_job_queue_seconds", "videograin_job_duration_seconds",
            "videograin_job_stage_duration_seconds", "videograin_cache_requests_total", "videograin_stream_bytes_total", "videograin_checkpoint_seconds", "videograin_jobs{"])
        {
            Assert.Contains(name, metrics, StringComparison.Ordinal);
        }
    }

    // Lock files are held by their owners and empty.
    private static bool Holds(string file, string text)
    {
        if (file.EndsWith(".lock", StringComparison.Ordinal))
            return false;

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;
    }

    private static EditSpecification WithControlAndFlow()
    {
        var specification = Edits.Specification();
        specification.Options.FlattenDivisors = new FlattenDivisors { Divisors = { 1 } };
        specification.Control = new EditControl { Options = new ControlOptions { Type = ControlType.Canny } };
        return specification;
    }
}
