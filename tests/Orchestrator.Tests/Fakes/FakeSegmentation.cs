using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tests.Fakes;

internal sealed class FakeSegmentation(StageScript script) : SegmentationService.SegmentationServiceBase
{
    public const string Name = "segmentation";

    /// <summary>Clusterings stand apart from other calls.</summary>
    public const string Clustering = "clustering";

    public override async Task SegmentVideo(
        IAsyncStreamReader<SegmentVideoRequest> requestStream, IServerStreamWriter<SegmentVideoResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        script.Enter(Name);
        script.OnHeader(Name, header);
        var tensors = await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context);
        script.Calls.Enqueue((Name, header.JobId, 0));
        await script.StepAsync(Name, header.JobId, 1, context);
        var (frames, height, width) = ((int)header.Geometry.FrameCount, (int)header.Geometry.Height, (int)header.Geometry.Width);
        var masks = new byte[header.Regions.Count * frames * height * width];
        for (var region = 0; region < header.Regions.Count; region++)
        {
            var given = tensors.GetValueOrDefault("masks/" + header.Regions[region].Id);
            for (var pixel = 0; pixel < frames * height * width; pixel++)
                masks[(region * frames * height * width) + pixel] = given is null || given.Data[pixel % given.Data.Length] >= 128 ? (byte)1 : (byte)0;
        }

        foreach (var chunk in TensorChunks.Split("masks", ElementType.Uint8, [header.Regions.Count, frames, height, width], masks))
            await responseStream.WriteAsync(new SegmentVideoResponse { Tensor = chunk }, context.CancellationToken);

        var summary = new SegmentVideoSummary();
        summary.Regions.Add(header.Regions.Select(region => new RegionResult { RegionId = region.Id, Warnings = { "seen by the fake" } }));
        await responseStream.WriteAsync(new SegmentVideoResponse { Summary = summary }, context.CancellationToken);
    }

    public override async Task EstimateControl(
        IAsyncStreamReader<EstimateControlRequest> requestStream, IServerStreamWriter<EstimateControlResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        script.Enter(Name);
        var frames = (await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context))["frames"];
        await script.StepAsync("control", header.JobId, 1, context);
        var maps = frames.Data.Select(value => (byte)~value).ToArray();
        foreach (var chunk in TensorChunks.Split("control", ElementType.Uint8, frames.Shape, maps))
            await responseStream.WriteAsync(new EstimateControlResponse { Tensor = chunk }, context.CancellationToken);
    }

    public override async Task EstimateFlow(
        IAsyncStreamReader<EstimateFlowRequest> requestStream, IServerStreamWriter<EstimateFlowResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        script.Enter(Name);
        await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context);
        await script.StepAsync("flow", header.JobId, 1, context);
        long[] shape = [header.Geometry.FrameCount - 1, header.Geometry.Height, header.Geometry.Width, 2];
        foreach (var chunk in TensorChunks.Split("flow", shape, new float[shape.Aggregate((a, b) => a * b)]))
            await responseStream.WriteAsync(new EstimateFlowResponse { Tensor = chunk }, context.CancellationToken);
    }

    /// <summary>One cluster for each noun: a column of tokens, the first for the first noun.</summary>
    public override async Task ClusterInversion(
        IAsyncStreamReader<ClusterInversionRequest> requestStream, IServerStreamWriter<ClusterInversionResponse> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var header = requestStream.Current.Header;
        script.Enter(Name);
        script.OnHeader(Name, header);
        var tensors = await FakeTensors.ReadAsync(requestStream, message => message.Tensor, context);
        script.Calls.Enqueue((Clustering, header.JobId, 0));
        await script.StepAsync(Clustering, header.JobId, 1, context);
        var (frames, rows, columns) = ((int)header.Geometry.FrameCount, (int)header.Rows, (int)header.Columns);
        Assert.Equal([frames, rows * columns, rows * columns], tensors["self_attention"].Shape);
        Assert.Equal([frames, rows * columns, 77], tensors["cross_attention"].Shape);
        var masks = new byte[header.Nouns.Count * frames * rows * columns];
        for (var i = 0; i < masks.Length; i++)
            masks[i] = i % columns == i / (frames * rows * columns) ? (byte)1 : (byte)0;

        foreach (var chunk in TensorChunks.Split("masks", ElementType.Uint8, [header.Nouns.Count, frames, rows, columns], masks))
            await responseStream.WriteAsync(new ClusterInversionResponse { Tensor = chunk }, context.CancellationToken);

        var summary = new ClusterInversionSummary
        {
            Clusters = { header.Nouns.Select((noun, i) => new ClusterResult { Cluster = (uint)i, Noun = noun, Score = tensors["self_attention"].ToFloats()[0] }) },
        };
        await responseStream.WriteAsync(new ClusterInversionResponse { Summary = summary }, context.CancellationToken);
    }

    public override Task<SegmentationServiceGetCapabilitiesResponse> GetCapabilities(SegmentationServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new SegmentationServiceGetCapabilitiesResponse
        {
            Models =
            {
                new PerceptionModel { Name = "fake-flow", Task = PerceptionTask.Flow, IsDefault = true, Digest = script.PerceptionDigest },
                new PerceptionModel { Name = "fake-edges", Task = PerceptionTask.Control, ControlTypes = { ControlType.Canny }, IsDefault = true, Digest = script.PerceptionDigest },
                new PerceptionModel { Name = "fake-masks", Task = PerceptionTask.Segmentation, IsDefault = true, Digest = script.PerceptionDigest },
            },
        });
}
