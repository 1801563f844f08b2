using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Benchmarks;

/// <summary>What a watcher costs: memory of an orchestrator in a process of its own, before and while many calls follow one edit.</summary>
internal static class WatchersBenchmark
{
    private const int StreamsPerConnection = 100;
    private const string MeasureCommand = "measure";

    /// <summary>Measures; writes to the console.</summary>
    public static async Task RunAsync(string[] settings, int count)
    {
        using var process = Start(settings);
        var address = await ReadAsync(process);
        using var first = GrpcChannel.ForAddress(address);
        var id = await Submissions.SubmitAsync(new OrchestratorService.OrchestratorServiceClient(first), 0);

        // The first calls pay for what all share.
        var channels = new List<GrpcChannel>();
        var calls = new List<AsyncServerStreamingCall<WatchEditResponse>>();
        await WatchAsync(StreamsPerConnection);
        var (heapBefore, residentBefore) = await MeasureAsync(process);
        await WatchAsync(count);
        var (heap, resident) = await MeasureAsync(process);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count} watchers: {(heap - heapBefore) / 1024.0 / count:F1} KiB of managed heap each after a full collection, {(resident - residentBefore) / 1024.0 / count:F1} KiB of resident memory each; process {resident >> 20} MiB"));
        calls.ForEach(call => call.Dispose());
        channels.ForEach(channel => channel.Dispose());
        process.StandardInput.Close();
        await process.WaitForExitAsync();

        async Task WatchAsync(int more)
        {
            for (var i = 0; i < more; i++)
            {
                if (calls.Count % StreamsPerConnection == 0)
                    channels.Add(GrpcChannel.ForAddress(address));

                var call = new OrchestratorService.OrchestratorServiceClient(channels[^1]).WatchEdit(new WatchEditRequest { EditId = id });
                calls.Add(call);
                await call.ResponseStream.MoveNext(CancellationToken.None);
            }
        }
    }

    /// <summary>Runs an orchestrator until standard input ends; measures its memory when told.</summary>
    public static async Task ServeAsync(string[] settings)
    {
        await using var app = OrchestratorHost.Build(settings);
        await app.StartAsync();
        await app.Services.GetRequiredService<Readiness>().Started;
        Console.WriteLine(app.GetEndpoints().Grpc);
        while (await Console.In.ReadLineAsync() == MeasureCommand)
        {
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{heap} {self.WorkingSet64}"));
        }

        await app.StopAsync();
    }

    private static Process Start(string[] settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(WatchersBenchmark).Assembly.Location);
        foreach (var argument in (string[])["serve", .. settings])
            start.ArgumentList.Add(argument);

        return Process.Start(start)!;
    }

    private static async Task<(long Heap, long Resident)> MeasureAsync(Process process)
    {
        await process.StandardInput.WriteLineAsync(MeasureCommand);
        var parts = (await ReadAsync(process)).Split(' ');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static async Task<string> ReadAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The orchestrator has ended.");
}
