using System.Globalization;
using VideoGrain.PostgresSupport;

namespace VideoGrain.Orchestrator.Benchmarks;

/// <summary>The database and the settings that a benchmark's orchestrator runs with.</summary>
internal static class BenchmarkSetup
{
    private const string Sqlite = "sqlite";
    private const string Postgres = "postgres";

    /// <summary>Runs a benchmark on a database of its own that syncs every commit; the bytes lie in the working directory's file system.</summary>
    public static async Task WithDatabaseAsync(string? kind, Func<string[], Task> benchmark)
    {
        var root = Path.Combine(Environment.CurrentDirectory, $"benchmark-{Environment.ProcessId}");
        Directory.CreateDirectory(root);
        try
        {
            string[] settings =
            [
                $"--Data:Root={root}", "--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0", "--Logging:LogLevel:Default=Error",
                "--Worker:Parallelism=0", "--Queue:MaxQueued=1000000", "--Queue:MaxPerCaller=1000000", "--Stages:CheckAtSubmit=false",
            ];
            Console.WriteLine($"{kind ?? Sqlite}; {Processor()}, {Environment.ProcessorCount} threads; load {Load()}");
            switch (kind ?? Sqlite)
            {
                case Sqlite:
                    await benchmark(settings);
                    break;
                case Postgres:
                    await using (var server = await PostgresServer.StartAsync(isDurable: true))
                    {
                        var file = Path.Combine(root, "connection");
                        await File.WriteAllTextAsync(file, await server.CreateDatabaseAsync());
                        await benchmark([.. settings, "--Data:Database=Postgres", $"--Data:ConnectionStringFile={file}"]);
                    }

                    break;
                default:
                    throw new ArgumentException($"'{kind}' is no database; there are {Sqlite} and {Postgres}.", nameof(kind));
            }

            Console.WriteLine($"load {Load()}");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>A count given on the command line.</summary>
    public static int Count(string? text, int standard) => text is null ? standard : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
