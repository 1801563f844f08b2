using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using VideoGrain.Denoiser;
using VideoGrain.Fuzz.Tests.Seeds;
using VideoGrain.Inversion;
using VideoGrain.Orchestrator;
using VideoGrain.Orchestrator.Scaling.Protos;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.StageSupport;

[assembly: AssemblyFixture(typeof(VideoGrain.Fuzz.Tests.Running.FuzzedSystem))]

namespace VideoGrain.Fuzz.Tests.Running;

/// <summary>All four services on loopback, wired together, with limits that keep what they accept small.</summary>
public sealed class FuzzedSystem : IAsyncLifetime
{
    private const string Submit = "OrchestratorService.SubmitEdit";
    private static readonly string[] StageSettings = ["--Limits:MaxFrames=2", "--Limits:MaxFramePixels=4096", "--Limits:MaxClipPixels=8192", "--Limits:MaxSteps=2"];
    private readonly string _data = Directory.CreateTempSubdirectory("videograin-fuzz-").FullName;
    private readonly List<StageServer> _servers = [];
    private readonly Dictionary<string, StageServer> _byService = new(StringComparer.Ordinal);

    /// <summary>Every call of every service.</summary>
    internal static IReadOnlyDictionary<string, MethodDescriptor> Methods { get; } =
        new[] { SegmentationService.Descriptor, InversionService.Descriptor, DenoiserService.Descriptor, OrchestratorService.Descriptor, ExternalScaler.Descriptor }
            .SelectMany(service => service.Methods).ToDictionary(method => $"{method.Service.Name}.{method.Name}");

    internal OrchestratorService.OrchestratorServiceClient Orchestrator => new(_byService[OrchestratorService.Descriptor.Name].Channel);

    /// <summary>An edit that has succeeded.</summary>
    internal string EndedEdit { get; private set; } = "";

    /// <summary>An edit that has ended and may be deleted.</summary>
    internal string DeletableEdit { get; private set; } = "";

    /// <summary>Where the second page of all edits begins.</summary>
    internal string PageToken { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var segmentation = await StartAsync(
            SegmentationHost.Build, [SegmentationService.Descriptor], "--Segmentation:MaxFrames=8", "--Segmentation:MaxFramePixels=4096", "--Segmentation:MaxClipPixels=16384",
            "--Segmentation:MaxMaskBytes=1048576", "--Segmentation:ModelThreads=1");
        var inversion = await StartAsync(InversionHost.Build, [InversionService.Descriptor], StageSettings);
        var denoiser = await StartAsync(DenoiserHost.Build, [DenoiserService.Descriptor], StageSettings);
        await StartAsync(
            OrchestratorHost.Build, [OrchestratorService.Descriptor, ExternalScaler.Descriptor], $"--Data:Root={_data}", $"--Stages:Segmentation={Address(segmentation)}",
            $"--Stages:Inversion={Address(inversion)}", $"--Stages:Denoiser={Address(denoiser)}", "--Limits:MaxFrames=2", "--Limits:MaxSourceFrames=4", "--Limits:MaxFramePixels=4096",
            "--Limits:MaxClipPixels=8192", "--Limits:MaxSourceFramePixels=16384", "--Limits:MaxSteps=2", "--Limits:MaxUploadBytes=1048576", "--Scaling:ServeKeda=true");
        EndedEdit = await SubmitAsync();
        await EndAsync(EndedEdit);
        await RenewDeletableAsync();
        PageToken = (await Orchestrator.ListEditsAsync(new ListEditsRequest { PageSize = 1 })).NextPageToken;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _servers.Count - 1; i >= 0; i--)
            await _servers[i].DisposeAsync();

        Directory.Delete(_data, recursive: true);
    }

    /// <summary>The way to a service.</summary>
    internal CallInvoker InvokerOf(MethodDescriptor method) => _byService[method.Service.Name].Channel.CreateCallInvoker();

    /// <summary>What the services have logged as errors since the last look.</summary>
    internal IReadOnlyList<string> TakeErrors() => [.. _servers.SelectMany(server => server.TakeErrors())];

    /// <summary>Replaces the edit that may be deleted.</summary>
    internal async Task RenewDeletableAsync()
    {
        DeletableEdit = await SubmitAsync();
        await Orchestrator.CancelEditAsync(new CancelEditRequest { EditId = DeletableEdit });
    }

    /// <summary>Follows an edit to its end.</summary>
    internal async Task<Edit> EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(StageServer.Patience);
        using var call = Orchestrator.WatchEdit(new WatchEditRequest { EditId = id }, cancellationToken: limit.Token);
        Edit? ended = null;
        while (await call.ResponseStream.MoveNext(limit.Token))
            ended = call.ResponseStream.Current.Event.Finished ?? ended;

        return ended ?? throw new InvalidOperationException("the watch ended without the edit");
    }

    /// <summary>Cancels an edit and deletes it.</summary>
    internal async Task DiscardAsync(string id)
    {
        await Orchestrator.CancelEditAsync(new CancelEditRequest { EditId = id });
        await Orchestrator.DeleteEditAsync(new DeleteEditRequest { EditId = id });
    }

    private async Task<string> SubmitAsync()
    {
        var outcome = await RawCall.SendAsync(
            InvokerOf(Methods[Submit]), Methods[Submit], [.. OrchestratorSeeds.Submission().Select(message => message.ToByteArray())], 1, StageServer.Patience);
        Assert.Equal((StatusCode.OK, ""), (outcome.Code, outcome.Detail));
        return SubmitEditResponse.Parser.ParseFrom(outcome.Responses[0]).Edit.Id;
    }

    private async Task<StageServer> StartAsync(
        Func<string[], Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>, Microsoft.AspNetCore.Builder.WebApplication> build, ServiceDescriptor[] services, params string[] settings)
    {
        var server = await StageServer.StartAsync(build, settings);
        _servers.Add(server);
        foreach (var service in services)
            _byService.Add(service.Name, server);

        return server;
    }

    private static Uri Address(StageServer server) => server.App.GetEndpoints().Grpc;
}
