using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>Whole calls in one line: header, tensors, half-close, everything that comes back.</summary>
internal static class WholeCalls
{
    public static async Task<(IReadOnlyDictionary<string, Tensor> Tensors, SegmentVideoSummary Summary, int Progress)> SegmentAsync(
        this SegmentationFixture service, SegmentVideoHeader header, params Tensor[] tensors)
    {
        using var call = service.Client.SegmentVideo(deadline: SegmentationFixture.Deadline);
        await call.SendAsync([new() { Header = header }, .. tensors.SelectMany(t => t.Chunks()).Select(c => new SegmentVideoRequest { Tensor = c })]);
        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();
        return (
            Tensor.Join(responses.Where(r => r.Tensor != null).Select(r => r.Tensor)),
            responses[^1].Summary,
            responses.Count(r => r.Progress != null));
    }

    public static async Task<VideoGrainException> FailAsync(this SegmentationFixture service, SegmentVideoHeader header, params Tensor[] tensors)
        => await FailureOf(() => service.SegmentAsync(header, tensors));

    public static async Task<VideoGrainException> FailAsync(this SegmentationFixture service, params SegmentVideoRequest[] messages)
        => await FailureOf(async () =>
        {
            using var call = service.Client.SegmentVideo(deadline: SegmentationFixture.Deadline);
            await call.SendAsync(messages);
            await call.ResponseStream.ReadAllAsync().ToListAsync();
        });

    /// <summary>Sends messages and half-closes; a server that has answered already is told by the responses.</summary>
    public static async Task SendAsync<TRequest, TResponse>(this AsyncDuplexStreamingCall<TRequest, TResponse> call, IReadOnlyList<TRequest> messages)
    {
        try
        {
            foreach (var message in messages)
                await call.RequestStream.WriteAsync(message);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
        }
    }

    /// <summary>Waits until the service is busy, or is not.</summary>
    public static async Task UntilAsync(this SegmentationFixture service, bool busy)
    {
        var deadline = SegmentationFixture.Deadline;
        while ((await service.Client.GetCapabilitiesAsync(new(), deadline: deadline)).Busy != busy)
            Assert.True(DateTime.UtcNow < deadline, "the service's slots changed in time");
    }

    public static async Task<VideoGrainException> FailureOf(Func<Task> call)
        => VideoGrainException.FromRpcException(await Assert.ThrowsAsync<RpcException>(call));
}
