using VideoGrain.Editing;

namespace VideoGrain.Golden.Groups;

/// <summary>Group i: a whole DDIM inversion, step by step.</summary>
public sealed class InversionRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "i";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } =
        ["source_prompt", "controlnet_conditioning_scale", "num_inverse_steps", "flatten_res", "old_qk", "timesteps", "eps_steps", "trajectory_tables", "freeu"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var (report, model, options) = (context.Report, context.Model(golden), EditingCase.Options(golden));
        var trajectory = EditingCase.Latents(golden, "trajectory");
        var latents = new List<LatentClip>();
        var timesteps = new List<int>();
        var request = new InversionRequest
        {
            Clip = EditingCase.Clip(golden),
            Control = EditingCase.Control(golden),
            PosteriorNoise = EditingCase.PosteriorNoise(golden),
            FlowTables = EditingCase.FlowTables(golden),
            Options = options,
        };
        var result = new InversionLoop(model, TimeProvider.System).Run(
            request,
            step =>
            {
                timesteps.Add(step.Timestep);
                latents.Add(step.Latents);
            },
            TestContext.Current.CancellationToken);

        report.CompareExact(golden, "timesteps", timesteps, [.. golden.Json.GetProperty("timesteps").EnumerateArray().Select(t => t.GetInt32())]);
        latents.Insert(0, result.Start);
        Assert.Equal(trajectory.Length, latents.Count);
        for (var step = 0; step < latents.Count; step++)
            report.CompareRun(golden, $"trajectory[{step}]", latents[step].Values, trajectory[step].Values, EditingCase.LatentBound);

        var epsilon = EditingCase.Latents(golden, "eps");
        var timeline = new EditTimeline(model.Schedule, options);
        var row = 0;
        foreach (var step in golden.Json.GetProperty("eps_steps").EnumerateArray().Select(s => s.GetInt32()))
        {
            var predicted = EditingCase.PredictionOf(latents[step], latents[step + 1], timeline.InversionStep(timeline.Inversion[step]));
            report.CompareRun(golden, $"eps[{step}]", predicted, epsilon[row++].Values, EditingCase.PredictionBound);
        }

        using var scope = model.Engine.BeginScope();
        var text = model.EncodePrompts("", options.SourcePrompt);
        var values = new float[text.ElementCount];
        model.Engine.Download(text, values);
        report.CompareNorm(golden, "prompt_embeds", values, golden.Floats("prompt_embeds"), EditingCase.LatentBound);
    }
}
