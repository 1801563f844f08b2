using System.Net;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Tests.Security;

namespace VideoGrain.Orchestrator.Tests.Security;

/// <summary>Certificates between the orchestrator and stages behind a name, by configuration.</summary>
public sealed class StageTlsTests : IDisposable
{
    private const string Host = "stages.test";
    private readonly TempFolder _data = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Edit_RunsOverConnectionsThatBothSidesCertify()
    {
        await using var stages = await SecuredStages.StartAsync(_authority, Host);
        await using var orchestrator = await StartAsync(stages, Certified());

        Assert.Equal(EditState.Succeeded, (await orchestrator.FinishAsync((await orchestrator.SubmitAsync(Edits.Specification())).Edit.Id)).State);
    }

    [Fact]
    public async Task StageWithAnotherName_GetsNoWork()
    {
        await using var stages = await SecuredStages.StartAsync(_authority, "another.test");
        await using var orchestrator = await StartAsync(stages, Certified());

        await AssertUnreachableAsync(orchestrator, stages);
    }

    [Fact]
    public async Task OrchestratorWithoutACertificate_GetsNoAnswer()
    {
        await using var stages = await SecuredStages.StartAsync(_authority, Host);
        await using var orchestrator = await StartAsync(stages, $"--Stages:CaPath={_authority.Path}");

        await AssertUnreachableAsync(orchestrator, stages);
    }

    private static async Task AssertUnreachableAsync(RunningOrchestrator orchestrator, SecuredStages stages)
    {
        var id = (await orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        await orchestrator.WaitForAsync(id, entry => entry.Retry is { Reason: ErrorReasons.StageUnavailable });
        Assert.Empty(stages.Script.Calls);
    }

    private string[] Certified()
    {
        var own = _authority.Issue("orchestrator", "orchestrator", TestAuthority.ClientUsage);
        return [$"--Stages:CaPath={_authority.Path}", $"--Stages:CertificatePath={own.Path}", $"--Stages:CertificateKeyPath={own.KeyPath}"];
    }

    private Task<RunningOrchestrator> StartAsync(SecuredStages stages, params string[] settings) => RunningOrchestrator.StartAsync(
        _data, new Uri($"dns:///{Host}:{stages.Port}"), services => services.AddSingleton<IHostLookup>(new FakeLookup(IPAddress.Loopback)),
        ["--Stages:MaxRetries=1000", "--Stages:CheckAtSubmit=false", .. settings]);
}
