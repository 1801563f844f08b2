using Grpc.Core;
using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Segmentation.Benchmarks;

/// <summary>A whole SegmentVideo call: two classes asked for, frames sent while results come.</summary>
internal static class SegmentCall
{
    private static readonly string[] Queries = ["moon", "square"];

    public static async Task RunAsync(SegmentationService.SegmentationServiceClient client, IReadOnlyList<Frame> frames)
    {
        var (width, height) = (frames[0].Width, frames[0].Height);
        var header = new SegmentVideoHeader { Geometry = new() { FrameCount = (uint)frames.Count, Height = (uint)height, Width = (uint)width } };
        header.Regions.Add(Queries.Select(q => new SegmentRegion { Id = q, Source = new RegionSource { ObjectClass = new ClassQuery { Name = q } } }));
        using var call = client.SegmentVideo(deadline: DateTime.UtcNow.AddMinutes(5));
        var sending = SendAsync(call.RequestStream, header, frames);
        var bytes = 0L;
        await foreach (var response in call.ResponseStream.ReadAllAsync())
            bytes += response.Tensor?.Data.Length ?? 0;
        await sending;
        if (bytes != (long)Queries.Length * frames.Count * width * height)
            throw new InvalidOperationException($"{bytes} bytes of masks came back");
    }

    private static async Task SendAsync(IClientStreamWriter<SegmentVideoRequest> stream, SegmentVideoHeader header, IReadOnlyList<Frame> frames)
    {
        await stream.WriteAsync(new SegmentVideoRequest { Header = header });
        long[] shape = [frames.Count, frames[0].Height, frames[0].Width, Frame.Channels];
        for (var f = 0; f < frames.Count; f++)
        {
            foreach (var chunk in TensorChunks.SplitPart("frames", ElementType.Uint8, shape, frames[f].Rgb, (long)f * frames[f].Rgb.Length))
                await stream.WriteAsync(new SegmentVideoRequest { Tensor = chunk });
        }

        await stream.CompleteAsync();
    }
}
