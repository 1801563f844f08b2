using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VideoGrain.Cli.Capacity;
using VideoGrain.Cli.Output;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin capacity</c>: how many GPUs a number of clips an hour needs, by simulating the queue (docs/capacity.md).</summary>
internal static class CapacityCommand
{
    // What the autoscaler may take beyond the fixed plan, to catch up; and workers, most of which wait for a GPU or do without.
    private const double Headroom = 1.2, WorkersPerGpu = 1.5;

    public static Command Create(App app)
    {
        Option<double> clips = Number("--clips-per-hour", "Clips an hour in the mean.", least: 0.01, most: 1e6);
        Option<double> inversion = Number("--inversion-seconds", "GPU-seconds of a clip's inversion, as measured.", least: 0, most: 1e5);
        Option<double> denoising = Number("--denoising-seconds", "GPU-seconds of a clip's denoising, as measured.", least: 0.001, most: 1e5);
        Option<double> cached = Number("--cached", "Share of the clips whose inversion is in the cache.", 0, least: 0, most: 1);
        Option<double> variation = Number("--variation", "Standard deviation of a clip's cost over its mean.", 0.3, least: 0, most: 5);
        Option<double> batch = Number("--batch", "Clips that come at once.", 1, least: 1, most: 10_000);
        Option<double> wait = Number("--max-wait", "Seconds that 95 % of the clips may wait for GPUs in all.", 60, least: 0.1, most: 1e6);
        Option<double> price = Number("--price", "Price of a GPU-hour, in any currency.", 0, least: 0, most: 1e6);
        Option<double> start = Number("--node-start", "Seconds until a GPU that the autoscaler asked for takes its first job.", 300, least: 0, most: 86_400);
        Option<double> target = Number("--target-seconds", "The autoscaler's target (Scaling:TargetSeconds).", 120, least: 1, most: 86_400);
        Option<double> workers = Number("--workers", "Jobs that the orchestrators run at a time (replicas x Worker:Parallelism); by default enough.", 0, least: 0, most: 1e6);
        return new Command("capacity", "Compute the GPUs that a number of clips an hour needs, with fixed pools and with the autoscaler.")
        {
            clips, inversion, denoising, cached, variation, batch, wait, price, start, target, workers,
        }.Does(app, (context, _) =>
        {
            CapacityLoad load = new(context.Get(clips), context.Get(inversion), context.Get(denoising))
            {
                CachedShare = context.Get(cached),
                Variation = context.Get(variation),
                Batch = (int)context.Get(batch),
            };
            CapacityPlan plan = CapacityPlan.Find(load, context.Get(wait));
            PoolRule inversions = Rule(plan.InversionGpus), denoisings = Rule(plan.DenoisingGpus);
            int crew = context.Get(workers) > 0 ? (int)context.Get(workers) : (int)Math.Ceiling(WorkersPerGpu * (inversions.Most + denoisings.Most));
            SimulationResult scaled = QueueSimulation.Run(load, inversions, denoisings, crew, load.SimulatedClips);
            CapacityReport[] reports = [CapacityReport.Of("fixed", plan.Simulated, context.Get(price)), CapacityReport.Of("autoscaled", scaled, context.Get(price))];
            if (context.Terminal.Json)
            {
                foreach (CapacityReport report in reports)
                    context.Terminal.WriteJson(report);
            }
            else
            {
                Write(context.Terminal, reports);
            }

            return Task.FromResult(ExitCodes.Success);

            PoolRule Rule(int gpus) => new(0, (int)Math.Ceiling(Headroom * gpus)) { StartSeconds = context.Get(start), TargetSeconds = context.Get(target) };
        });
    }

    private static void Write(Terminal terminal, IEnumerable<CapacityReport> reports)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns("pools", "inversion GPUs", "busy", "denoising GPUs", "busy", "mean wait", "95 % wait below", "GPU-seconds a clip", "cost a clip");
        foreach (CapacityReport report in reports)
        {
            table.AddRow(
                report.Pools, Text(report.InversionGpus), Percent(report.InversionUtilization), Text(report.DenoisingGpus), Percent(report.DenoisingUtilization),
                $"{Text(report.MeanWaitSeconds)} s", $"{Text(report.WaitSeconds95)} s", Text(report.GpuSecondsPerClip), report.CostPerClip.ToString("0.####", CultureInfo.InvariantCulture));
        }

        terminal.Tables.Write(table);
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    private static Option<double> Number(string name, string description, double least, double most) => Limited(new Option<double>(name) { Description = description, Required = true, HelpName = "NUMBER" }, least, most);

    private static Option<double> Number(string name, string description, double fallback, double least, double most) =>
        Limited(new Option<double>(name) { Description = description, DefaultValueFactory = _ => fallback, HelpName = "NUMBER" }, least, most);

    private static Option<double> Limited(Option<double> option, double least, double most)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out double value) && !(value >= least && value <= most))
                result.AddError($"{option.Name} {value} is not between {least} and {most}.");
        });
        return option;
    }
}
