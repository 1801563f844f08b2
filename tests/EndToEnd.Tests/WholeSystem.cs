using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using VideoGrain.Denoiser;
using VideoGrain.Inversion;
using VideoGrain.Orchestrator;
using VideoGrain.Protos.V1;
using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Streaming;
using VideoGrain.StageSupport;

[assembly: AssemblyFixture(typeof(VideoGrain.EndToEnd.Tests.WholeSystem))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace VideoGrain.EndToEnd.Tests;

/// <summary>The four services on loopback with the tiny model, as a caller of the orchestrator sees them.</summary>
public sealed class WholeSystem : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("videograin-system-").FullName;
    private readonly List<StageServer> _servers = [];

    /// <summary>The orchestrator.</summary>
    internal OrchestratorService.OrchestratorServiceClient Client => new(_servers[^1].Channel);

    public async ValueTask InitializeAsync()
    {
        var segmentation = await AddAsync(SegmentationHost.Build, $"--Segmentation:ModelsDirectory={_data}");
        var inversion = await AddAsync(InversionHost.Build);
        var denoiser = await AddAsync(DenoiserHost.Build);
        await AddAsync(
            OrchestratorHost.Build, $"--Data:Root={_data}", $"--Stages:Segmentation={segmentation}", $"--Stages:Inversion={inversion}", $"--Stages:Denoiser={denoiser}",
            "--Worker:PollInterval=00:00:00.050");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_servers)) await server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Submits, follows to the end.</summary>
    internal async Task<Edit> RunAsync(EditSpecification specification, params IReadOnlyList<byte[]> uploads)
    {
        var edit = await SubmitAsync(specification, uploads);
        using var call = Client.WatchEdit(new WatchEditRequest { EditId = edit.Id }, deadline: DateTime.UtcNow + StageServer.Patience);
        Edit? end = null;
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) end = call.ResponseStream.Current.Event.Finished ?? end;
        return end ?? throw new InvalidOperationException("the watch ended before the edit");
    }

    /// <summary>Runs an edit that must succeed.</summary>
    internal async Task<Edit> SucceedAsync(EditSpecification specification, params IReadOnlyList<byte[]> uploads)
    {
        var edit = await RunAsync(specification, uploads);
        Assert.True(edit.State == EditState.Succeeded, edit.Failure?.ToString());
        return edit;
    }

    /// <summary>The error of a submit.</summary>
    internal async Task<VideoGrainException> RefusalAsync(EditSpecification specification, params IReadOnlyList<byte[]> uploads) =>
        VideoGrainException.FromRpcException(await Assert.ThrowsAsync<RpcException>(() => SubmitAsync(specification, uploads)));

    /// <summary>Fetches an artifact.</summary>
    internal async Task<byte[]> DownloadAsync(Edit edit, string name)
    {
        using var call = Client.DownloadArtifact(
            new DownloadArtifactRequest { EditId = edit.Id, ArtifactName = name }, deadline: DateTime.UtcNow + StageServer.Patience);
        using var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) call.ResponseStream.Current.Chunk?.Data.WriteTo(bytes);
        return bytes.ToArray();
    }

    private async Task<Edit> SubmitAsync(EditSpecification specification, IReadOnlyList<byte[]> uploads)
    {
        using var call = Client.SubmitEdit(deadline: DateTime.UtcNow + StageServer.Patience);
        try
        {
            await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification });
            for (var i = 0; i < uploads.Count; i++)
            {
                for (var at = 0; at < uploads[i].Length; at += TensorLayout.MaxChunkBytes)
                {
                    var data = uploads[i].AsSpan(at, Math.Min(TensorLayout.MaxChunkBytes, uploads[i].Length - at));
                    await call.RequestStream.WriteAsync(new SubmitEditRequest
                    {
                        Upload = new UploadChunk { Name = specification.Uploads[i].Name, Offset = (ulong)at, Data = ByteString.CopyFrom(data), Crc32C = Crc32C.Compute(data) },
                    });
                }
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has answered early; its answer follows.
        }

        return (await call.ResponseAsync).Edit;
    }

    private async Task<Uri> AddAsync(Func<string[], Action<WebApplicationBuilder>, WebApplication> build, params string[] arguments)
    {
        var server = await StageServer.StartAsync(build, arguments);
        _servers.Add(server);
        return server.App.GetEndpoints().Grpc;
    }
}
