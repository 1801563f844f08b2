using System.Runtime.InteropServices;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.Editing.Attention;

namespace VideoGrain.Golden.Groups;

/// <summary>Group j: whole edits, from pixels through inversion and denoising to pixels.</summary>
public sealed class EditRunner : IGroupRunner
{
    // Share of values that may be one level off: latents within their bound still move a value across a rounding edge now and then.
    private const double RareLevels = 0.005;

    /// <inheritdoc/>
    public string Group => "j";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } =
    [
        "prompts", "source_prompt", "negative_prompt", "guidance_scale", "controlnet_conditioning_scale", "num_inference_steps", "num_inverse_steps",
        "blending_percentage", "flatten_res", "old_qk", "use_pnp", "inject_step", "freeu", "timesteps", "inverse_timesteps", "pnp_saved_steps",
        "trajectory_tables", "latents_steps",
    ];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var (model, options) = (context.Model(golden), EditingCase.Options(golden));
        var inversion = Invert(golden, context, model, options, out var trajectory);
        CheckFeatures(golden, context, model, options, trajectory);
        Edit(golden, context, model, options, inversion, trajectory);
    }

    private static InversionResult Invert(
        GoldenCase golden, GoldenContext context, StableDiffusion model, EditOptions options, out List<LatentClip> trajectory)
    {
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
        latents.Insert(0, result.Start);
        trajectory = latents;

        if (golden.Json.TryGetProperty("inverse_timesteps", out var expected))
            context.Report.CompareExact(golden, "inverse_timesteps", timesteps, [.. expected.EnumerateArray().Select(t => t.GetInt32())]);
        foreach (var (name, first) in new[] { ("inversion", 0), ("inverted_mid", 25), ("inverted", latents.Count - 1) })
        {
            if (!golden.Has(name)) continue;
            var rows = EditingCase.Latents(golden, name);
            for (var row = 0; row < rows.Length; row++)
                context.Report.CompareRun(golden, $"{name}[{row}]", latents[first + row].Values, rows[row].Values, EditingCase.LatentBound);
        }

        return result;
    }

    private static void Edit(
        GoldenCase golden, GoldenContext context, StableDiffusion model, EditOptions options, InversionResult inversion, List<LatentClip> trajectory)
    {
        var report = context.Report;
        var noise = golden.Has("blend_noise") ? EditingCase.Latents(golden, "blend_noise") : null;
        var request = new EditRequest
        {
            Prompt = EditingCase.Prompts(golden)[0],
            Regions = EditingCase.Regions(golden),
            Options = options,
            Inverted = inversion.Inverted,
            Source = inversion.Source,
            Trajectory = step => trajectory[step],
            Control = EditingCase.Control(golden),
            FlowTables = EditingCase.FlowTables(golden),
            BlendMask = BlendMask(golden),
            BlendingNoise = noise is null ? null : step => noise[step],
        };
        var latents = new List<LatentClip>();
        var timesteps = new List<int>();
        var frames = new List<byte>();
        new EditLoop(model, TimeProvider.System).Run(
            request,
            step =>
            {
                timesteps.Add(step.Timestep);
                latents.Add(step.Latents);
            },
            (_, batch) => frames.AddRange(batch.Pixels.Span),
            TestContext.Current.CancellationToken);

        report.CompareExact(golden, "timesteps", timesteps, Ints(golden, "timesteps"));
        var expected = EditingCase.Latents(golden, "latents");
        var steps = golden.Json.TryGetProperty("latents_steps", out _) ? Ints(golden, "latents_steps") : [.. Enumerable.Range(0, expected.Length)];
        for (var row = 0; row < steps.Length; row++)
            report.CompareRun(golden, $"latents[{steps[row]}]", latents[steps[row]].Values, expected[row].Values, EditingCase.LatentBound);

        CheckPredictions(golden, context, model, options, inversion, latents);
        CheckFrames(golden, context, frames, model, latents[^1]);
    }

    // A case without mask edits the whole frame.
    private static LayoutMask BlendMask(GoldenCase golden)
    {
        var (frames, height, width) = (golden.Frames, golden.LatentHeight, golden.LatentWidth);
        var mask = golden.Has("latent_mask")
            ? golden.Floats("latent_mask").Select(v => v != 0 ? (byte)1 : (byte)0)
            : Enumerable.Repeat((byte)1, frames * height * width);
        return new LayoutMask(frames, height, width, mask.ToArray());
    }

    private static void CheckPredictions(
        GoldenCase golden, GoldenContext context, StableDiffusion model, EditOptions options, InversionResult inversion, List<LatentClip> latents)
    {
        // Blending overwrites part of a step's result, so there the prediction cannot be told from the latents; the latents themselves agree.
        if (golden.Has("blend_noise")) golden.Skip(name => name is "eps_first" or "eps_last");
        var timeline = new EditTimeline(model.Schedule, options);
        foreach (var (name, step) in new[] { ("eps_first", 0), ("eps_last", latents.Count - 1) })
        {
            if (!golden.Has(name) || golden.Has("blend_noise")) continue;
            var before = step == 0 ? inversion.Inverted : latents[step - 1];
            var predicted = EditingCase.PredictionOf(before, latents[step], timeline.DenoisingStep(timeline.Denoising[step]));
            context.Report.CompareRun(golden, name, predicted, EditingCase.Latents(golden, name)[0].Values, EditingCase.PredictionBound);
        }
    }

    private static void CheckFrames(GoldenCase golden, GoldenContext context, List<byte> frames, StableDiffusion model, LatentClip last)
    {
        foreach (var name in new[] { "frames_out", "frame0_out" }.Where(golden.Has))
        {
            var expected = golden.Bytes(name);
            context.Report.CompareFrames(golden, name, CollectionsMarshal.AsSpan(frames)[..expected.Length], expected, RareLevels);
        }

        if (golden.Has("frames_out_f32"))
        {
            context.Report.CompareRun(
                golden, "frames_out_f32", FrameDecoder.DecodeValues(model, last, 0, 1), golden.Floats("frames_out_f32"), EditingCase.LatentBound);
        }
    }

    /// <summary>Injected features of the first step, made again from the inversion's latents.</summary>
    private static void CheckFeatures(
        GoldenCase golden, GoldenContext context, StableDiffusion model, EditOptions options, List<LatentClip> trajectory)
    {
        var timeline = new EditTimeline(model.Schedule, options);
        if (golden.Json.TryGetProperty("pnp_saved_steps", out var saved) && options.UsePnp)
            Assert.Equal(saved.GetInt32(), timeline.SavedTimesteps.Count);
        var stored = golden.TensorNames.Where(name => name.StartsWith("pnp.", StringComparison.Ordinal)).ToArray();
        if (stored.Length == 0) return;

        var engine = model.Engine;
        using var scope = engine.BeginScope();
        var features = new SourceFeatures();
        var frames = Enumerable.Range(0, golden.Frames).ToArray();
        var window = new ClipWindow(new FrameWindow(frames, [.. frames.Select(_ => 1f)]), options);
        var (inversionSteps, timestep) = timeline.SourceOf(0);
        var latents = trajectory[inversionSteps];
        var sample = engine.Upload([.. latents.Values, .. latents.Values], 2 * latents.Frames, latents.Height, latents.Width, latents.Channels);
        var text = model.EncodePrompts("", options.SourcePrompt);
        var control = EditingCase.Control(golden);
        var net = model.ControlNets[options.ControlType];
        var condition = net.Condition(engine.Upload(
            [.. control.Pixels.ToArray().Select(v => v / 255f)], control.Frames, control.Height, control.Width, 3));
        var residuals = net.Forward(sample, 2, golden.Frames, timestep, net.Prepare(text), condition, options.ControlScale);
        model.UNet.Forward(sample, 2, golden.Frames, timestep, text, residuals, new CaptureHooks(options, window, null, features));

        foreach (var name in stored)
        {
            var (kind, number) = (name["pnp.".Length..].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '_'), Number(name));
            var actual = kind switch
            {
                "features" => features[Resnet(number)],
                "q" => features[Attention(number) + ".q"],
                "k" => features[Attention(number) + ".k"],
                _ => throw new NotSupportedException($"{name} is not understood"),
            };
            var expected = kind == "features" ? ClipLayout.ToImages(golden.Floats(name), golden.Shape(name)) : golden.Floats(name);
            context.Report.CompareRun(golden, name, actual, expected, EditingCase.LatentBound);
        }
    }

    // The published program numbers the decoder's layers from up block 1 on, three to a block.
    private static string Resnet(int number) => number switch
    {
        0 => "up_blocks.1.resnets.0",
        1 => "up_blocks.1.resnets.1",
        2 => "up_blocks.2.resnets.0",
        _ => throw new NotSupportedException($"no features {number} are injected"),
    };

    private static string Attention(int number) => $"up_blocks.{number / 3}.attentions.{number % 3}.transformer_blocks.0.attn1";

    private static int Number(string name)
    {
        var digits = name["pnp.".Length..].Split('_')[0].Where(char.IsAsciiDigit);
        return int.Parse(string.Concat(digits), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int[] Ints(GoldenCase golden, string field) => [.. golden.Json.GetProperty(field).EnumerateArray().Select(v => v.GetInt32())];
}
