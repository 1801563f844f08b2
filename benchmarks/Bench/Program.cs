using System.Globalization;
using System.Text.Json;
using VideoGrain.Bench;
using VideoGrain.Bench.Machine;
using VideoGrain.Bench.Peers;
using VideoGrain.Bench.Report;

const int BadArguments = 2;

if (args is [EngineWorker.Verb, var threads])
{
    EngineWorker.Run(int.Parse(threads, CultureInfo.InvariantCulture), Console.In, Console.Out);
    return 0;
}

if (args.Contains("--help"))
{
    Console.WriteLine(BenchOptions.Usage);
    return 0;
}

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (ArgumentException failure)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    Console.Error.WriteLine(BenchOptions.Usage);
    return BadArguments;
}

if (options.Torch && !TorchProbe.IsPresent(options.Python))
{
    Console.Error.WriteLine($"bench: {options.Python} has no torch, so the engine runs alone (Debian: apt-get install python3-torch libopenblas0-pthread)");
    options = options with { Torch = false };
}

if (BenchOptions.IsBusy) Console.Error.WriteLine($"bench: this machine is busy (load {HostInfo.LoadAverage():F1}); {options.Threads} threads each, and CPU time where others take more than a tenth of it");
var report = new BenchRun(options).Run();
new Tables(Console.Out).Write(report);
if (options.Json is { } path)
    File.WriteAllText(path, JsonSerializer.Serialize(report, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }));
return 0;
