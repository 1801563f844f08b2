using System.Diagnostics;
using System.Globalization;
using Grpc.Net.Client;
using Microsoft.ML.OnnxRuntime;
using VideoGrain.Media;
using VideoGrain.Media.Resizing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Hosting;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace VideoGrain.Segmentation.Benchmarks;

/// <summary>
/// What a SegmentVideo call on loopback costs per frame of 512 x 512 pixels, beyond running the same model on the same frames as ready
/// tensors. The two take turns; a ratio is the median of the rounds' own. Caller and service are this one process.
/// </summary>
internal static class OverheadReport
{
    private const int FrameCount = 16;
    private const int Rounds = 5;
    private const int ToyboxSide = 128;

    public static async Task PrintAsync()
    {
        Console.WriteLine("| model | runs alone, ms a frame | call, ms a frame | overhead | CPU ms alone | CPU ms of the call |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        var folder = Directory.CreateTempSubdirectory("videograin-benchmark-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "model.onnx"), CostlyModel.Write());
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "profile.yaml"), CostlyModel.Profile);
            await PrintAsync("43 GFLOP at 512 x 512", folder.FullName, Path.Combine(folder.FullName, "model.onnx"), CostlyModel.Side);
            var toybox = ToyboxFolder();
            await PrintAsync("toybox segmenter at 128 x 128", toybox, Path.Combine(toybox, "segmenter.onnx"), ToyboxSide);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PrintAsync(string name, string models, string file, int side)
    {
        var frames = BenchmarkClip.Frames(FrameCount);
        float[][] tensors = [.. frames.Select(f => Planes(f.Resize(side, side, ResizeFilter.BilinearAntialiased)))];
        using var options = new SessionOptions();
        using var session = new InferenceSession(file, options);
        await using var service = SegmentationHost.Build(
            ["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Logging:LogLevel:Default=Error", $"--Segmentation:ModelsDirectory={models}"]);
        await service.StartAsync();
        await service.Services.GetRequiredService<Readiness>().Started;
        using var channel = GrpcChannel.ForAddress(service.GetEndpoints().Grpc);
        var client = new SegmentationService.SegmentationServiceClient(channel);

        var rounds = new List<(Cost Alone, Cost Call)>();
        for (var round = 0; round <= Rounds; round++)
        {
            var alone = await Cost.OfAsync(() =>
            {
                foreach (var tensor in tensors)
                    Run(session, tensor, side);
                return Task.CompletedTask;
            });
            var call = await Cost.OfAsync(() => SegmentCall.RunAsync(client, frames));

            // The first round warms up.
            if (round > 0)
                rounds.Add((alone, call));
        }

        await service.StopAsync();
        double Median(Func<(Cost Alone, Cost Call), double> of) => rounds.Select(of).Order().ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Median(r => r.Alone.Milliseconds) / FrameCount:F1} | {Median(r => r.Call.Milliseconds) / FrameCount:F1} | {Median(r => (r.Call.Milliseconds / r.Alone.Milliseconds) - 1):P1} | {Median(r => r.Alone.CpuMilliseconds) / FrameCount:F1} | {Median(r => r.Call.CpuMilliseconds) / FrameCount:F1} |"));
    }

    private static void Run(InferenceSession session, float[] tensor, int side)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(tensor, [1, Frame.Channels, side, side]);
        using var results = session.Run(options, session.InputNames, [input], session.OutputNames);
    }

    private static float[] Planes(Frame frame)
    {
        var pixels = frame.Width * frame.Height;
        var planes = new float[frame.Rgb.Length];
        for (var i = 0; i < planes.Length; i++)
            planes[(i % Frame.Channels * pixels) + (i / Frame.Channels)] = frame.Rgb[i] / (float)byte.MaxValue;
        return planes;
    }

    private static string ToyboxFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            var segmenter = Path.Combine(folder.FullName, "models", "toybox", "segmenter");
            if (Directory.Exists(segmenter))
                return segmenter;
        }

        throw new DirectoryNotFoundException("models/toybox/segmenter is not above the program's folder");
    }

    private readonly record struct Cost(double Milliseconds, double CpuMilliseconds)
    {
        public static async Task<Cost> OfAsync(Func<Task> work)
        {
            var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await work();
            return new Cost(Stopwatch.GetElapsedTime(started).TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
        }
    }
}
