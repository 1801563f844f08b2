using System.Globalization;
using System.Text.Json;
using VideoGrain.Diffusion.Schedulers;

namespace VideoGrain.Golden.Groups;

/// <summary>Group a: timesteps, cumulative alphas, single steps and noising of both schedulers.</summary>
public sealed class SchedulerRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "a";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["scheduler", "inverse_scheduler", "eta"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        Assert.Equal(0, golden.Json.GetProperty("eta").GetDouble());
        var forward = new NoiseSchedule(ReadConfig(golden.Json.GetProperty("scheduler")));
        var inverse = new NoiseSchedule(ReadConfig(golden.Json.GetProperty("inverse_scheduler")));
        var report = context.Report;
        report.Compare(golden, "alphas_cumprod", [.. forward.AlphasCumprod], golden.Floats("alphas_cumprod"));
        report.Compare(golden, "inv_alphas_cumprod", [.. inverse.AlphasCumprod], golden.Floats("inv_alphas_cumprod"));
        report.Compare(golden, "final_alpha_cumprod", [forward.BoundaryAlpha], golden.Floats("final_alpha_cumprod"));
        report.Compare(golden, "inv_initial_alpha_cumprod", [inverse.BoundaryAlpha], golden.Floats("inv_initial_alpha_cumprod"));

        var sample = golden.Floats("sample");
        var epsilon = golden.Floats("model_output");
        var noise = golden.Floats("noise");
        foreach (var name in golden.TensorNames.Order(StringComparer.Ordinal))
        {
            var parts = name.Split('_');
            switch (parts)
            {
                case ["timesteps", var n]:
                    report.CompareExact(golden, name, new DdimScheduler(forward, Int(n)).Timesteps, golden.Ints(name));
                    break;
                case ["inv", "timesteps", var n]:
                    report.CompareExact(golden, name, new DdimInverseScheduler(inverse, Int(n)).Timesteps, golden.Ints(name));
                    break;
                case ["step", var n, var t, "prev"]:
                    Check(name, new DdimScheduler(forward, Int(n)).Coefficients(Int(t)), sample, epsilon);
                    break;
                case ["invstep", var n, var t, "prev"]:
                    Check(name, new DdimInverseScheduler(inverse, Int(n)).Coefficients(Int(t)), sample, epsilon);
                    break;
                case ["step", _, var t, "x0"]:
                    Check(name, forward.CleanCoefficients(Int(t)), sample, epsilon);
                    break;
                case ["invstep", _, var t, "x0"]:
                    Check(name, inverse.CleanCoefficients(Int(t)), sample, epsilon);
                    break;
                case ["add", "noise", _, var t]:
                    Check(name, forward.NoiseCoefficients(Int(t)), sample, noise);
                    break;
            }
        }

        void Check(string name, LinearStep step, float[] first, float[] second)
        {
            var result = first.Zip(second, (x, y) => step.Sample * x + step.Noise * y).ToArray();
            report.Compare(golden, name, result, golden.Floats(name));
        }
    }

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Goes through a file, as a model's own configuration does.</summary>
    private static SchedulerConfig ReadConfig(JsonElement json)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json.GetRawText());
            return SchedulerConfig.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
