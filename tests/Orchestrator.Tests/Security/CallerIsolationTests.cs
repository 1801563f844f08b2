using Grpc.Core;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests.Security;

/// <summary>On every call another caller's edit is as good as absent, and nobody calls without credentials.</summary>
public sealed class CallerIsolationTests : IAsyncLifetime
{
    private const string RequestId = "the same id";
    private readonly TempFolder _data = new();
    private FakeStages _stages = null!;
    private RunningOrchestrator _orchestrator = null!;
    private string _edit = "";

    private OrchestratorService.OrchestratorServiceClient Client => _orchestrator.Client;

    /// <summary>Every call of the service that names an edit.</summary>
    public static TheoryData<string> CallsThatNameAnEdit() => new(Named.Keys);

    /// <summary>Every call of the service.</summary>
    public static TheoryData<string> Calls() => new(OrchestratorService.Descriptor.Methods.Select(method => method.Name));

    private static readonly Dictionary<string, Func<OrchestratorService.OrchestratorServiceClient, string, Metadata?, Task>> Named = new()
    {
        ["GetEdit"] = (client, id, who) => client.GetEditAsync(new GetEditRequest { EditId = id }, who).ResponseAsync,
        ["CancelEdit"] = (client, id, who) => client.CancelEditAsync(new CancelEditRequest { EditId = id }, who).ResponseAsync,
        ["DeleteEdit"] = (client, id, who) => client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, who).ResponseAsync,
        ["WatchEdit"] = (client, id, who) => ReadAsync(client.WatchEdit(new WatchEditRequest { EditId = id }, who)),
        ["DownloadArtifact"] = (client, id, who) => ReadAsync(client.DownloadArtifact(new DownloadArtifactRequest { EditId = id, ArtifactName = "result.mp4" }, who)),
    };

    private static readonly Dictionary<string, Func<OrchestratorService.OrchestratorServiceClient, string, Metadata?, Task>> All = new(Named)
    {
        ["ListEdits"] = (client, _, who) => client.ListEditsAsync(new ListEditsRequest(), who).ResponseAsync,
        ["GetCapabilities"] = (client, _, who) => client.GetCapabilitiesAsync(new OrchestratorServiceGetCapabilitiesRequest(), who).ResponseAsync,
        ["SubmitEdit"] = (client, _, who) => SubmitAsync(client, who),
        ["EditVideo"] = (client, _, who) => EditAsync(client, who),
    };

    public async ValueTask InitializeAsync()
    {
        _stages = await FakeStages.StartAsync();
        _orchestrator = await RunningOrchestrator.StartAsync(_data, _stages.Address, Callers.Settings);
        _edit = (await SubmitAsync(Client, Callers.Alice)).Edit.Id;
        await ReadAsync(Client.WatchEdit(new WatchEditRequest { EditId = _edit }, Callers.Alice, cancellationToken: Bounded.Token)).InTime();
    }

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        await _stages.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [MemberData(nameof(CallsThatNameAnEdit))]
    public async Task Call_AboutAnotherCallersEdit_FindsNothing(string call)
    {
        var foreign = await RefusalAsync(Named[call](Client, _edit, Callers.Bob));
        var absent = await RefusalAsync(Named[call](Client, "no-such-edit", Callers.Bob));

        Assert.Equal(StatusCode.NotFound, foreign.Code);
        Assert.Equal((absent.Code, absent.Reason, absent.Message), (foreign.Code, foreign.Reason, foreign.Message));
        await Named["GetEdit"](Client, _edit, Callers.Alice).InTime();
        await Named["DownloadArtifact"](Client, _edit, Callers.Alice).InTime();
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_WithoutCredentials_IsRefused(string call)
    {
        Assert.Equal(ErrorReasons.CredentialsMissing, (await RefusalAsync(All[call](Client, _edit, null))).Reason);
        Assert.Equal(ErrorReasons.CredentialsInvalid, (await RefusalAsync(All[call](Client, _edit, new Metadata { { "x-api-key", "guessed" } }))).Reason);
    }

    [Fact]
    public async Task List_HoldsOnlyTheCallersOwn()
    {
        Assert.Empty((await Client.ListEditsAsync(new ListEditsRequest(), Callers.Bob, cancellationToken: Bounded.Token)).Edits);
        Assert.Equal([_edit], (await Client.ListEditsAsync(new ListEditsRequest(), Callers.Alice, cancellationToken: Bounded.Token)).Edits.Select(edit => edit.Id));
    }

    [Fact]
    public async Task RequestIds_OfDifferentCallers_DoNotMeet()
    {
        var second = await SubmitAsync(Client, Callers.Bob);
        Assert.False(second.AlreadyExisted);
        Assert.NotEqual(_edit, second.Edit.Id);
        Assert.True((await SubmitAsync(Client, Callers.Alice)).AlreadyExisted);
    }

    [Fact]
    public async Task PageToken_OfAnotherCaller_ShowsNothingOfTheirs()
    {
        await SubmitAsync(Client, Callers.Alice, "another id");
        var token = (await Client.ListEditsAsync(new ListEditsRequest { PageSize = 1 }, Callers.Alice, cancellationToken: Bounded.Token)).NextPageToken;
        Assert.NotEmpty(token);

        Assert.Empty((await Client.ListEditsAsync(new ListEditsRequest { PageSize = 1, PageToken = token }, Callers.Bob, cancellationToken: Bounded.Token)).Edits);
    }

    [Fact]
    public async Task EditVideo_UnderAnotherCallersRequestId_IsAnEditOfItsOwn()
    {
        await EditAsync(Client, Callers.Bob).InTime();
        Assert.Single((await Client.ListEditsAsync(new ListEditsRequest(), Callers.Bob, cancellationToken: Bounded.Token)).Edits);
        Assert.Equal(SubmissionReasons.EditNotFound, (await RefusalAsync(Named["GetEdit"](Client, _edit, Callers.Bob))).Reason);
    }

    private static async Task<VideoGrainException> RefusalAsync(Task call) =>
        VideoGrainException.FromRpcException(await Assert.ThrowsAsync<RpcException>(() => call.InTime()));

    private static async Task<SubmitEditResponse> SubmitAsync(OrchestratorService.OrchestratorServiceClient client, Metadata? who, string requestId = RequestId)
    {
        using var call = client.SubmitEdit(who);
        await SendAsync(requestId, message => call.RequestStream.WriteAsync(message), call.RequestStream.CompleteAsync);
        return await call.ResponseAsync.InTime();
    }

    private static async Task EditAsync(OrchestratorService.OrchestratorServiceClient client, Metadata? who)
    {
        using var call = client.EditVideo(who);
        await SendAsync(
            RequestId,
            message => call.RequestStream.WriteAsync(message.Upload is { } upload ? new EditVideoRequest { Upload = upload } : new EditVideoRequest { Specification = message.Specification }),
            call.RequestStream.CompleteAsync);
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
        {
        }
    }

    private static async Task SendAsync(string requestId, Func<SubmitEditRequest, Task> write, Func<Task> complete)
    {
        var specification = Edits.Specification();
        specification.RequestId = requestId;
        try
        {
            await write(new SubmitEditRequest { Specification = specification }).InTime();
            foreach (var chunk in Edits.Chunks(specification, Edits.Bytes(specification)))
                await write(new SubmitEditRequest { Upload = chunk }).InTime();

            await complete().InTime();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has answered early; its answer follows.
        }
    }

    private static async Task ReadAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
        {
            while (await call.ResponseStream.MoveNext(Bounded.Token))
            {
            }
        }
    }
}
