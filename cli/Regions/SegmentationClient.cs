using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;
using ClipGeometry = VideoGrain.Protos.V1.ClipGeometry;

namespace VideoGrain.Cli.Regions;

/// <summary>The segmentation service as the command line uses it. Calls throw <see cref="RpcException"/>.</summary>
internal sealed class SegmentationClient : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly SegmentationService.SegmentationServiceClient _stub;

    /// <summary>Creates a client; nothing is connected before the first call.</summary>
    /// <param name="address">Where the service is.</param>
    public SegmentationClient(Uri address)
    {
        _channel = GrpcChannel.ForAddress(address);
        _stub = new SegmentationService.SegmentationServiceClient(_channel);
    }

    /// <summary>Size of a clip in the contract's form.</summary>
    public static ClipGeometry Geometry(IReadOnlyList<Frame> frames)
        => new() { FrameCount = (uint)frames.Count, Height = (uint)frames[0].Height, Width = (uint)frames[0].Width };

    /// <summary>Finds regions in a clip.</summary>
    /// <param name="header">The regions; geometry is that of the frames.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<FoundRegions> SegmentAsync(SegmentVideoHeader header, IReadOnlyList<Frame> frames, CancellationToken cancellation)
    {
        int height = frames[0].Height, width = frames[0].Width, pixels = height * width;
        TensorAssembler tensors = new([TensorSpec.Of("masks", ElementType.Uint8, header.Regions.Count, frames.Count, height, width)]);
        SegmentVideoSummary? summary = null;
        IReadOnlyDictionary<string, ReceivedTensor> received = await ExchangeAsync(
            _stub.SegmentVideo(cancellationToken: cancellation),
            Chunks(frames).Select(chunk => new SegmentVideoRequest { Tensor = chunk }).Prepend(new SegmentVideoRequest { Header = header }),
            response =>
            {
                if (response.Tensor is { } chunk)
                    tensors.Accept(chunk);
                summary = response.Summary ?? summary;
            },
            tensors, cancellation);
        byte[] all = received["masks"].Data;
        return new FoundRegions(
            [
                .. Enumerable.Range(0, header.Regions.Count).Select(r => new MaskSequence(Enumerable.Range(0, frames.Count)
                    .Select(f => new Mask(width, height, all.AsSpan(((r * frames.Count) + f) * pixels, pixels).ToArray())))),
            ],
            summary ?? throw Cut());
    }

    /// <summary>Estimates the flow from each frame to the next.</summary>
    /// <param name="frames">Two frames or more.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<IReadOnlyList<FlowField>> FlowAsync(IReadOnlyList<Frame> frames, CancellationToken cancellation)
    {
        int pairs = frames.Count - 1, height = frames[0].Height, width = frames[0].Width, pixels = height * width;
        TensorAssembler tensors = new(
        [
            TensorSpec.Of("flow", ElementType.Float32, pairs, height, width, 2), TensorSpec.Of("visible", ElementType.Uint8, pairs, height, width),
        ]);
        IReadOnlyDictionary<string, ReceivedTensor> received = await ExchangeAsync(
            _stub.EstimateFlow(cancellationToken: cancellation),
            Chunks(frames).Select(chunk => new EstimateFlowRequest { Tensor = chunk })
                .Prepend(new EstimateFlowRequest { Header = new EstimateFlowHeader { Geometry = Geometry(frames) } }),
            response =>
            {
                if (response.Tensor is { } chunk)
                    tensors.Accept(chunk);
            },
            tensors, cancellation);
        float[] flow = received["flow"].ToFloats();
        byte[] visible = received["visible"].Data;
        return
        [
            .. Enumerable.Range(0, pairs).Select(f => new FlowField(
                width, height, flow.AsSpan(2 * f * pixels, 2 * pixels).ToArray(), Array.ConvertAll(visible[(f * pixels)..((f + 1) * pixels)], v => v != 0))),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static IEnumerable<TensorChunk> Chunks(IReadOnlyList<Frame> frames)
    {
        long[] shape = [frames.Count, frames[0].Height, frames[0].Width, Frame.Channels];
        return frames.SelectMany((frame, f) => TensorChunks.SplitPart("frames", ElementType.Uint8, shape, frame.Rgb, (long)f * frame.Rgb.Length));
    }

    // Results come while frames are still on their way, so both directions go on side by side.
    private static async Task<IReadOnlyDictionary<string, ReceivedTensor>> ExchangeAsync<TRequest, TResponse>(
        AsyncDuplexStreamingCall<TRequest, TResponse> call, IEnumerable<TRequest> requests, Action<TResponse> take, TensorAssembler tensors, CancellationToken cancellation)
    {
        Task sending = SendAsync(call.RequestStream, requests, cancellation);
        try
        {
            await foreach (TResponse response in call.ResponseStream.ReadAllAsync(cancellation))
                take(response);
            return tensors.Complete();
        }
        finally
        {
            call.Dispose();
            await sending;
        }
    }

    private static async Task SendAsync<TRequest>(IClientStreamWriter<TRequest> stream, IEnumerable<TRequest> requests, CancellationToken cancellation)
    {
        try
        {
            foreach (TRequest request in requests)
                await stream.WriteAsync(request, cancellation);
            await stream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The service answered before it had read everything; its answer says why.
        }
    }

    private static InvalidDataException Cut() => new("The service ended the call without its summary.");
}
