using System.Text.Json;
using Grpc.Core;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tests.Security;

/// <summary>Who did what is written down, and nothing else.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string NoWork = "--Worker:Parallelism=0";
    private readonly TempFolder _data = new();
    private FakeStages _stages = null!;

    private string Folder => Path.Combine(_data.Path, "audit");

    public async ValueTask InitializeAsync() => _stages = await FakeStages.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stages.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Log_SaysWhoDidWhat_AndWhatCameOfIt()
    {
        await using (var orchestrator = await StartAsync())
        {
            var specification = Edits.Specification("a secret plan with a polar bear");
            var id = await SubmitAsync(orchestrator.Client, specification, Callers.Alice);
            await ReadAsync(orchestrator.Client.WatchEdit(new WatchEditRequest { EditId = id }, Callers.Alice, cancellationToken: Bounded.Token));
            await ReadAsync(orchestrator.Client.DownloadArtifact(new DownloadArtifactRequest { EditId = id, ArtifactName = "result.mp4" }, Callers.Alice, cancellationToken: Bounded.Token));
            await FailsAsync(orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, Callers.Bob, cancellationToken: Bounded.Token).ResponseAsync);
            await FailsAsync(orchestrator.Client.GetEditAsync(new GetEditRequest { EditId = id }, new Metadata { { "x-api-key", "guessed key" } }, cancellationToken: Bounded.Token).ResponseAsync);
            await orchestrator.Client.CancelEditAsync(new CancelEditRequest { EditId = id }, Callers.Alice, cancellationToken: Bounded.Token);
            await orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = id }, Callers.Alice, cancellationToken: Bounded.Token);

            // Written before the answer: what was answered is in the file.
            Assert.Equal(
                [
                    $"alice SubmitEdit {id} OK ", $"alice DownloadArtifact {id} OK ", $"bob DeleteEdit {id} NotFound EDIT_NOT_FOUND",
                    $" GetEdit {id} Unauthenticated CREDENTIALS_INVALID", $"alice CancelEdit {id} OK ", $"alice DeleteEdit {id} OK ",
                ],
                Entries().Select(entry => string.Join(' ', new[] { "caller", "method", "target", "status", "reason" }.Select(name => entry.GetProperty(name).GetString()))));
        }

        var text = string.Concat(Directory.GetFiles(Folder).Select(File.ReadAllText));
        Assert.All(new[] { Callers.AliceKey, Callers.BobKey, "guessed", "secret", "polar" }, word => Assert.DoesNotContain(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_OutlivesTheProcess_AndGoesOn()
    {
        await using (var first = await StartAsync(NoWork))
            await SubmitAsync(first.Client, Edits.Specification(), Callers.Alice);

        await using var second = await StartAsync(NoWork);
        await SubmitAsync(second.Client, Edits.Specification(), Callers.Bob);
        Assert.Equal(["alice", "bob"], Entries().Select(entry => entry.GetProperty("caller").GetString()));
    }

    [Fact]
    public async Task Log_IsPutAsideWhenItGrows_AndOldFilesGo()
    {
        await using var orchestrator = await StartAsync("--Audit:MaxFileBytes=4096", "--Audit:MaxFiles=2");
        for (var i = 0; i < 80; i++)
            await FailsAsync(orchestrator.Client.DeleteEditAsync(new DeleteEditRequest { EditId = $"edit-{i}" }, Callers.Alice, cancellationToken: Bounded.Token).ResponseAsync);

        Assert.Equal(3, Directory.GetFiles(Folder).Length);
        Assert.All(Directory.GetFiles(Folder), file => Assert.InRange(new FileInfo(file).Length, 1, 4096));
        Assert.Equal("edit-79", Entries()[^1].GetProperty("target").GetString());
    }

    [Fact]
    public async Task HostileText_StaysWithinItsLine()
    {
        await using var orchestrator = await StartAsync();
        var hostile = "x\"}\n{\"caller\":\"root\"" + new string('y', 100_000);
        await FailsAsync(orchestrator.Client.CancelEditAsync(new CancelEditRequest { EditId = hostile }, Callers.Alice, cancellationToken: Bounded.Token).ResponseAsync);

        Assert.Equal("alice", Assert.Single(Entries()).GetProperty("caller").GetString());
        Assert.True(new FileInfo(Path.Combine(Folder, "audit.jsonl")).Length < 2000);
    }

    [Fact]
    public async Task FolderThatCannotBeWritten_FailsNoCall()
    {
        var blocked = Path.Combine(_data.Path, "not-a-folder");
        await File.WriteAllTextAsync(blocked, "", Bounded.Token);
        await using var orchestrator = await StartAsync(NoWork, $"--Audit:Folder={blocked}");
        orchestrator.ExpectsErrors = true;

        Assert.NotEmpty(await SubmitAsync(orchestrator.Client, Edits.Specification(), Callers.Alice));
    }

    private Task<RunningOrchestrator> StartAsync(params string[] settings) =>
        RunningOrchestrator.StartAsync(_data, _stages.Address, [.. Callers.Settings, .. settings]);

    private List<JsonElement> Entries() =>
        [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal).OrderBy(file => file.EndsWith("audit.jsonl", StringComparison.Ordinal))
            .SelectMany(ReadShared).Select(line => JsonDocument.Parse(line).RootElement)];

    private static IEnumerable<string> ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> SubmitAsync(OrchestratorService.OrchestratorServiceClient client, EditSpecification specification, Metadata who)
    {
        using var call = client.SubmitEdit(who, cancellationToken: Bounded.Token);
        await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification }, Bounded.Token);
        foreach (var chunk in Edits.Chunks(specification, Edits.Bytes(specification)))
            await call.RequestStream.WriteAsync(new SubmitEditRequest { Upload = chunk }, Bounded.Token);

        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync.InTime()).Edit.Id;
    }

    private static async Task ReadAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
        {
            while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
            {
            }
        }
    }

    private static Task FailsAsync(Task call) => Assert.ThrowsAsync<RpcException>(() => call.InTime());
}
