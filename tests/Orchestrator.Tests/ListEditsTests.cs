using Grpc.Core;
using VideoGrain.Orchestrator.Tests.Fakes;
using VideoGrain.Orchestrator.Tests.Support;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>Lists of edits that are too much: to ask for, or to answer.</summary>
public sealed class ListEditsTests : IAsyncLifetime
{
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
}
