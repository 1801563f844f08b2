using System.Net;
using System.Text.RegularExpressions;
using Grpc.Core;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests.Stages;

/// <summary>Jobs over a stage with several addresses: real servers on loopback addresses behind one name.</summary>
public sealed class StageBalancingTests : IAsyncLifetime
{
    private static readonly IPAddress FirstAddress = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress SecondAddress = IPAddress.Parse("127.0.0.2");
    private readonly TempFolder _data = new();
    private readonly FakeLookup _names = new(FirstAddress, SecondAddress);
    private FakeStages _first = null!;
    private FakeStages _second = null!;
    private RunningOrchestrator? _orchestrator;

    private RunningOrchestrator Orchestrator => _orchestrator ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _first = await FakeStages.StartAsync(address: FirstAddress);
        _second = await FakeStages.StartAsync(port: _first.Address.Port, address: SecondAddress);
    }

    public async ValueTask DisposeAsync()
    {
        if (_orchestrator is not null)
            await _orchestrator.DisposeAsync();

        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task BusyAddress_IsPassedOver_WithoutWaitingForIt()
    {
        await StartAsync();
        Always(_first, FakeDenoiser.Name, () => VideoGrainException.Busy("one job at a time", TimeSpan.FromMinutes(10)));
        var edits = await FinishAsync(3);

        Assert.All(edits, edit => Assert.Equal(EditState.Succeeded, edit.State));
        Assert.Equal(0, _first.Script.StepsOf(FakeDenoiser.Name));
        Assert.True(edits.Sum(edit => edit.Timings.Sum(timing => timing.Retries)) <= 1, "it is asked once, and not again before the time it named");
    }

    [Fact]
    public async Task DrainingAddress_IsLeftForAnother()
    {
        await StartAsync();
        Always(_first, FakeDenoiser.Name, () => new VideoGrainException(StatusCode.Unavailable, ErrorReasons.StageDraining, "bye"));

        Assert.All(await FinishAsync(2), edit => Assert.Equal(EditState.Succeeded, edit.State));
        Assert.Equal(0, _first.Script.StepsOf(FakeDenoiser.Name));
    }

    [Fact]
    public async Task AddressThatDiesMidStream_IsLeft_AndTheOtherGoesOnAtTheStepItReached()
    {
        await StartAsync();
        _first.Script.BeforeStep = (stage, step, context) =>
        {
            if (stage != FakeDenoiser.Name || step < 4)
                return Task.CompletedTask;

            context.GetHttpContext().Abort();
            throw new OperationCanceledException();
        };
        var edits = await FinishAsync(3);

        Assert.All(edits, edit => Assert.Equal(EditState.Succeeded, edit.State));
        Assert.Single(edits.Select(Frames).Distinct());
        Assert.All(_second.Script.Calls.Where(call => call.Stage == FakeDenoiser.Name), call => Assert.InRange(call.ResumedFrom, 0, 3));
    }

    [Fact]
    public async Task AddressThatFallsSilent_IsLeftForAnother()
    {
        await StartAsync("--Stages:StepTimeout=00:00:00.500", "--Stages:BreakDuration=00:10:00");
        _first.Script.BeforeStep = (stage, _, context) => stage == FakeDenoiser.Name ? Task.Delay(Timeout.Infinite, context.CancellationToken) : Task.CompletedTask;
        var edits = await FinishAsync(3);

        Assert.All(edits, edit => Assert.Equal(EditState.Succeeded, edit.State));
        Assert.True(_first.Script.Calls.Count(call => call.Stage == FakeDenoiser.Name) <= 1, "an address that was silent is tried after the others");
    }

    [Fact]
    public async Task DamagedData_IsNoticed_AndComputedAgain()
    {
        await StartAsync();
        var damaged = 1;
        _first.Script.OnCheckpoint = _second.Script.OnCheckpoint = chunk =>
        {
            if (Interlocked.Decrement(ref damaged) >= 0)
                chunk.Crc32C ^= 1;

            return chunk;
        };
        var edit = (await FinishAsync(1))[0];

        Assert.Equal(EditState.Succeeded, edit.State);
        Assert.Equal(1u, edit.Timings.Single(timing => timing.Stage == Stage.Denoising).Retries);
    }

    [Fact]
    public async Task AddressWhereNobodyListens_IsLeftAloneByItsOwnBreaker()
    {
        _names.Addresses = [FirstAddress, IPAddress.Parse("127.0.0.99")];
        await StartAsync("--Stages:FailuresBeforeBreak=2", "--Stages:BreakDuration=00:10:00", "--Stages:LoadInterval=00:10:00");
        var edits = await FinishAsync(4);

        Assert.All(edits, edit => Assert.Equal(EditState.Succeeded, edit.State));
        Assert.Equal(edits.Count, _first.Script.Calls.Where(call => call.Stage == FakeDenoiser.Name).DistinctBy(call => call.JobId).Count());
        Assert.True(edits.Sum(edit => edit.Timings.Sum(timing => timing.Retries)) <= 6, "each stage tries it at most twice");
    }

    [Fact]
    public async Task Retries_AreCountedByStageAndReason_AndAddressesByState()
    {
        await StartAsync();
        Always(_first, FakeDenoiser.Name, () => VideoGrainException.Busy("one job at a time", TimeSpan.FromMinutes(10)));
        await FinishAsync(2);
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri(Orchestrator.Http, "metrics"), Bounded.Token);

        Assert.Matches(Sample("videograin_stage_retries_total", "reason=\"STAGE_BUSY\"", "stage=\"denoising\""), metrics);
        Assert.Matches(Sample("videograin_stage_addresses", "stage=\"denoising\"", "state=\"busy\""), metrics);
    }

    [Fact]
    public async Task NewAddressBehindTheName_IsFound_AndOneThatIsGoneIsNotCalledAgain()
    {
        _names.Addresses = [FirstAddress];
        await StartAsync("--Stages:ResolveInterval=00:00:00.100");
        Assert.Equal(EditState.Succeeded, (await FinishAsync(1))[0].State);
        Assert.Empty(_second.Script.Calls);

        _names.Addresses = [SecondAddress];
        var asked = _names.Asked;
        await Eventually.TrueAsync(() => _names.Asked >= asked + (2 * 3));
        var before = _first.Script.Calls.Count;
        Assert.Equal(EditState.Succeeded, (await FinishAsync(1, "another prompt with a polar bear"))[0].State);
        Assert.Equal(before, _first.Script.Calls.Count);
        Assert.NotEmpty(_second.Script.Calls);
    }

    [Fact]
    public async Task NameThatCannotBeLookedUp_HoldsJobsUp_UntilItCan()
    {
        _names.Addresses = null;
        await StartAsync("--Stages:MaxRetries=1000");
        var id = (await Orchestrator.SubmitAsync(Edits.Specification())).Edit.Id;
        await Orchestrator.WaitForAsync(id, entry => entry.Retry is { Reason: ErrorReasons.StageUnavailable });
        _names.Addresses = [FirstAddress];

        Assert.Equal(EditState.Succeeded, (await Orchestrator.FinishAsync(id)).State);
    }

    [Fact]
    public async Task NameServerThatFailsLater_ChangesNothing()
    {
        await StartAsync("--Stages:ResolveInterval=00:00:00.100");
        Assert.Equal(EditState.Succeeded, (await FinishAsync(1))[0].State);
        _names.Addresses = null;
        var asked = _names.Asked;
        await Eventually.TrueAsync(() => _names.Asked > asked + 3);

        Assert.Equal(EditState.Succeeded, (await FinishAsync(1, "another prompt with a polar bear"))[0].State);
    }

    [Fact]
    public async Task StageThatTakesTooLongInAll_FailsTheJob_WithTheTrueReason()
    {
        await StartAsync("--Stages:TotalTimeout=00:00:00.700");
        foreach (var stages in new[] { _first, _second })
            Always(stages, FakeDenoiser.Name, () => VideoGrainException.Busy("for ever", TimeSpan.FromMilliseconds(50)));

        var edit = (await FinishAsync(1))[0];
        Assert.Equal((EditState.Failed, "STAGE_TIMEOUT", (int)StatusCode.DeadlineExceeded), (edit.State, edit.Failure.Reason, edit.Failure.Code));
    }

    private static void Always(FakeStages stages, string stage, Func<VideoGrainException> error) => stages.Script.OnHeader = (name, header) =>
    {
        if (name == stage && header is DenoiseHeader { JobId.Length: > 0 })
            throw error().ToRpcException();
    };

    private async Task StartAsync(params string[] settings) => _orchestrator = await RunningOrchestrator.StartAsync(
        _data, new Uri($"dns:///stages.test:{_first.Address.Port}"), services => services.AddSingleton<IHostLookup>(_names),
        ["--Stages:LoadInterval=00:00:00.100", "--Stages:CheckAtSubmit=false", "--Telemetry:ScrapeCacheMilliseconds=0", .. settings]);

    private async Task<IReadOnlyList<Edit>> FinishAsync(int jobs, string target = "a polar bear in the snow")
    {
        var specification = Edits.Specification(target);
        specification.Output = new OutputOptions { Frames = true };
        var edits = new List<Edit>();
        for (var i = 0; i < jobs; i++)
            edits.Add(await Orchestrator.FinishAsync((await Orchestrator.SubmitAsync(specification)).Edit.Id));

        return edits;
    }

    private static string Frames(Edit edit) =>
        string.Join(' ', edit.Artifacts.Where(artifact => artifact.Kind == ArtifactKind.Frame).Select(artifact => artifact.Sha256));

    private static Regex Sample(string name, params string[] labels) =>
        new($"^{name}{{{string.Concat(labels.Select(label => $"(?=[^}}]*{label})"))}[^}}]*}} [1-9]", RegexOptions.Multiline);
}
